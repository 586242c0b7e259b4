"""What works everywhere: run natively and in a browser, each feature must give the same text.

Only names and strings are exchanged: the variable `result` is a JSON object from the name of a feature to what it gave.
"""

import contextlib
import io
import json
from pathlib import Path

import autograd
import nn
from autograd import Value, check_gradients, draw, explain, grad, hessian, nudge, render_dot, stepper, trace
from chalkgrad.__main__ import main
from chalkgrad.exercises import find


def small():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    f = (a * b + a.sin()).tanh()
    f.label = "f"
    return f


def with_gradients():
    f = small()
    f.backward()
    return f


def network():
    model = nn.MLP(2, [4, 1], seed=0)
    return nn.mean_squared_error(model([0.5, -1.0]), 1.0)


def rounded(numbers):
    """A browser's libm may differ in the last bits."""
    return [f"{number:.12g}" for number in numbers]


def trained(**settings):
    X, y = nn.make_moons(40, seed=0)
    model = nn.MLP(2, [6, 1], activation="tanh", seed=0)
    history = nn.fit(
        model, X, y, loss="binary_cross_entropy_with_logits", optimizer=nn.Adam(model, 0.05), epochs=5, seed=0,
        progress=False, **settings,
    )  # fmt: skip
    return model, X, y, history


def command(*arguments):
    """What a command prints, and its exit status."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        status = main(list(arguments))
    return f"{status}: {printed.getvalue()}"


def written(name, *arguments):
    """The file that a command writes."""
    return command(*arguments, "-o", name).partition(":")[0] + Path(name).read_text(encoding="utf-8")


def wrong(run):
    try:
        run()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "no error"


def checked(number, answer):
    return str(find(number).check(answer))


FEATURES = {
    "gradient": lambda: [v.grad for v in with_gradients().operands],
    "draw": lambda: draw(small(), engine="wasm").svg,
    "draw, with gradients": lambda: draw(with_gradients(), engine="wasm", partials=True, direction="TB").svg,
    "draw, a network": lambda: draw(network(), engine="wasm").svg,
    "draw, a layout from the circle": lambda: render_dot(
        "digraph { a -> b -> c -> a }", layout="circo", engine="wasm"
    ).decode(),
    "draw, plain": lambda: render_dot("graph { a -- b }", "plain", engine="wasm").decode(),
    "draw, Greek and arrows": lambda: render_dot('digraph { "α → ∂" -> "<b>&amp;" }', engine="wasm").decode(),
    "draw, wrong DOT": lambda: wrong(lambda: render_dot("digraph { a -> ", engine="wasm")).partition(";")[0],
    "draw, and then again": lambda: render_dot("digraph { a }", engine="wasm").decode(),
    "the picture in a notebook": lambda: small()._repr_mimebundle_(),
    "explain": lambda: str(explain(with_gradients(), "a")),
    "nudge": lambda: str(nudge(small(), "a", by=0.001)),
    "trace": lambda: [step.formula for step in trace(small()).forward],
    "stepper": lambda: len(stepper(small()).html()) > 10_000,
    "second derivative": lambda: grad(grad(lambda x: x**3))(2.0),
    "Hessian": lambda: hessian(lambda p: p[0] ** 2 * p[1])([3.0, 5.0]),
    "check_gradients": lambda: check_gradients(lambda x, y: (x * y).sin() + x / y, 0.7, 1.3),
    "fit": lambda: rounded(trained()[3]["loss"]),
    "predict": lambda: rounded(nn.predict(trained()[0], [[0.0, 1.0]])),
    "evaluate": lambda: rounded(nn.evaluate(*trained()[:3], loss="binary_cross_entropy_with_logits").values()),
    "diagnose": lambda: str(nn.diagnose(nn.MLP(2, [4, 1], activation="sigmoid", seed=0), [[9.0, 1.0]] * 4, [0, 1] * 2)),
    "save and load": lambda: (nn.save(trained()[0], "m.json"), rounded([nn.load("m.json")([0.0, 1.0]).data]))[1],
    "right answer": lambda: checked("02.2", -6),
    "wrong answer": lambda: checked("02.2", 6.5),
    "chalkgrad explain": lambda: command("explain", "a*b + sin(a)", "--at", "a=2", "b=-3"),
    "chalkgrad step": lambda: len(written("page.html", "step", "a*b", "--at", "a=2", "b=-3")) > 10_000,
    "chalkgrad formulas": lambda: written("formulas.html", "formulas"),
    "wrong name": lambda: wrong(lambda: nn.MLP(2, [1], activation="rleu")),
    "a logarithm of zero": lambda: wrong(lambda: autograd.log(0.0)),
}

result = json.dumps({name: str(feature()) for name, feature in FEATURES.items()})
