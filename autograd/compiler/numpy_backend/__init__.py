"""Groups as a NumPy program.

In reading order: `kernels` has the functions that NumPy lacks; `emitter` writes lines and formulas; `accumulate` adds
gradients; `source` writes each kind of group; `buffers` holds the memory; `run` runs the program in blocks of samples.
"""
