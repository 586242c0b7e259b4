"""How smooth are the live lessons and the playground?  Measured in Chromium, in processor time and by the clock.

    python docs/build.py --out site
    python benchmarks/live_pages.py site [--rounds 3] [--parts]

prints the longest task of the main thread for everything that a reader does, the time to the first cell, and the speed
of training.  `--parts` also prints what the longest tasks consist of.  It needs Chromium and `pip install playwright`.
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
from urllib.parse import quote

CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "v8.execute"]
PATIENCE = 120_000
"""Milliseconds."""
LARGEST = "a" + "".join(f"+tanh({x})*{y}" for x, y in zip("bdfhjlnprt" * 4, "cegikmoqsa" * 4, strict=True))[: 38 * 10]
"""A formula of 134 nodes, close to the longest that the page accepts."""
BUSY = "samples=143&held=0.3&batch_size=100"
"""MLP(2, [8, 8, 1]) with a batch of 100 samples."""


class Server(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript", ".wasm": "application/wasm"}

    def log_message(self, format: str, *args: Any) -> None:
        """No line for each request."""


class Browser:
    """A page of the site, and what it cost."""

    def __init__(self, chromium: Any, address: str) -> None:
        self.chromium, self.address = chromium, address
        self.context = chromium.new_context(viewport={"width": 1280, "height": 900})
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)

    def tasks(self, act: Callable[[], None]) -> list[dict[str, Any]]:
        """Do something, and return the events of the threads that draw pages, with their times in microseconds."""
        self.chromium.start_tracing(page=self.page, categories=CATEGORIES)
        act()
        self.page.wait_for_timeout(300)
        events = json.loads(self.chromium.stop_tracing())["traceEvents"]
        frames = [
            frame
            for e in events if e["name"] in ("TracingStartedInBrowser", "FrameCommittedInBrowser")
            for frame in e["args"]["data"].get("frames", [e["args"]["data"]])
        ]  # fmt: skip
        own = {f["processId"] for f in frames if f.get("url", "").startswith((self.address, "about:srcdoc"))}
        main = {
            (e["pid"], e["tid"])
            for e in events if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain" and e["pid"] in own
        }  # fmt: skip
        return [e for e in events if (e["pid"], e["tid"]) in main and e["ph"] == "X" and "tdur" in e]

    def settled(self) -> None:
        """Wait until Python has answered everything."""
        self.page.wait_for_function("document.documentElement.dataset.asked === '0'")

    def drag(self, slider: str) -> None:
        """Move a slider in thirty places, sixty per second."""
        self.page.evaluate(
            "async name => { const slider = document.querySelector(name); for (let k = 0; k < 30; k++) {"
            " slider.value = -2 + k / 10; slider.dispatchEvent(new Event('input'));"
            " await new Promise(requestAnimationFrame); } }",
            slider,
        )
        self.settled()
        self.page.wait_for_timeout(200)
        self.settled()


def longest(events: list[dict[str, Any]]) -> dict[str, Any]:
    return max((e for e in events if e["name"] == "RunTask"), key=lambda e: e["tdur"])


def parts(events: list[dict[str, Any]], task: dict[str, Any]) -> str:
    """What a task consists of, the largest first."""
    inside = [
        e for e in events
        if e["tid"] == task["tid"] and e["pid"] == task["pid"] and e is not task
        and task["ts"] <= e["ts"] and e["ts"] + e["dur"] <= task["ts"] + task["dur"] and e["tdur"] > 2000
    ]  # fmt: skip
    inside.sort(key=lambda e: -e["tdur"])
    return ", ".join(f"{e['name']} {e['tdur'] / 1000:.0f}" for e in inside[:8])


def formula(browser: Browser, text: str) -> Iterator[tuple[str, Callable[[], None]]]:
    page = browser.page

    def open_stepper() -> None:
        page.click("#step-open")
        page.wait_for_selector("#stepper iframe")
        page.frame_locator("#stepper iframe").get_by_role("button", name="One step forward").wait_for()
        page.wait_for_timeout(500)

    def walk() -> None:
        for name, times in (("One step forward", 20), ("One step back", 5), ("To the end", 1), ("To the start", 1)):
            for _ in range(times):
                page.frame_locator("#stepper iframe").get_by_role("button", name=name).click()

    def show() -> None:
        page.fill("#formula", text)
        page.press("#formula", "Enter")
        browser.settled()
        page.wait_for_timeout(300)
        browser.settled()

    yield "show a formula", show
    yield "drag a slider", lambda: browser.drag("#leaves input[type=range]")
    yield "explain another leaf", lambda: (page.select_option("#wrt", index=1), page.wait_for_timeout(300), browser.settled())
    yield "open the stepper", open_stepper
    yield "step through it", walk
    yield "drag with the stepper open", lambda: browser.drag("#leaves input[type=range]")
    yield "close the stepper", lambda: page.click("#step-open")


def network(browser: Browser) -> Iterator[tuple[str, Callable[[], None]]]:
    page = browser.page

    def play() -> None:
        page.click("#play")
        page.wait_for_timeout(4000)
        page.click("#play")
        browser.settled()

    def press(name: str) -> Callable[[], None]:
        return lambda: (page.get_by_role("button", name=name, exact=True).click(), browser.settled())

    yield "play, and pause", play
    yield "one step", press("One step")
    yield "one epoch", press("One epoch")
    yield "diagnose", press("Diagnose")
    for each in page.locator(".presets button").all_inner_texts():
        yield f"preset: {each}", press(each)
    yield "play the deepest", lambda: (press("vanishing gradients")(), play())
    yield "the program", lambda: page.click("summary")


def lesson(browser: Browser) -> Iterator[tuple[str, Callable[[], None]]]:
    page = browser.page
    count = page.locator(".live-cell").count()

    def run_all() -> None:
        page.get_by_role("button", name="Run all cells").click()
        page.wait_for_function(
            "[...document.querySelectorAll('.live-bar .note')].at(-1).textContent === 'done'"
        )

    def type_code() -> None:
        page.locator(".live-cell textarea").nth(count // 2).press_sequentially("x = 1\nfor each in range(3):\n")

    before = page.locator(".live-cell textarea").nth(count // 2).input_value()
    yield "type into a cell", type_code
    page.locator(".live-cell textarea").nth(count // 2).fill(before)
    yield "run all cells", run_all
    yield "scroll", lambda: (page.mouse.wheel(0, 20_000), page.wait_for_timeout(500))


def report(browser: Browser, what: str, act: Callable[[], None], rounds: dict[str, list[float]], show_parts: bool) -> None:
    events = browser.tasks(act)
    task = longest(events)
    rounds.setdefault(what, []).append(task["tdur"] / 1000)
    if show_parts:
        print(f"  {task['tdur'] / 1000:6.1f} ms of processor time, {task['dur'] / 1000:6.1f} by the clock: {what}: {parts(events, task)}", flush=True)


def first_cell(browser: Browser, path: str) -> float:
    """Seconds from opening a lesson to the output of its first cell."""
    page, began = browser.page, time.perf_counter()
    page.goto(browser.address + path)
    page.locator(".live-cell").first.get_by_role("button", name="Run cell 1", exact=True).click()
    page.wait_for_function("document.querySelector('.live-bar .note').textContent === 'done'")
    return time.perf_counter() - began


def speed(browser: Browser, seconds: float = 10.0) -> tuple[float, float]:
    """Training steps and redrawn boundaries per second."""
    page = browser.page
    page.goto(browser.address + f"playground/index.html#{BUSY}")
    page.wait_for_selector("#play:enabled")
    browser.settled()
    page.evaluate(
        "window.drawn = 0; new MutationObserver(() => drawn++).observe(document.getElementById('plane-picture'), {childList: true})"
    )
    now = lambda: (int(re.sub(r"\D.*", "", page.inner_text("#counts").replace(",", ""))), page.evaluate("drawn"), time.perf_counter())  # noqa: E731
    page.click("#play")
    page.wait_for_timeout(1000)
    before = now()
    page.wait_for_timeout(1000 * seconds)
    after = now()
    page.click("#play")
    browser.settled()
    took = after[2] - before[2]
    return (after[0] - before[0]) / took, (after[1] - before[1]) / took


@contextmanager
def served(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Server, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


def one_round(chromium: Any, address: str, found: dict[str, list[float]], show_parts: bool) -> None:
    browser = Browser(chromium, address)
    page = browser.page
    see = partial(report, browser, rounds=found, show_parts=show_parts)

    def opened(path: str, ready: str) -> Callable[[], None]:
        return lambda: (page.goto("about:blank"), page.goto(address + path), page.wait_for_selector(ready), browser.settled())

    see("expression: open", opened("playground/index.html#view=expression", "#leaves output"))
    for kind, text in (("", "tanh(x*w + b) + max(x, 0)*w"), (" (134 nodes)", LARGEST)):
        for what, act in formula(browser, text):
            see(f"expression{kind}: {what}", act)
    see("network: open", opened("playground/index.html", "#play:enabled"))
    for what, act in network(browser):
        see(f"network: {what}", act)
    for name in ("live/02-the-chain-rule-by-hand.html", "live/03-why-the-order-matters.html"):
        see(f"lesson {name[5:7]}: open", lambda name=name: (page.goto("about:blank"), first_cell(browser, name), page.wait_for_timeout(2000)))
        for what, act in lesson(browser):
            see(f"lesson {name[5:7]}: {what}", act)
    browser.context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parts", action="store_true")
    given = parser.parse_args()
    from playwright.sync_api import sync_playwright

    found: dict[str, list[float]] = {}
    cells, steps, redraws = [], [], []
    with served(given.site) as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for _ in range(given.rounds):
            one_round(chromium, address, found, given.parts)
            browser = Browser(chromium, address)
            first_cell(browser, "live/01-values-remember.html")  # the cache is filled
            cells.append(first_cell(browser, "live/01-values-remember.html"))
            step, redraw = speed(browser)
            steps.append(step)
            redraws.append(redraw)
            browser.context.close()
        chromium.close()
    print("longest task of the main thread, in ms of processor time (median, greatest)")
    for what, numbers in found.items():
        print(f"  {median(numbers):6.1f} {max(numbers):6.1f}  {what}")
    print(f"first cell: {median(cells):.1f} s (greatest {max(cells):.1f})")
    print(f"training: {median(steps):.1f} steps per second, {median(redraws):.2f} redraws")


if __name__ == "__main__":
    main()
