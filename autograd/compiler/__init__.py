"""How does ordinary scalar code run at the speed of the machine?  Its graph is taken apart, and put together in groups.

Read the engine first (`rows`, `primitives`, `expression`, `value`), then the passes in the order in which a function
goes through them; each answers one question, and each is tested alone:

    watching   what may a function not do while it is traced?      (a branch on data, a mutation)
    reading    which names does the code read that ran?            (foreign: C functions; catching: handlers)
    walking    to which objects do these names lead?               (comparing: is everything still the same?)
    guards     has any of it changed since?                        (and random numbers)
    trace      what did it compute?                                 flat arrays: operation, operands, constants
    contract   which additions and products are one sum?            n-ary nodes
    schedule   what must come first, what is the same for all samples?
    group      which nodes do the same?                             groups of equal operations
    products   which groups of sums are matrix products?
    fuse       which element-wise groups are one chain?            (for backend "c")
    layout     where does each number live?                         rows of memory, so that operands lie side by side
    reverse    which gradients are needed, and who writes first?
    writing    what is a row's formula in NumPy and in C?           (with `kernels`: functions that know floats only)
    vectorize  the groups as a NumPy program                        backend "numpy"  (lines, handing: its parts)
    elements   the rows as C functions
    building   the C runtime, built once and kept                  (runtime.c)
    linking    the groups as tables for it                         (steps: the words; chaining: those of chains)
    emitting   a chain as one loop in C                            backend "emit"
    native     a linked graph and its memory                       backend "c"
    plan       all passes in order, and blocks of samples           (bound: memory for a NumPy program)
    eager      samples whose numbers are not finite, and graphs without groups: the eager engine does them
    program    what the user holds: shapes, errors, explain         (with `hessian`: second derivatives)
    picture    how do the groups look?

Nothing here is imported by `import autograd`, except this file and `tracer`: NumPy is loaded by the first `compile`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.compiler.frontend.tracer import depends_on as depends_on
from autograd.compiler.frontend.tracer import drawn as drawn
from autograd.compiler.frontend.tracer import is_index as is_index

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd.compiler.program import Program
    from autograd.value import Value


def compile(
    function: Any, parameters: Iterable[Value] | None = None, batched: bool = False, backend: str = "auto"
) -> Program:
    """A program that computes `function` and its gradient with arrays, as fast as hand-written array code.

    `function` is ordinary code on Values; it is called with nested lists of Values shaped like the arrays (integer
    arrays become indices, for `take` and `cross_entropy`).  Or it is a Value: then the program has its leaves.
    `parameters`: the Values with respect to which gradients are taken; without them, the arguments.  `batched`:
    `function` is for one sample, the arrays have a leading axis of samples, and the value is the mean over samples.
    `backend`: "numpy"; "c", the library's own runtime; or "auto", which takes "c" where it can be built.  "emit" is "c"
    with a loop in C of its own for each chain of element-wise operations: the same bits, up to 1.5 times as fast where
    chains are long, and, the first time, a tenth of a second more for the C compiler.

    Raises TypeError where the function branches on data, ValueError for an unknown backend.

    >>> from autograd import Value
    >>> slope = Value(3.0)
    >>> program = compile(lambda x, y: (slope * x - y) * (slope * x - y), [slope], batched=True, backend="numpy")
    >>> program.value_and_grad([1.0, 2.0], [3.0, 4.0])      # errors 0 and 2; (0 + 2²) / 2, and (0 + 2·2·2) / 2
    (2.0, array([4.]))
    """
    from autograd.compiler.program import Program

    return Program(function, parameters, batched, backend)
