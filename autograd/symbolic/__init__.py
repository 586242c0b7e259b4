"""Formulas: rows of the table evaluated on symbols.

Read `expression` first (a formula as a tree), then `printing` (numbers, names and templates), `simplify` (what a person
would not write), `branches` (which branch of a choice was taken), `formulas`, which the views use, and `to_sympy`,
which is optional.
"""
