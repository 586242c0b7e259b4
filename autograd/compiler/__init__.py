"""How does ordinary scalar code run as fast as array code?  Its graph is split into groups of equal operations.

Read the engine first (`primitive`, `primitives`, `value`, `symbolic.expression`), then these modules in the order in
which a function passes through them.  Each answers one question:

    `frontend`        what did the function compute, and what did it read?     a flat graph, and a guard
    `passes`          which nodes can be computed together?                    groups, and rows of memory
    `lower`           what is a row's formula in NumPy and in C?
    `executable`      what can every backend do?                               the protocol `Executable`
    `numpy_backend`   the groups as a NumPy program                            backend "numpy"
    `c_backend`       the groups as steps of a C runtime, chains as loops      backend "c"
    `jax_backend`     the groups as a function for JAX                         backend "jax", `to_jax`
    `eager`           graphs without structure: the eager engine runs them     backend "eager"
    `plan`            what is known about one graph, and how is it run?
    `pipeline`        all passes in their order, and the choice of a backend
    `correction`      samples whose numbers are not finite: the eager engine computes them
    `argument_cache`  the same call again: arrays are read in place
    `theta`           the parameters in an array: whichever of it and the Values was written, counts
    `pickling`        how is a program sent to another process?
    `program`         what the user holds: shapes, errors, `explain`
    `picture`         how do the groups look?

`import autograd` loads only this file and `frontend.tracer`.  NumPy is loaded by the first call of `compile`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.compiler.frontend.tracer import depends_on as depends_on
from autograd.compiler.frontend.tracer import drawn as drawn
from autograd.compiler.frontend.tracer import is_index as is_index
from autograd.packages import how_to_install

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd.compiler.program import Program
    from autograd.value import Value


def compile(
    function: Any,
    parameters: Iterable[Value] | None = None,
    batched: bool = False,
    backend: str = "auto",
    dtype: str = "float64",
) -> Program:
    """A program that computes `function` and its gradient with arrays, as fast as array code written by hand.

    `function` is ordinary code on Values; it is called with nested lists of Values shaped like the arrays (integer
    arrays become indices, for `take` and `cross_entropy`).  `function` may also be a Value: then the arguments are
    replaced by its leaves. `parameters`: the Values with respect to which gradients are taken; without them, the
    arguments.  `batched`: `function` is for one sample, the arrays have a leading axis of samples, and the value is the
    mean over samples.  `backend`: "numpy"; "c", the library's own runtime; or "auto", which takes "c" where it can be
    built.  Where a call applies many operations to each sample one after the other, "c" also compiles a loop for each
    such chain, at the first call, in a tenth of a second or a few; the loops are cached on disk.
    "jax" is for GPUs and many devices (see docs/beyond_one_machine.md), and needs the extra of that name; `dtype`, the
    kind of its numbers, may be "float32" or "bfloat16".

    `hash(v)` and `id(v)` are not followed: sets and dictionaries of Values need them, and as numbers they differ
    between any two calls, in the eager engine too.

    Raises TypeError if the function branches on data, ValueError for an unknown backend, ImportError
    without JAX.

    >>> from autograd import Value
    >>> slope = Value(3.0)
    >>> program = compile(lambda x, y: (slope * x - y) * (slope * x - y), [slope], batched=True, backend="numpy")
    >>> program.value_and_grad([1.0, 2.0], [3.0, 4.0])      # errors 0 and 2; (0 + 2²) / 2, and (0 + 2·2·2) / 2
    (2.0, array([4.]))
    """
    try:
        from autograd.compiler.program import Program
    except ModuleNotFoundError as error:
        if error.name != "numpy":
            raise
        raise ImportError(
            f"compile needs numpy: {how_to_install('numpy')}; without it, use grad and backward"
        ) from error
    return Program(function, parameters, batched, backend, dtype)
