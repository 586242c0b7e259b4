"""How does a trained model predict many samples at once?

The forward pass is traced once, for one sample, and computed for all of them, as ``autograd.compile`` does it. The
numbers agree with those of the eager engine up to rounding. Samples that cannot be computed are left to the eager
engine, whose error says why. Read before: ``restore``. Read next: ``compiled``.
"""

from __future__ import annotations

from threading import active_count
from typing import TYPE_CHECKING, Any

import autograd
from autograd.packages import how_to_install
from nn.checks import choose
from nn.embedding import Embedding
from nn.metrics.outputs import plain
from nn.module import Module
from nn.samples import pieces

from .eager import FAILURES
from .restore import explain_refusal, remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WORTH_COMPILING = 100
"""From this number of samples on, calling the model for each of them takes longer than tracing it."""

_ATTRIBUTE = "_nn_compiled_forward"
"""Where a model keeps it: a name that no class of the user's has."""

NOT_WHOLE = (
    "X has numbers that are not whole, but a compiled model with an Embedding takes whole numbers only: "
    'use engine="eager"'
)


class CompiledForward:
    """The forward pass of one model as a compiled program, which the model keeps; a copy of the model has none.

    ``trained``: whether the model's last ``fit`` was compiled too.
    """

    __slots__ = ("_program", "_refused", "model", "trained")  # no dictionary, which ``remembered`` would follow

    def __init__(self, model: Any, trained: bool = False) -> None:
        self.model, self.trained = model, trained
        self._program: Any = None
        self._refused: set[Any] = set()  # shapes of samples with which the model could not be traced

    def __reduce__(self) -> tuple[Any, ...]:
        return type(None), ()

    def __call__(self, rows: Any, required: bool) -> Any:
        """The outputs as an array with one entry per sample; ``None`` if the eager engine has to compute them.

        ``required``: raise ``TypeError`` if the model or the samples cannot be compiled.
        """
        check_numpy()
        import numpy as np

        indices = takes_indices(self.model)
        if indices and not are_whole(rows):
            if required:
                raise TypeError(NOT_WHOLE)
            return None
        array = np.asarray(rows, dtype=np.int64 if indices else np.float64)
        if array.shape[1:] in self._refused and not required:
            return None
        put_back = remembered(self.model)
        try:
            return self._computed(array)
        except FAILURES:
            put_back()
            return None
        except Exception as error:
            put_back()
            if required and isinstance(error, TypeError):
                raise
            self._refused.add(array.shape[1:])
            return None

    def _computed(self, array: Any) -> Any:
        if self._program is None:
            model = self.model

            def forward(x: Any) -> Any:
                return plain(model(x), lambda item: item)

            parameters = model.parameters() if isinstance(model, Module) else None
            program = autograd.compile(forward, parameters, batched=True)
            program.name = type(model).__name__ if isinstance(model, Module) else getattr(model, "__name__", "model")
            self._program = program
        program = self._program
        prepare(program, [array], self.model)
        return program.outputs(array).reshape(len(array), *_dimensions(program.plan.shape))


def _dimensions(shape: Any) -> tuple[int, ...]:
    """The dimensions of an output, whose shape is ``None`` for a number and a list with one entry per part."""
    if shape is None:
        return ()
    parts = set(map(_dimensions, shape))
    if len(parts) != 1:
        raise ValueError("the parts of the output have different shapes")
    return len(shape), *parts.pop()


def note_engine(model: Module, compiled: bool) -> None:
    """Note with which engine ``fit`` trains the model: with that engine it predicts."""
    forward = _kept(model)
    if forward is not None:
        forward.trained = compiled
    elif compiled:
        vars(model)[_ATTRIBUTE] = CompiledForward(model, trained=True)


def _kept(model: Any) -> CompiledForward | None:
    forward = getattr(model, "__dict__", {}).get(_ATTRIBUTE)
    is_own = isinstance(forward, CompiledForward) and forward.model is model  # a copy has that of the original
    return forward if is_own else None


def compiled_outputs(model: Any, engine: str | None, many: bool = False) -> Callable[[Any], Any]:
    """A function of samples that gives the model's outputs as an array, or ``None`` where the eager engine is used.

    ``engine``: ``"compiled"``, ``"eager"``, ``"auto"`` (compiled if that works and is worth it), or ``None`` for
    ``"auto"`` if the model was trained with a compiled engine, else ``"eager"``. ``many``: whether more samples follow.
    """
    kept = _kept(model)
    if engine is None:
        engine = "auto" if kept is not None and kept.trained else "eager"
    choose(engine, ("eager", "compiled", "auto"), "engine")
    if engine == "eager":
        return lambda rows: None
    forward = kept or CompiledForward(model)
    if isinstance(model, Module):
        vars(model)[_ATTRIBUTE] = forward
    worth = many or engine == "compiled"

    def outputs(rows: Any) -> Any:
        nonlocal worth
        worth = worth or len(rows) >= WORTH_COMPILING
        return forward(rows, engine == "compiled") if worth else None

    return outputs


def check_numpy() -> None:
    """Raise ``ImportError`` with the command that installs NumPy, if it is missing."""
    try:
        import numpy  # noqa: F401
    except ImportError as error:
        raise ImportError(f'engine="compiled" needs numpy: {how_to_install("numpy")}; or use engine="eager"') from error


def prepare(program: Any, arrays: Sequence[Any], model: Any) -> None:
    """Trace; again if another thread has drawn random numbers meanwhile, which looks as if the model had."""
    for left in range(4, -1, -1):
        try:
            program.prepare(*arrays)
            return
        except TypeError as error:
            if not left or active_count() == 1 or "it draws random numbers" not in str(error):
                explain_refusal(model)
                raise


def takes_indices(model: Any) -> bool:
    """Whether the model has an ``Embedding``, so that its samples must be whole numbers in a compiled program."""
    return isinstance(model, Module) and any(isinstance(module, Embedding) for _, module in model.named_modules())


def are_whole(rows: Any) -> bool:
    """Whether no number of the samples would be truncated to an integer."""
    import numpy as np

    parts = (np.asarray(part) for _, part in pieces(rows))
    return not any(part.dtype.kind not in "biu" and (part % 1 != 0).any() for part in parts)
