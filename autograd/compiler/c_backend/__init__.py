"""Groups as tables for a C runtime, and chains as loops in C: `elementwise`, `fused_loop`, `bytecode`, `link_fused`, `opcodes`, `executable`, `toolchain`."""
