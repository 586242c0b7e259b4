"""The built site in a real Chromium: every page at two widths, every link, nothing from another host."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import pytest
from generate import links, stage
from generate.repository import BLOB, REPOSITORY, TREE

import autograd
import nn
from autograd import Primitive

pytestmark = pytest.mark.docs
ROOT = Path(__file__).parent.parent.parent
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    const page = document.scrollingElement.scrollWidth > width;
    return page ? [...document.querySelectorAll("article *")].filter(
        each => each.getBoundingClientRect().right > width + 1
            && !each.closest(".table-wrapper, pre, .math, .cell_output")
    ).slice(0, 3).map(each => each.outerHTML.slice(0, 200)) : [];
}"""
SEEN = """() => ({
    links: [...document.querySelectorAll("a[href]")].map(each => each.getAttribute("href")),
    images: [...document.querySelectorAll("img")]
        .filter(each => !each.naturalWidth && each.loading !== "lazy").map(each => each.src),
    ids: [...document.querySelectorAll("[id]")].map(each => each.id),
    raw: [...document.querySelectorAll("article p, article li, article td")].map(e => e.textContent)
        .filter(text => /\\{(py:obj|doc|ref)\\}|\\$\\$|:::/.test(text)).slice(0, 3),
})"""


def pages(site: Path) -> list[str]:
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html") if "_static" not in path.parts)


class Tab:
    """A tab, and what went wrong on its page."""

    def __init__(self, context: Any, address: str) -> None:
        self.page, self.address = context.new_page(), address
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._note(message.type == "error", message.text))
        self.page.on("pageerror", lambda error: self._note(True, str(error)))
        # A page that is left while it loads Python stops loading.
        left = "net::ERR_ABORTED"
        self.page.on("requestfailed", lambda r: self._note(r.failure != left, f"failed: {r.url}, {r.failure}"))
        self.page.on("response", lambda answer: self._note(answer.status > 399, f"{answer.status}: {answer.url}"))
        own = (address, "data:", "blob:", "about:")
        self.page.on("request", lambda request: self._note(not request.url.startswith(own), f"asks {request.url}"))

    def _note(self, wrong: bool, text: str) -> None:
        if wrong:
            self.complaints.append(text)

    def visit(self, page: str) -> list[str]:
        self.complaints.clear()
        self.page.goto(self.address + page, wait_until="load")
        return [*self.complaints, *(f"too wide: {each}" for each in self.page.evaluate(TOO_WIDE))]


@pytest.fixture(scope="module")
def crawled(chromium: Any, site: Path, address: str) -> dict[str, dict[str, Any]]:
    """What is on each page, and what is wrong with it on a phone in the dark and on a desk in the light."""
    found: dict[str, dict[str, Any]] = {}
    for viewport, scheme in ((PHONE, "dark"), (DESK, "light")):
        context = chromium.new_context(viewport=viewport, color_scheme=scheme)
        tab = Tab(context, address)
        for page in pages(site):
            record = found.setdefault(page, {"complaints": []})
            record["complaints"] += [f"{viewport['width']}: {complaint}" for complaint in tab.visit(page)]
            if viewport is PHONE:
                record |= tab.page.evaluate(SEEN)
        context.close()
    return found


def test_every_page_has_an_icon(site: Path) -> None:
    """Without one, a browser asks for /favicon.ico, which the site does not have."""
    for page in pages(site):
        text = (site / page).read_text(encoding="utf-8")
        (icon,) = re.findall(r'<link rel="icon" href="([^"]+)"|<link rel="shortcut icon" href="([^"]+)"', text)
        assert "".join(icon) == "data:," or (site / page).parent.joinpath("".join(icon)).is_file(), page


def test_no_page_complains_scrolls_sideways_or_asks_another_host(crawled: dict[str, dict[str, Any]]) -> None:
    assert len(crawled) > 50
    faults = {page: record["complaints"] for page, record in crawled.items() if record["complaints"]}
    assert not faults
    assert not {page: record["images"] for page, record in crawled.items() if record["images"]}
    assert not {page: record["raw"] for page, record in crawled.items() if record["raw"]}


def test_every_link_leads_somewhere(crawled: dict[str, dict[str, Any]], site: Path, address: str) -> None:
    broken = []
    for page, record in crawled.items():
        for link in record["links"]:
            if re.match(r"(mailto|javascript):", link):
                continue
            target, anchor = urldefrag(urljoin(address + page, link))
            if target.startswith(address):
                path = unquote(target.removeprefix(address)) or "index.html"
                known = crawled.get(path)
                exists = (site / path).is_file() if known is None else not anchor or unquote(anchor) in known["ids"]
                if not exists:
                    broken.append((page, link))
            elif target.startswith((BLOB, TREE)):
                if not (ROOT / unquote(target.removeprefix(BLOB).removeprefix(TREE))).exists():
                    broken.append((page, link))
            elif urlparse(target).scheme != "https":
                broken.append((page, link))
    assert not broken


def test_the_repository_is_named_in_one_place() -> None:
    """Besides the metadata of the package, which cannot be computed."""
    named = [
        path.relative_to(ROOT).as_posix()
        for path in [*(ROOT / "docs").rglob("*"), *(ROOT / ".github").rglob("*")]
        if path.is_file()
        and "node_modules" not in path.parts
        and path.suffix in (".py", ".md", ".yml", ".toml", ".mjs")
        if REPOSITORY in path.read_text(encoding="utf-8")
    ]
    assert named == ["docs/generate/repository.py"]


def test_every_public_name_is_in_the_reference_once(site: Path) -> None:
    from sphinx.util.inventory import InventoryFile

    with (site / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda base, path: path)
    documented = {name: entry.uri for kind in ("py:function", "py:class") for name, entry in inventory[kind].items()}
    assert all(uri.startswith("reference/") for uri in documented.values())
    sheet = (site / "reference" / "formula_sheet.html").read_text(encoding="utf-8")
    for package in (autograd, nn):
        for name in package.__all__:
            thing = getattr(package, name)
            if isinstance(thing, Primitive):
                assert f">{name}<" in sheet, name
            elif callable(thing):
                own = {f"{package.__name__}.{name}", f"nn.data.{name}", f"nn.plotting.{name}"}
                assert len(own & documented.keys()) == 1, name


def test_each_heading_has_a_level(site: Path) -> None:
    headings = [
        each for page in pages(site) for each in re.findall(r"<[^>]*heading[^>]*>", (site / page).read_text("utf-8"))
    ]
    with_role = [each for each in headings if 'role="heading"' in each]
    assert with_role
    assert not [each for each in with_role if "aria-level" not in each]


def test_formulas_are_on_the_page_and_no_script_makes_them(site: Path) -> None:
    page = (site / "reference" / "losses.html").read_text(encoding="utf-8")
    assert page.count('class="katex"') > 20
    assert "<math" in page
    assert "mathjax" not in "".join(re.findall("<script[^>]*>", page)).lower()
    assert list((site / "_static" / "katex" / "fonts").glob("*.woff2"))


def test_the_code_of_the_guided_reading_is_the_source(site: Path) -> None:
    page = re.sub(r"<[^>]+>", "", (site / "internals" / "ten_stops.html").read_text(encoding="utf-8"))
    assert "def backpropagate(" in page
    assert "def blocks(" in page
    assert page.count("Stop ") >= 10


def test_search_finds_a_lesson(chromium: Any, address: str) -> None:
    tab = chromium.new_page()
    tab.goto(f"{address}search.html?q=vanishing")
    tab.wait_for_selector("#search-results li a")
    assert any(
        "09-vanishing" in href for href in tab.eval_on_selector_all("#search-results a", "as => as.map(a => a.href)")
    )
    tab.close()


def test_links_of_the_repository_become_links_of_the_site() -> None:
    def rewritten(text: str) -> str:
        pages = {
            PurePosixPath("docs/a.md"): PurePosixPath("a.md"),
            PurePosixPath("docs/b/c.md"): PurePosixPath("b/c.md"),
        }
        return links.rewritten(text, PurePosixPath("docs/b/c.md"), pages, ROOT, {"reference/x.md"})

    assert rewritten("[a](../a.md#part)") == "[a](../a.md#part)"
    assert rewritten("[x](../reference/x.md)") == "[x](../reference/x.md)"
    assert rewritten("[row](../../autograd/value.py)") == f"[row]({BLOB}autograd/value.py)"
    assert rewritten("`[a](b.md)` [h](https://x.org) [here](#part)") == "`[a](b.md)` [h](https://x.org) [here](#part)"
    with pytest.raises(FileNotFoundError, match="no_such"):
        rewritten("[a](no_such.md)")


def test_every_generated_page_is_on_the_site(site: Path) -> None:
    made = [page for page in stage.GENERATED if page.endswith(".md")]
    assert not [page for page in made if not (site / page).with_suffix(".html").exists()]
