"""How smooth are the live lessons and the playground?  Measured in Chromium on a finished site.

    python docs/build.py --out site
    python benchmarks/live_pages.py site [--rounds 3] [--only expression network lesson speed] [--parts]

For everything that a reader does it prints the longest task of the main thread, in milliseconds of processor time (as
Chromium's trace counts it) and by the clock; then the time to the first cell, and the speed of training, by the clock
and per second of the worker's processor time, for a busy machine.  `--parts` prints what the longest tasks consist of.
It needs Chromium and `pip install playwright`.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "v8.execute"]
PATIENCE = 120_000
"""Milliseconds."""
SMALL = "tanh(x*w + b) + max(x, 0)*w"
PAIRS = list(zip("acegikmoqs" * 2, "bdfhjlnprt" * 2, strict=True))[:16]
LARGE = "+".join(f"(tanh({x}*{y})*{y}+tanh({y})*{x})" for x, y in PAIRS)
"""A formula of 131 nodes, nearly as long as the page accepts."""
BATCH = {"samples": 143, "held": 0.3, "batch_size": 100}
"""MLP(2, [8, 8, 1]) with 100 samples per step."""
FIRST = "live/01-values-remember.html"
LESSONS = ("live/02-the-chain-rule-by-hand.html", "live/03-why-the-order-matters.html")
"""The lesson with the most elements, and the one with most steppers."""

Act = Callable[[], Any]


class Files(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript", ".wasm": "application/wasm"}

    def log_message(self, format: str, *args: Any) -> None:
        """No line for each request."""


class Tab:
    """A page of the site, and what it costs."""

    def __init__(self, chromium: Any, address: str) -> None:
        self.chromium, self.address = chromium, address
        self.page = chromium.new_page(viewport={"width": 1280, "height": 900})
        self.page.set_default_timeout(PATIENCE)

    def open(self, path: str, ready: str) -> None:
        self.page.goto(self.address + path)
        self.page.wait_for_selector(ready)
        self.settle()

    def settle(self) -> None:
        """Wait until Python has answered, also what the page asks once a slider rests."""
        for _ in range(2):
            self.page.wait_for_function("document.documentElement.dataset.asked === '0'")
            self.page.wait_for_timeout(200)

    def trace(self, act: Act, thread: str = "CrRendererMain") -> list[dict[str, Any]]:
        """The events on the main threads of the page and its frames, or on another thread, in microseconds."""
        self.chromium.start_tracing(page=self.page, categories=CATEGORIES)
        act()
        self.page.wait_for_timeout(300)
        events = json.loads(self.chromium.stop_tracing())["traceEvents"]
        frames = [
            frame
            for event in events if event["name"] in ("TracingStartedInBrowser", "FrameCommittedInBrowser")
            for frame in event["args"]["data"].get("frames", [event["args"]["data"]])
        ]  # fmt: skip
        own = {f["processId"] for f in frames if f.get("url", "").startswith((self.address, "about:srcdoc"))}
        threads = {
            (event["pid"], event["tid"])
            for event in events
            if event["name"] == "thread_name" and event["args"]["name"] == thread and event["pid"] in own
        }
        return [e for e in events if e["ph"] == "X" and "tdur" in e and (e["pid"], e["tid"]) in threads]


def parts(events: list[dict[str, Any]], task: dict[str, Any]) -> str:
    """What a task consists of, the largest first."""
    inside = [
        (event["tdur"] / 1000, event["name"])
        for event in events
        if event["tid"] == task["tid"] and event is not task and event["tdur"] > 2000
        and task["ts"] <= event["ts"] and event["ts"] + event["dur"] <= task["ts"] + task["dur"]
    ]  # fmt: skip
    return ", ".join(f"{name} {took:.0f}" for took, name in sorted(inside, reverse=True)[:6])


def in_stepper(tab: Tab, name: str) -> Any:
    return tab.page.frame_locator("#stepper iframe").get_by_role("button", name=name)


def drag(tab: Tab) -> None:
    """Move the first slider to thirty places, one per frame."""
    tab.page.evaluate(
        "async () => { const slider = document.querySelector('#leaves input[type=range]');"
        " for (let k = 0; k < 30; k++) { slider.value = -2 + k / 10; slider.dispatchEvent(new Event('input'));"
        " await new Promise(requestAnimationFrame); } }"
    )
    tab.settle()


def formula(tab: Tab, text: str) -> Iterator[tuple[str, Act]]:
    """What a reader does with a formula."""
    page = tab.page

    def show() -> None:
        page.fill("#formula", text)
        page.press("#formula", "Enter")
        tab.settle()

    def open_stepper() -> None:
        page.click("#step-open")
        in_stepper(tab, "One step forward").wait_for()
        page.wait_for_timeout(500)

    def walk() -> None:
        for name, times in (("One step forward", 20), ("One step back", 5), ("To the end", 1), ("To the start", 1)):
            for _ in range(times):
                in_stepper(tab, name).click()

    yield "show it", show
    yield "drag a slider", lambda: drag(tab)
    yield "explain another gradient", lambda: (page.select_option("#wrt", index=1), tab.settle())
    yield "open the stepper", open_stepper
    yield "step through it", walk
    yield "drag a slider below the stepper", lambda: drag(tab)
    yield "close the stepper", lambda: page.click("#step-open")


def network(tab: Tab) -> Iterator[tuple[str, Act]]:
    """What a reader does with a network."""
    page = tab.page

    def press(name: str) -> Act:
        return lambda: (page.get_by_role("button", name=name, exact=True).click(), tab.settle())

    def play() -> None:
        page.click("#play")
        page.wait_for_timeout(4000)
        page.click("#play")
        tab.settle()

    def type_setting() -> None:
        page.fill("[name=widths]", "12, 12")
        page.press("[name=widths]", "Tab")
        tab.settle()

    yield "play and pause", play
    for name in ("One step", "One epoch", "Diagnose"):
        yield name.lower(), press(name)
    for name in page.locator(".presets button").all_inner_texts():
        yield f"preset: {name}", press(name)
    yield "play the last of them", play
    yield "type other layers", type_setting
    yield "open the program", lambda: page.click("summary")


def lesson(tab: Tab) -> Iterator[tuple[str, Act]]:
    """What a reader does in a lesson."""
    page = tab.page
    editor = page.locator(".live-cell textarea").first
    code = editor.input_value()

    def run_all() -> None:
        page.get_by_role("button", name="Run all cells").click()
        page.wait_for_function("[...document.querySelectorAll('.live-bar .note')].at(-1).textContent === 'done'")

    yield "type into a cell", lambda: editor.press_sequentially("x = 1\nfor each in range(3):\n")
    editor.fill(code)
    yield "run all cells", run_all
    yield "scroll", lambda: (page.mouse.wheel(0, 20_000), page.wait_for_timeout(500))


def first_cell(tab: Tab, path: str) -> float:
    """Seconds from opening a lesson to the output of its first cell."""
    began = time.perf_counter()
    tab.page.goto(tab.address + path)
    tab.page.get_by_role("button", name="Run cell 1", exact=True).click()
    tab.page.wait_for_function("document.querySelector('.live-bar .note').textContent === 'done'")
    return time.perf_counter() - began


def speed(tab: Tab, seconds: float = 10.0) -> tuple[float, float, float]:
    """Training steps and redrawn boundaries per second, and steps per second of the worker's processor time."""
    page = tab.page
    tab.open(f"playground/index.html#{urlencode(BATCH)}", "#play:enabled")
    page.evaluate(
        "window.drawn = 0; new MutationObserver(() => drawn++).observe("
        "document.getElementById('plane-picture'), { childList: true })"
    )

    def now() -> tuple[int, int, float]:
        steps = re.sub(r"\D.*", "", page.inner_text("#counts").replace(",", ""))
        return int(steps), page.evaluate("drawn"), time.perf_counter()

    page.click("#play")
    page.wait_for_timeout(1000)
    moments = []
    events = tab.trace(
        lambda: (moments.append(now()), page.wait_for_timeout(1000 * seconds), moments.append(now())),
        "DedicatedWorker thread",
    )
    page.click("#play")
    tab.settle()
    steps, drawn, took = (late - early for early, late in zip(*moments, strict=True))
    processor = sum(event["tdur"] for event in events if event["name"] == "RunTask") / 1e6
    return steps / took, drawn / took, steps / processor


def everything(tab: Tab, only: list[str]) -> Iterator[tuple[str, Act]]:
    """All that is traced, in order: what it is, and how it is done."""
    if "expression" in only:
        yield "expression: open", lambda: tab.open("playground/index.html#view=expression", "#leaves output")
        for size, text in (("small", SMALL), ("large", LARGE)):
            yield from ((f"{size} formula: {what}", act) for what, act in formula(tab, text))
    if "network" in only:
        tab.page.goto("about:blank")  # leaving the page before is not measured
        yield "network: open", lambda: tab.open("playground/index.html", "#play:enabled")
        yield from ((f"network: {what}", act) for what, act in network(tab))
    for path in LESSONS if "lesson" in only else ():
        name = f"lesson {path[5:7]}"
        tab.page.goto("about:blank")
        yield f"{name}: open", lambda path=path: first_cell(tab, path)  # type: ignore[misc]
        yield from ((f"{name}: {what}", act) for what, act in lesson(tab))


@contextmanager
def served(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("site", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    kinds = ["expression", "network", "lesson", "speed"]
    parser.add_argument("--only", nargs="+", choices=kinds, default=kinds)
    parser.add_argument("--parts", action="store_true")
    given = parser.parse_args()
    from playwright.sync_api import sync_playwright

    tasks: dict[str, list[tuple[float, float]]] = {}
    cells, speeds = [], []
    with served(given.site) as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for _ in range(given.rounds):
            tab = Tab(chromium, address)
            for what, act in everything(tab, given.only):
                events = tab.trace(act)
                task = max((event for event in events if event["name"] == "RunTask"), key=lambda event: event["tdur"])
                tasks.setdefault(what, []).append((task["tdur"] / 1000, task["dur"] / 1000))
                if given.parts:
                    print(f"{task['tdur'] / 1000:6.1f} ms  {what}: {parts(events, task)}", flush=True)
            if "speed" in given.only:
                first_cell(tab, FIRST)  # fills the cache
                cells.append(first_cell(tab, FIRST))
                speeds.append(speed(tab))
            tab.page.close()
        chromium.close()
    print("The longest task of the main thread: median and maximum of processor time, median by the clock, in ms")
    for what, found in tasks.items():
        processor, clock = zip(*found, strict=True)
        print(f"{median(processor):6.1f} {max(processor):6.1f} {median(clock):7.1f}  {what}")
    for seconds, (steps, drawn, alone) in zip(cells, speeds, strict=True):
        print(
            f"first cell after {seconds:.1f} s; {steps:.1f} steps and {drawn:.2f} redrawn boundaries per second; "
            f"{alone:.1f} steps per second of processor time"
        )


if __name__ == "__main__":
    main()
