"""What the command line needs besides its commands.

Read `arguments`, `formula_hints` and `formula` (what was typed), `letters`, `datasets`, `networks`, `pictures` and
`first_step` (training), `terminal_stepper`; then the package `commands`, one module per command.
"""
