"""Groups as a NumPy program: `source`, `emitter`, `accumulate`, `buffers`, `kernels`."""
