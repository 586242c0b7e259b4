"""How is a compiled function called?  `Program`: traced when shapes are new, run in blocks, with clear errors.

Read `pipeline` and `correction` first.  A `Program` keeps one `Plan` for each combination of shapes.  A `Plan` is a
traced graph with everything that the passes found out, and an executable.
"""

from __future__ import annotations

import os
import warnings
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import numpy as np

from autograd.arguments import choose, real, shown
from autograd.compiler.argument_cache import ArgumentCache
from autograd.compiler.correction import at_theta, corrected
from autograd.compiler.executable import Signature
from autograd.compiler.frontend.flatten import PARAMETER, flatten, flatten_by_leaves
from autograd.compiler.frontend.two_calls import trace
from autograd.compiler.pickling import check_can_be_sent
from autograd.compiler.pipeline import jax_backend, make_plan
from autograd.compiler.theta import Theta
from autograd.pause_gc import pause_gc
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from autograd.compiler.plan import Plan
    from autograd.views.draw import Graph

BACKENDS = ("auto", "numpy", "c", "jax")

DTYPES = ("float64", "float32", "bfloat16")
"""The numbers with which backend "jax" can compute."""

MAX_PLANS = 8
"""How many plans are kept for each combination of shapes: for training and evaluation, for other settings."""

MAX_SHAPES = 64
"""For how many combinations of shapes plans are kept: those used last."""

MAX_RETRACES = 10
"""After this many calls in a row that had to trace the function again, a warning is issued."""


class Program:
    """A function compiled to arrays: `value = program(*arrays)`, `value, gradient = program.value_and_grad(*arrays)`.

    `theta` is a float64 array of the parameters, in their order: write to it, or to the `.data` of the Values as an
    optimizer does, and the next call sees it; `store()` copies it back into the Values.  A program can be pickled if
    its function can; it is compiled again where it is loaded.  See `autograd.compile` for the arguments.
    """

    def __init__(
        self,
        function: Any,
        parameters: Iterable[Value] | None,
        batched: bool,
        backend: str,
        dtype: str = "float64",
    ) -> None:
        backend = "c" if isinstance(backend, str) and backend == "emit" else backend  # its name in earlier versions
        choose(backend, BACKENDS, "unknown backend")
        choose(dtype, DTYPES, "unknown dtype")
        if backend != "jax" and dtype != "float64":
            raise ValueError(f"dtype={dtype!r} needs backend='jax': the other backends compute in float64")
        if backend == "jax":
            jax_backend("executable")
        self.dtype = dtype
        self.of_graph = isinstance(function, Value)
        if not callable(function) and not self.of_graph:
            raise TypeError(f"compile needs a function of Values, or a Value; got {shown(function)}")
        if self.of_graph and batched:
            raise TypeError("batched=True needs a function of one sample; an existing graph has no samples")
        if not isinstance(batched, bool):
            raise TypeError(f"batched must be True or False, got {shown(batched)}")
        self._flat: Any = None
        if parameters is None and self.of_graph:
            with pause_gc():
                self._flat, parameters = flatten_by_leaves(function)
        self.by_parameters = parameters is not None
        self.function, self.batched, self.backend = function, bool(batched), backend
        self.name = "this graph" if self.of_graph else getattr(function, "__name__", type(function).__name__)
        self._parameters = Theta(_listed(parameters))
        self.parameters, self._theta = self._parameters.parameters, self._parameters.array
        self._lock = RLock()  # a plan has only one memory: threads take turns
        self._plans: dict[Any, list[Plan]] = {}
        self._assumed: set[Any] | None = None
        """Within `assume_unchanged`: the combinations of shapes that have been checked for changes."""
        self._retraced = 0
        """How many calls in a row had to trace the function again, because something had changed."""
        _programs.add(self)
        self._last: Plan | None = None
        self._recent: ArgumentCache | None = None
        self._curvature: dict[Any, Program] = {}

    @property
    def theta(self) -> Any:
        """The parameters' values, in their order: a float64 array that can be written to.

        It follows the parameters' `.data`.  Raises ValueError if an array of another length is assigned, and
        RuntimeError if both were written since they were last equal.
        """
        self._parameters.follow()
        return self._theta

    @theta.setter
    def theta(self, numbers: Any) -> None:
        if numbers is not self._theta:  # as after `theta -= step`
            self._parameters.write(_as_array(numbers, "theta"))

    # ----------------------------------------------------------------------------------------------------- running

    def __call__(self, *arrays: Any) -> Any:
        """The value: a float (with `batched` the mean over samples), or a list where the function gives one."""
        with self._lock:
            recent = self._repeated(arrays)
            given: Sequence[Any] = arrays
            if recent is not None:
                plan = recent.plan
                values, _, may_be_nonfinite = plan.executable.run(self._theta, False)
            else:
                plan, given = self._prepared(arrays)
                values, _, may_be_nonfinite = plan.run(self._theta, given, False)
                self._recent = ArgumentCache.of(plan, arrays)
            if may_be_nonfinite:
                values, _ = corrected(self, plan, given, backward=False)
        return values[0] if plan.shape is None else _nested(iter(values), plan.shape)

    def value_and_grad(self, *arrays: Any) -> tuple[float, Any]:
        """The value, and its gradient: an array like `theta`, or without parameters arrays like the arguments.

        Raises what the eager engine raises, for the sample that fails.
        """
        with self._lock:
            recent = self._repeated(arrays)
            if recent is not None:
                value, gradient, may_be_nonfinite = recent.executable.value_and_grad(self._theta)
                if may_be_nonfinite:
                    (value, *_), gradient = corrected(self, recent.plan, arrays, backward=True)
                return value, gradient
            plan, given = self._prepared(arrays)
            self._check_single(plan)
            (value, *_), gradient, may_be_nonfinite = plan.run(self._theta, given, True)
            self._recent = ArgumentCache.of(plan, arrays)  # before a correction, which attaches parts of the arrays
            if may_be_nonfinite:
                (value, *_), gradient = corrected(self, plan, given, backward=True)
            return value, gradient

    def _repeated(self, arrays: tuple[Any, ...]) -> ArgumentCache | None:
        """The cache of the last call, if this call has the same arrays and nothing else has changed."""
        self._parameters.follow()
        recent = self._recent
        if recent is None or not recent.has(arrays) or (self._assumed is None and recent.plan.changed()):
            return None
        self._retraced = 0
        return recent

    def _check_single(self, plan: Plan) -> None:
        if plan.shape is not None:
            count = len(plan.outputs)
            raise TypeError(f"{self.name} gives {count} values in a list; value_and_grad needs a function with one")

    def bind(self, *arrays: Any) -> BoundProgram:
        """The program for these arrays alone: they are checked and copied once, for many steps with the same data.

        This freezes the program: later changes of the arrays, and of anything that the function reads, have no effect;
        bind again after a change.  Only `theta`, and the `.data` of Values that the function closes over, are read at
        each step.
        """
        with self._lock:
            plan, given = self._prepared(arrays)
            self._check_single(plan)
            return BoundProgram(self, plan, given)

    def to_jax(self, *examples: Any, dtype: str = "float64") -> Callable[..., Any]:
        """A pure function `f(theta, *arrays)` for `jax.jit`, `jax.grad`, `jax.vmap`, `jax.shard_map` and others.

        `examples`: arrays, or `jax.ShapeDtypeStruct`s, of the shapes that f will take (any number of samples, if the
        program is `batched`: then f gives the mean); without them, those of the last call.  `dtype`: "float64",
        "float32" or "bfloat16".  This freezes the program as `bind` does: f keeps what the function has read from
        Python objects, also the `.data` of Values that it closes over; theta and arrays alone are arguments.  f checks
        nothing: an index that is out of range gives nan.

        Raises TypeError before the first call without examples, for random numbers and for graphs that are too
        irregular for XLA; RuntimeError for float64 while JAX computes in float32; ImportError without JAX.
        """
        made: Callable[..., Any] = jax_backend("export").to_jax(self, examples, dtype)
        return made

    def loss_and_outputs(self, *arrays: Any) -> tuple[float, Any, Any]:
        """For a function that gives a list whose first entry is a loss: its mean, its gradient, and the other entries.

        The others are an array with a column for each, and a row for each sample (one row without `batched`).
        """
        with self._lock:
            plan, given = self._prepared(arrays, quiet=True)
            values, gradient, may_be_nonfinite = plan.run(self._theta, given, True)
            if may_be_nonfinite:
                values, gradient = corrected(self, plan, given, backward=True)
            return values[0], gradient, plan.samples_of_outputs(1)

    def outputs(self, *arrays: Any) -> Any:
        """The values of each sample: an array with a number, or a row of numbers, per sample (one without `batched`).

        >>> from autograd.compiler import compile
        >>> compile(lambda x: x * x, batched=True, backend="numpy").outputs([1.0, 2.0, 3.0])
        array([1., 4., 9.])
        """
        with self._lock:
            plan, given = self._prepared(arrays, quiet=True)
            _, _, may_be_nonfinite = plan.run(self._theta, given, False)
            if may_be_nonfinite:
                corrected(self, plan, given, backward=False)
            rows = plan.samples_of_outputs(0)
            return rows[:, 0] if plan.shape is None else rows

    def prepare(self, *arrays: Any) -> None:
        """Trace the function for arrays of these shapes, without running anything.

        Raises TypeError where it cannot be compiled.
        """
        with self._lock:
            self._prepared(arrays, quiet=True)

    def reads(self, thing: Any) -> bool:
        """Whether the function, when it was traced last, read anything of this object."""
        guard = self.plan.guard
        return guard is not None and guard.snapshot.has_visited(thing)

    def store(self) -> None:
        """Copy `theta` back into the parameters' `.data`, whatever was written there."""
        self._parameters.store()

    def load(self) -> None:
        """Copy the parameters' `.data` into `theta`, whatever was written there."""
        self._parameters.load()

    def hessian_vector_product(self, vector: Any, *arrays: Any) -> Any:
        """The Hessian with respect to `theta`, times a vector of that length: the gradient of (gradient · vector).

        >>> from autograd import Value
        >>> from autograd.compiler import compile
        >>> a, b = Value(2.0), Value(3.0)
        >>> compile(lambda: a * a * b, [a, b], backend="numpy").hessian_vector_product([1.0, 0.0])   # 2b, 2a
        array([6., 4.])
        """
        from autograd.compiler.frontend.hessian import directional_gradient

        vector = np.asarray(vector, dtype=np.float64)
        if not self.by_parameters or vector.shape != self.theta.shape:
            raise ValueError(
                f"vector must have {len(self.theta)} numbers, one for each parameter; got shape {vector.shape}"
            )
        if "program" not in self._curvature:
            direction = [Value(0.0) for _ in self.parameters]
            function = directional_gradient(self.function, self.parameters, direction)
            program = Program(function, [*self.parameters, *direction], self.batched, self.backend, self.dtype)
            program.name = f"the gradient of {self.name}"
            self._curvature["program"] = program
        program = self._curvature["program"]
        program.theta = np.concatenate((self.theta, vector))
        return program.value_and_grad(*arrays)[1][: len(vector)]

    # ------------------------------------------------------------------------------------------------------- pickles

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """Pickle the function, the parameters and `theta`; the program is compiled again where it is loaded."""
        check_can_be_sent(self.function, self.parameters, self.name)
        parameters = self.parameters if self.by_parameters else None
        return _loaded, (type(self), self.function, parameters, self.batched, self.backend, self.dtype, self._theta)

    # ------------------------------------------------------------------------------------------------------- inspection

    def __repr__(self) -> str:
        return f"<compiled {self.name}, parameters={len(self.parameters)}, backend={self.backend!r}>"

    @property
    def plan(self) -> Plan:
        """What the passes made of the function, for the shapes of the last call."""
        if self._last is None and not self.of_graph:
            raise RuntimeError("the program has not been traced yet: call it once first")
        if self._last is None:
            self._prepared(())
        assert self._last is not None  # noqa: S101 - set just now
        return self._last

    @property
    def source(self) -> str:
        """The code that runs, as text."""
        return self.plan.source

    def explain(self) -> str:
        """What was recognised: groups, matrix products with their sizes, flops, bytes, the backend and why."""
        return self.plan.explain(self.name)

    def draw(self, direction: str = "auto", theme: str = "auto", engine: str = "auto") -> Graph:
        """The groups as a picture like that of `autograd.draw`: notebooks display it; it has `.svg` and `.save(path)`.

        `direction` is "LR", "TB", "RL", "BT" or "auto", `theme` "auto", "light" or "dark"; `engine` is as in
        `autograd.draw`.  Raises ValueError for other words.
        """
        from autograd.compiler.picture import picture

        return picture(self.plan, self.name, direction=direction, theme=theme, engine=engine)

    # ------------------------------------------------------------------------------------------------------- tracing

    @contextmanager
    def assume_unchanged(self) -> Iterator[None]:
        """Within this block, check only at the first call whether what the function reads has changed.

        For a loop of steps in which no other code runs.

        >>> from autograd.compiler import compile
        >>> scale = [2.0]
        >>> program = compile(lambda x: x * scale[0], backend="numpy")
        >>> with program.assume_unchanged():
        ...     steps = [program(1.0) for _ in range(3)]
        >>> scale[0] = 3.0
        >>> steps, program(1.0)
        ([2.0, 2.0, 2.0], 3.0)
        """
        before = self._assumed
        try:
            self._assumed = set()
            yield
        finally:
            self._assumed = before

    def _prepared(self, arrays: Sequence[Any], quiet: bool = False) -> tuple[Plan, list[Any]]:
        self._parameters.follow()
        given = [_as_array(array, f"argument {n}") for n, array in enumerate(arrays, 1)]
        if self.batched:
            _check_samples(given)
        key = tuple((array.shape[1:] if self.batched else array.shape, array.dtype.kind == "i") for array in given)
        plans = self._plans.pop(key, [])
        self._plans[key] = plans  # the last one used is at the end
        while len(self._plans) > MAX_SHAPES:
            self._plans.pop(next(iter(self._plans)))
        plan, change = self._valid(key, plans)
        outgrown = plan is not None and self.batched and given[0].shape[0] > plan.executable.max_samples
        if plan is None or outgrown:
            with self._lock, pause_gc():
                plan = self._traced(given)
            del plans[: -MAX_PLANS + 1]
            plans.append(plan)
            if change and not quiet:
                self._notice(change)
        else:
            self._retraced = 0
        self._last = plan
        return plan, given

    def _valid(self, key: Any, plans: list[Plan]) -> tuple[Plan | None, str]:
        """The plan for which nothing has changed, if there is one; and what has changed for the last plan."""
        if self._assumed is not None and plans:
            if key in self._assumed:
                return plans[-1], ""
            self._assumed.add(key)
        change = ""
        for plan in reversed(plans):
            found = plan.changed()
            if not found:
                if plan is not plans[-1]:
                    plans.remove(plan)
                    plans.append(plan)
                return plan, ""
            change = change or found
        return None, change

    def _notice(self, change: str) -> None:
        """Warn once if every call has to trace the function again."""
        self._retraced += 1
        if self._retraced == MAX_RETRACES:
            warnings.warn(
                f"{self.name} has been traced again at each of the last {MAX_RETRACES} calls, because {change} had "
                "changed: that is slow; make it an argument of the function",
                RuntimeWarning,
                stacklevel=4,
            )

    def _traced(self, given: list[Any]) -> Plan:
        if self.of_graph:
            if given:
                raise TypeError(
                    f"a program of an existing graph takes no arguments, got {len(given)}; change theta instead"
                )
            flat, shape, settings, guard = self._flat, None, [], None
            if flat is None:
                known = {id(parameter): (PARAMETER, n) for n, parameter in enumerate(self.parameters)}
                flat = flatten([self.function], known)
        else:
            one = [a[0] for a in given] if self.batched else given
            traced = at_theta(self, trace, self.function, one, self.parameters, self.name)
            flat, shape, settings, guard = traced.flat, traced.shape, traced.settings, traced.guard
        samples = len(given[0]) if self.batched else 1
        shapes = [array.shape[1:] if self.batched else array.shape for array in given]
        signature = Signature(flat, shapes, len(self.parameters), self.by_parameters, self.batched)
        plan = make_plan(signature, shape, self.backend, samples, self.dtype)
        plan.settings, plan.guard = settings, guard
        return plan


class BoundProgram:
    """A program with its arguments: `step.value_and_grad()` for the current `theta`, with almost no overhead."""

    def __init__(self, program: Program, plan: Plan, given: list[Any]) -> None:
        self.program, self.plan, self.executable = program, plan, plan.executable
        self.given = [array.copy() for array in given]
        self.samples = given[0].shape[0] if program.batched else 1
        self.inputs = [array.reshape(self.samples, -1) for array in self.given]
        self.packed = plan.executable.pack(self.inputs, self.samples)
        self.attached: Any = None

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        raise TypeError("a bound program cannot be pickled: pickle the program, and call bind(...) where it is loaded")

    def value_and_grad(self) -> tuple[float, Any]:
        """As `Program.value_and_grad`, for the bound arguments."""
        program, executable = self.program, self.executable
        with program._lock:
            program._parameters.follow()
            if executable.attached is not self.attached or self.attached is None:
                self.attached = executable.attach(self.inputs, self.samples, self.packed)
            value, gradient, may_be_nonfinite = executable.value_and_grad(program._theta)
            if may_be_nonfinite:
                (value, *_), gradient = corrected(program, self.plan, self.given, backward=True)
        return value, gradient


def _loaded(kind: type[Program], *arguments: Any) -> Program:
    """The program that was pickled; the last argument is `theta`."""
    *arguments_of_compile, theta = arguments
    program = kind(*arguments_of_compile)
    program.theta = theta
    return program


_programs: WeakSet[Program] = WeakSet()


def _after_fork() -> None:
    """In a child process, release the locks that other threads held when the process forked."""
    for program in _programs:
        program._lock, program._recent = RLock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _listed(parameters: Any) -> list[Value]:
    try:
        return [] if parameters is None else list(parameters)
    except TypeError:
        raise TypeError(
            f"parameters must be a list of leaf Values, such as model.parameters(); got {shown(parameters)}"
        ) from None


def _as_array(argument: Any, name: str) -> Any:
    """The argument as an array of float64 or int64; TypeError if it is not made of real numbers."""
    if type(argument) is np.ndarray and argument.dtype in _KNOWN:
        return argument
    try:
        array = np.asarray(argument)
        kind = array.dtype.kind
        if kind == "i" or (kind == "u" and array.max(initial=0) < 2**63):
            return array.astype(np.int64, copy=False)
        if kind in "fub":
            return array.astype(np.float64, copy=False)
        if kind == "O":  # Fractions, Decimals
            return np.array([real(number, name) for number in array.ravel()], np.float64).reshape(array.shape)
    except (TypeError, ValueError):
        pass
    raise TypeError(f"{name} must be an array of numbers, got {shown(argument)}") from None


_KNOWN = {np.dtype(np.float64), np.dtype(np.int64)}


def _check_samples(given: list[Any]) -> None:
    if not given:
        raise TypeError("a batched program needs at least one argument: its leading axis is the axis of samples")
    lengths = [array.shape[0] if array.ndim else -1 for array in given]
    if min(lengths) < 1 or len(set(lengths)) > 1:
        sizes = ", ".join("a single number" if length < 0 else f"{length} samples" for length in lengths)
        raise ValueError(
            f"the arguments of a batched program must have equally many samples, at least one; got {sizes}"
        )


def _nested(values: Any, shape: Any) -> Any:
    return next(values) if shape is None else [_nested(values, part) for part in shape]
