"""Everything that looks at a graph: `trace`, `explain`, `draw`, `stepper`.  None computes a gradient of its own."""
