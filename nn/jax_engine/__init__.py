"""How does ``fit`` train on GPUs, many devices and many machines? With the compiled program on JAX.

Needs the extra ``jax``; loaded by ``fit(..., engine="jax")`` only. It has one module, ``engine``.
"""
