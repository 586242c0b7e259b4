"""From a function to a flat graph: the function is called twice on Values, and all that it reads is noted.

In reading order: `tracer` refuses what would bake one sample's numbers into the program; `traced_rows` records
decisions as operations.  `exception_handlers` and `c_functions` tell what cannot be followed, and `executed_code` notes
which code ran and which names it reads.  `change_check` compares many objects quickly; `object_kinds`,
`snapshot_notes`, `object_visitors` and `snapshot` follow the names from object to object; `guards` tells before each
call whether any of these objects has changed.  `flatten` turns a graph into arrays; `two_calls` calls the function, and
compares what the two calls did; `hessian` makes the function that computes second derivatives.
"""
