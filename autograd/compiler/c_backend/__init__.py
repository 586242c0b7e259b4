"""Groups as steps of a fixed C runtime (`runtime.c`), and chains as loops in C.

In reading order: `opcodes` has the definitions that Python and C share; `elementwise` prints the rows of the table as C
functions; `toolchain` compiles and loads them; `fused_loop` writes a chain as a loop; `bytecode` collects steps;
`link_batched`, `link_fused` and `link` write the steps of products of each sample, of chains, and of all other groups;
`executable` runs them.
"""
