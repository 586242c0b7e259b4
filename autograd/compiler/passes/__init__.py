"""From a flat graph to groups: `contract`, `schedule`, `group`, `matmul`, `fuse`, `layout`, `reverse`."""
