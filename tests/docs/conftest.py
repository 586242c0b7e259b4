"""The site, built once, and a server for it.  `CHALKGRAD_SITE` names a folder in which it was built before."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
BUILT = Path(os.environ["CHALKGRAD_SITE"]).resolve() if "CHALKGRAD_SITE" in os.environ else None
"""Resolved before any test, which may change the folder."""


class Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript", ".wasm": "application/wasm"}

    def log_message(self, format: str, *args: Any) -> None:
        """No line for each request."""

    def handle(self) -> None:
        """Nothing is wrong when a page is closed before it has got what it asked for."""
        with suppress(ConnectionError):
            super().handle()


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """A function that serves a folder, and returns its address."""
    servers: list[ThreadingHTTPServer] = []

    def served(folder: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield served
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if BUILT is not None:
        return BUILT
    folder = tmp_path_factory.mktemp("site")
    subprocess.run([sys.executable, str(ROOT / "docs" / "build.py"), "--out", str(folder)], check=True)
    return folder


@pytest.fixture(scope="session")
def address(site: Path, serve: Callable[[Path], str]) -> str:
    return serve(site)


@pytest.fixture(scope="session")
def python_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that a page needs to run Python, and pytest."""
    from generate import node
    from generate.python_in_browser import assemble

    node.install()
    folder = tmp_path_factory.mktemp("python")
    assemble(folder, ("pytest", "pluggy", "iniconfig", "packaging", "pygments"))
    return folder


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "these tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


collect_ignore = ["pyodide"]  # programs for Pyodide, not tests
