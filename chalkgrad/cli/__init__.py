"""The command line: `arguments`, `formula`, `formula_hints`, `datasets`, `pictures`, `first_step`, `terminal_stepper`, `commands`."""
