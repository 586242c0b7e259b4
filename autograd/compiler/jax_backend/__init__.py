"""How do the groups run on GPUs and many devices?  As one pure function for JAX, which differentiates and compiles it.

Needs the extra `jax`; loaded by `backend="jax"` and by `Program.to_jax` only.  In reading order:

    `rows`         the rows of the table, on JAX arrays
    `variadic`     softmax and other rows of any number of operands
    `memory`       where a group's operands are: slices of other groups' results
    `evaluate`     a group as array operations
    `placing`      rows in place of nodes, and sums of one level as one group
    `repeats`      equal blocks in a row: one `lax.scan`
    `branches`     no gradient through a branch that was not selected
    `function`     the whole graph as a pure function
    `devices`      samples over all devices and processes
    `executable`   backend "jax"
    `export`       `program.to_jax()`
"""
