"""What a browser cannot do, and what is said about it; and what stops a loop without end."""

import contextlib
import io
import json
import sys
import time

import autograd
import nn
from autograd import Value, draw, render_dot
from chalkgrad.__main__ import main
from chalkgrad.exercises import check, sandbox

sandbox.SECONDS = 0.5


def printed(run):
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            status = run()
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    return f"{status}: {said.getvalue()}"


def graph():
    return Value(2.0, label="x") * 3.0


def forever():
    while True:
        pass


def stubborn():
    while True:
        try:
            list(range(10))
        except Exception:
            pass


def stubborn_bare():
    while True:
        try:
            list(range(10))
        except:
            pass


def comprehension():
    return [0 for _ in iter(int, 1)]


def recursive():
    def twice(depth):
        return 0 if depth == 0 else twice(depth - 1) + twice(depth - 1)

    return twice(60)


def stopped(answer):
    began = time.monotonic()
    seen = sandbox.observe_each([answer])
    seconds = time.monotonic() - began
    return [str(seen[0]), 0.4 < seconds < 20.0, [sys.monitoring.get_tool(number) for number in range(6)]]


def after():
    """Once the time is over, nothing watches any longer."""
    began = time.monotonic()
    while time.monotonic() < began + 0.7:
        pass
    return sandbox.observe_each([lambda: 1.0])[0]


result = json.dumps(
    {
        "compile": printed(lambda: autograd.compile(lambda x: x * x)),
        "compiled training": printed(
            lambda: nn.fit(
                nn.MLP(1, [1]), [[1.0]], [1.0], loss="mean_squared_error", optimizer="sgd", epochs=1, engine="compiled"
            )
        ),
        "plot": printed(lambda: nn.plotting.plot_activations(["relu"])),
        "png": printed(lambda: draw(graph()).png()),
        "pdf": printed(lambda: render_dot("graph {}", "pdf")),
        "dot": printed(lambda: draw(graph(), engine="dot").svg),
        "show": printed(lambda: draw(graph()).show()),
        "data": printed(lambda: nn.load_iris()),
        "widget": printed(lambda: autograd.stepper(graph()).widget()),
        "doctor": printed(lambda: main(["doctor"])),
        "demo": printed(lambda: main(["demo"])),
        "grade": printed(lambda: main(["grade", "/tests"])),
        "train": printed(lambda: main(["train", "moons", "--epochs", "1"])),
        "draw as png": printed(lambda: main(["draw", "a*b", "--at", "a=2", "b=3", "-o", "a.png"])),
        "step": printed(lambda: main(["step", "a*b", "--at", "a=2", "b=3"])),
        "worksheet": printed(lambda: main(["worksheet", "-o", "s.html"])),
        "draw": printed(lambda: main(["draw", "a*b", "--at", "a=2", "b=3", "-o", "a.svg"])),
        "endless loops": {
            each.__name__: stopped(each) for each in (forever, stubborn, stubborn_bare, comprehension, recursive)
        },
        "after": after(),
        "an exercise": str(check("02.2", 6.5)),
    }
)
