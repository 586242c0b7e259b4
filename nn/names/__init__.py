"""What are the names of PyTorch and Keras called here?

The error for a name or keyword argument that only they have says what to write. The names are data, in ``names.txt``,
and read when they are first needed. Read before: nothing. Read after: ``settings``, what may be assigned
to a layer or an optimizer.
"""

from __future__ import annotations

from functools import cache, wraps
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from autograd import foreign_names
from autograd.foreign_names import guess, missing, sections_in, too_many, unexpected_keyword

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    Function = TypeVar("Function", bound=Callable[..., Any])


@cache
def answers() -> dict[str, dict[str, str]]:
    """The sections of ``names.txt``."""
    from pkgutil import get_data

    return sections_in((get_data(__name__, "names.txt") or b"").decode())  # perhaps in a zip file


def no_such_name(name: str, known: list[str], module: str = "nn") -> str:
    """The message of the error for ``nn.name``, or ``nn.losses.name``, which does not exist.

    >>> no_such_name("MSELoss", [])
    "module 'nn' has no attribute 'MSELoss'; here it is nn.mean_squared_error"
    """
    message, table = f"module {module!r} has no attribute {name!r}", answers()
    if name in table["activation"]:
        here = table["activation"][name]
        layer = f"nn.Layer(2, 16, activation={here!r}) or nn.MLP(2, [16, 1], activation={here!r})"
        return f"{message}; here it is an activation's name, as in {layer}"
    if name in table["autograd"]:
        return f"{message}; here it is autograd.{table['autograd'][name]}"
    if name in table["here"]:
        return f"{message}; here it is {table['here'][name]}"
    if name in table["absent"]:
        return f"{message}; it does not exist here: {table['absent'][name]}"
    return message + guess(name, known, module)


def answers_names_of(module: ModuleType) -> Callable[[str], NoReturn]:
    """The ``__getattr__`` of a module of ``nn``: an unknown name is answered as in ``nn`` itself."""

    def answer(name: str) -> NoReturn:
        known = [other for other in vars(module) if not other.startswith("_")]
        raise missing(no_such_name(name, known, module.__name__), name, module.__name__)

    return answer


class _Elsewhere:
    """A method that models have elsewhere. A ``__getattr__`` would make every attribute of a module slower."""

    def __init__(self, name: str) -> None:
        self.name = name

    def here(self, kind: Any) -> str:
        """What is written here."""
        return f"here it is {answers()['module'][self.name]}"

    def __get__(self, module: Any, kind: type) -> NoReturn:
        message = f"{kind.__name__!r} object has no attribute {self.name!r}"
        raise AttributeError(f"{message}; {self.here(kind)}", name=self.name, obj=module)


class _WithoutEffect(_Elsewhere):
    """Such a name that a program assigns to: without an error it would believe that this has an effect."""

    def __set__(self, module: Any, value: object) -> None:
        cure = foreign_names.answers()["set"].get(self.name)
        ending = f" here: {cure}" if cure else f"; {self.here(type(module))}"
        message = f"{type(module).__name__}.{self.name} = {value!r} has no effect{ending}"
        raise AttributeError(message, name=self.name, obj=module)


class _Setting(_WithoutEffect):
    """A setting of an optimizer or a layer that has another name elsewhere; a user's subclass may have it."""

    def __get__(self, thing: Any, kind: type) -> Any:
        own = {} if thing is None else vars(thing)
        return own[self.name] if self.name in own else super().__get__(thing, kind)

    def __set__(self, thing: Any, value: object) -> None:
        if type(thing).__module__.partition(".")[0] == __name__.partition(".")[0]:
            super().__set__(thing, value)
        vars(thing)[self.name] = value

    def here(self, kind: Any) -> str:
        """The setting of this kind that is meant, if it has one."""
        table = answers()
        text = table["setting"].get(self.name) or table["module"].get(self.name)
        known = [*_parameters(kind.__init__), *dir(kind)]
        found = [text] if text else [name for name in table["keyword"][self.name].split() if name in known]
        return f"here it is {found[0]}" if found else f"{kind.__name__} has no such setting"


def of_setting(kind: Any, name: str, settings: list[str], strict: bool) -> str:
    """What to write instead of assigning to ``name``, which ``kind`` does not read; ``settings`` are those that it has.

    Empty if the name is neither an argument of the constructor nor known from elsewhere, unless ``strict``.
    """
    table = answers()
    here = table["keyword"].get(name, "").split()
    found = [known for known in here if known in settings] + [
        table["setting"][known] for known in (name, *here) if known in table["setting"]
    ]
    if found:
        return f"here it is {found[0]}"
    if name in _parameters(kind.__init__):
        return f"it is an argument of {kind.__name__}(...) only: make a new one"
    if name in table["no keyword"]:
        return table["no keyword"][name]
    if not strict:
        return ""
    return f"{kind.__name__} has no such setting" + (f"; it has {', '.join(settings)}" if settings else "")


METHODS_ELSEWHERE = (
    "fit", "compile", "predict", "predict_proba", "evaluate", "score", "save", "load", "backward", "forward",
    "to", "cpu", "cuda", "children", "named_children", "modules", "apply", "requires_grad", "requires_grad_",
    "trainable", "weight", "bias", "num_parameters", "count_parameters", "count_params",
)  # fmt: skip
OF_OPTIMIZERS = ("lr", "eps", "rho", "beta_1", "beta_2", "beta1", "beta2", "param_groups")


def explain_methods(kind: type) -> None:
    """Let the error for a method that models have elsewhere say what to write; one of the user's own has priority."""
    kind.__dir__ = _offered  # type: ignore[method-assign, assignment]
    for name in METHODS_ELSEWHERE:
        setattr(kind, name, (_WithoutEffect if name in ("requires_grad", "trainable") else _Elsewhere)(name))


def explain_settings(kind: type, *names: str) -> None:
    """Let the error for a setting that has another name elsewhere say what to write, also if it is assigned to."""
    kind.__dir__ = _offered  # type: ignore[method-assign, assignment]
    for name in names:
        setattr(kind, name, _Setting(name))


def _offered(thing: object) -> list[str]:
    """What Tab offers: the names of the object and its class, without those that only have an error."""
    return [name for name in object.__dir__(thing) if name in vars(thing) or hasattr(type(thing), name)]


def explains_keywords(function: Function, name: str = "") -> Function:
    """Let a function's ``TypeError`` for an argument of PyTorch, Keras or scikit-learn say what to write.

    One keyword is accepted: ``lr`` for ``learning_rate``. ``name``: of the class, if the function is an inherited
    ``__init__``.

    >>> @explains_keywords
    ... def draw(seed): ...
    >>> draw(random_state=0)
    Traceback (most recent call last):
    TypeError: draw() got an unexpected keyword argument 'random_state'; here it is seed
    """
    name = name or function.__qualname__.removesuffix(".__init__")

    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return function(*arguments, **named)
        except TypeError as error:
            if said := too_many(error, function, len(arguments), name, answers()["position"].get(name, "")):
                raise TypeError(said) from None
            found = unexpected_keyword(error)
            if not found:
                raise
            if found == "lr" and "learning_rate" not in named and "learning_rate" in _parameters(function):
                named["learning_rate"] = named.pop("lr")
                return function(*arguments, **named)
            said = str(error).replace(function.__qualname__, name, 1)
            raise TypeError(f"{said}{_of_keyword(found, function)}") from None

    return call  # type: ignore[return-value]


def _parameters(function: Any) -> list[str]:
    from inspect import signature

    return list(signature(function).parameters)


def _of_keyword(name: str, function: Any) -> str:
    known, table = _parameters(function), answers()
    for here in table["keyword"].get(name, "").split():
        if here in known:
            return f"; here it is {here}"
    if name in table["no keyword"]:
        return f"; {table['no keyword'][name]}"
    known = [keyword for keyword in known if keyword != "self"]
    return f"; it takes {', '.join(known)}"
