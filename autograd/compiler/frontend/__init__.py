"""From a function to a flat graph: `tracer`, `guards`, `flatten`, `hessian`."""
