"""A real Chromium for the tests in this folder.  They need the program `chromium` and the extra `browser`."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = f"{Path(__file__).parent}{os.sep}"
    for item in items:
        if str(item.path).startswith(folder):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "the browser tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visit:
    """A page, and everything that went wrong on it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on(
            "console",
            lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def gradients(self) -> dict[int, float]:
        """The gradients that the page shows, at full precision, by node."""
        found = self.page.eval_on_selector_all(
            "tr[data-node]", "rows => rows.map(row => [row.dataset.node, row.cells[3].dataset.exact])"
        )
        return {int(node): float(exact) for node, exact in found if exact is not None}

    def position(self) -> tuple[str, int, int]:
        root = self.page.locator(".chalkgrad-stepper")
        order, position, last = (root.get_attribute(f"data-{name}") for name in ("order", "position", "last"))
        return str(order), int(position), int(last)


@pytest.fixture
def visit(chromium: Any) -> Iterator[Any]:
    """A function that opens a file; afterwards nothing may have been loaded and nothing reported as an error."""
    contexts, visits = [], []

    def open_file(path: Path, **options: Any) -> Visit:
        context = chromium.new_context(offline=True, **options)
        contexts.append(context)
        one = Visit(context.new_page())
        visits.append(one)
        one.page.goto(path.as_uri())
        return one

    yield open_file
    for context in contexts:
        context.close()
    for one in visits:
        assert one.complaints == []
        assert [url for url in one.requests if not url.startswith(("file:", "data:", "about:"))] == []


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """What a subprocess needs to find this project."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONWARNINGS": "ignore"}


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Iterator[tuple[str, Path]]:
    """The address of a JupyterLab, and the folder that it serves."""
    folder = tmp_path_factory.mktemp("lab")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1", "--IdentityProvider.token="]
    options += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url="]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options], cwd=folder, stdout=log, stderr=log, env=environment
        )
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 300
        while True:
            try:
                urllib.request.urlopen(f"{address}/api", timeout=10).read()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > until:
                    pytest.fail("JupyterLab did not start: " + (folder / "server.log").read_text("utf-8")[-2000:])
                time.sleep(0.3)
        yield address, folder
        server.terminate()
        server.wait(timeout=30)
