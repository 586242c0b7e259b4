"""How is a derivative written?  Rows evaluated on symbols: `expression`, `simplify`, `printing`, `formulas`."""
