"""A live lesson in Chromium: answers diagnosed, loops stopped, answers kept, a notebook that can be graded."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.docs
PAGE = "live/01-values-remember.html"


CHAIN = """class Node: pass
last = Node()
for _ in range(100_000):
    node = Node()
    node.operand, last = last, node
node = last = None
"""


@pytest.fixture
def lesson(open_page: Callable[..., Any]) -> Any:
    return editors(open_page(PAGE))


def editors(page: Any) -> Any:
    """The page, once its cells can be edited."""
    page.wait_for_selector(".live-cell textarea")
    return page


def cell_with(page: Any, text: str) -> int:
    codes = page.eval_on_selector_all(".live-cell textarea", "cells => cells.map(cell => cell.value)")
    return next(number for number, code in enumerate(codes) if text in code)


def run(page: Any, number: int, code: str | None = None, says: str = "") -> str:
    """Run a cell, perhaps with other code, and return what is shown below it once that includes `says`."""
    cell = page.locator(".live-cell").nth(number)
    if code is not None:
        cell.locator("textarea").fill(code)
    cell.get_by_role("button", name=f"Run cell {number + 1}", exact=True).click()
    shows(page, number, says)
    return str(cell.locator(".live-output").inner_text())


def shows(page: Any, number: int, says: str) -> None:
    """Wait until a cell has run, and `says` is below it."""
    page.wait_for_function(
        "([n, says]) => { const cell = document.querySelectorAll('.live-cell')[n];"
        " return !['waiting', 'running'].includes(cell.querySelector('.live-bar .note').textContent)"
        " && cell.querySelector('.live-output').textContent.includes(says); }",
        arg=[number, says],
    )


def test_outputs_are_hidden_until_a_cell_runs(lesson: Any) -> None:
    assert lesson.locator(".cell_output:visible").count() == 0
    assert "data=-6.0" in run(lesson, 0, says="Value")
    assert lesson.locator(".live-output svg").count() == 0
    draws = cell_with(lesson, "draw(c)")
    run(lesson, draws)
    assert lesson.locator(".live-output svg").count() == 1


def test_a_wrong_and_a_right_answer(lesson: Any) -> None:
    number = cell_with(lesson, '"01.1"')
    before = lesson.locator(".live-cell textarea").nth(number).input_value()
    wrong = run(lesson, number, before.replace("...", "3"), "✗")
    assert "leaves" in wrong or "only" in wrong  # the mistake is named
    assert "recognise" not in wrong
    right = run(lesson, number, before.replace("...", "6"), "✓")
    assert right.startswith("✓ 01.1")


def test_a_prediction_is_shown_beside_the_result(lesson: Any) -> None:
    run(lesson, 0, says="Value")
    number = cell_with(lesson, "d = c + a")
    lesson.locator(".live-cell").nth(number).get_by_label(f"Your prediction for cell {number + 1}").fill("five boxes")
    assert run(lesson, number, says="You predicted").startswith("You predicted: five boxes")


def test_an_error_shows_the_line_of_the_cell(lesson: Any) -> None:
    text = run(lesson, 0, "def f():\n    return 1 / 0\n\nf()", "ZeroDivisionError")
    assert "cell 1, line 2: return 1 / 0" in text


# What is typed into a cell: loops that only the page can end, one of which swallows every exception.
@pytest.mark.parametrize("loop", ["while True: pass", "while True:\n    try: 1 / 0\n    except Exception: pass"])
def test_an_endless_loop_stops_by_itself_and_names_survive(open_page: Callable[..., Any], loop: str) -> None:
    lesson = editors(open_page(f"{PAGE}?limit=2"))
    run(lesson, 0, "kept = 7\nprint(kept)", "7")
    assert "Does a loop in this cell never end?" in run(lesson, 1, loop, "Stopped after 2 seconds")
    assert run(lesson, 2, "print(kept)", "7").strip() == "7"


@pytest.mark.parametrize("loop", ["sum(iter(int, 1))", "import itertools\nany(itertools.repeat(0))"])
def test_an_endless_loop_inside_one_call_ends_with_its_python(open_page: Callable[..., Any], loop: str) -> None:
    lesson = editors(open_page(f"{PAGE}?limit=2"))
    run(lesson, 0, "kept = 7\nprint(kept)", "7")
    says = run(lesson, 1, loop, "Stopped after 6 seconds")
    assert "Python has started again, and what the cells had defined is gone. What you wrote is kept." in says
    assert "NameError" in run(lesson, 2, "print(kept)", "kept")
    lesson.reload()
    assert editors(lesson).locator(".live-cell textarea").nth(1).input_value() == loop


def test_after_a_restart_one_button_runs_the_cells_above(open_page: Callable[..., Any]) -> None:
    lesson = editors(open_page(f"{PAGE}?limit=2"))
    for number, code in enumerate(["kept = 7", "more = kept + 1", "print(kept + more)"]):
        run(lesson, number, code)
    shows(lesson, 2, "15")
    run(lesson, 3, "sum(iter(int, 1))", "Stopped after 6 seconds")
    notes = lesson.locator(".live-bar .note")
    assert notes.all_inner_texts()[:4] == [""] * 4  # what ran before is lost
    below = lesson.locator(".live-cell").nth(2)
    run(lesson, 2, says="NameError")
    below.get_by_role("button", name="Run the cells above, then this one").click()
    below.get_by_text("15").wait_for()
    assert lesson.get_by_text("NameError").count() == 0
    stopped = lesson.locator(".live-cell").nth(3)
    stopped.get_by_role("button", name="Run the cells above", exact=True).click()
    stopped.get_by_text("The cells above have run again.").wait_for()
    assert notes.all_inner_texts()[:4] == ["done", "done", "done", ""]
    assert run(lesson, 3, "print(kept * more)", "56").strip() == "56"
    run(lesson, 3, "no_such_name", "NameError")
    assert lesson.get_by_role("button", name="Run the cells above", exact=False).count() == 0


def test_a_name_from_a_cell_that_has_not_run_is_found_with_one_button(lesson: Any) -> None:
    number = cell_with(lesson, "d = c + a")
    assert "NameError" in run(lesson, number, says="NameError")
    lesson.get_by_role("button", name="Run the cells above, then this one").click()
    shows(lesson, number, "data")
    assert lesson.get_by_text("NameError").count() == 0


def test_a_cell_that_took_too_long_may_have_more_time(open_page: Callable[..., Any]) -> None:
    lesson = editors(open_page(f"{PAGE}?limit=1"))
    run(lesson, 0, "import time\nend = time.time() + 3\nwhile time.time() < end: pass\nprint('through')", "Stopped")
    lesson.get_by_role("button", name="ten times the time").click()
    shows(lesson, 0, "through")


def test_cells_asked_for_meanwhile_run_in_this_order(lesson: Any) -> None:
    """Until one of them fails, as in Jupyter."""
    for number, code in enumerate(["n = 1", "n = 10 * n + 2", "n = 10 * n + 3", "print(n)", "1 / 0", "print(n)"]):
        lesson.locator(".live-cell textarea").nth(number).fill(code)
    lesson.locator(".live-cell textarea").first.focus()
    for _ in range(6):
        lesson.keyboard.press("Shift+Enter")
    notes = lesson.locator(".live-bar .note")
    shows(lesson, 4, "ZeroDivisionError")
    shows(lesson, 5, "")
    assert notes.all_inner_texts()[:6] == ["done", "done", "done", "done", "", ""]
    assert lesson.locator(".live-output").nth(3).inner_text().strip() == "123"
    assert run(lesson, 5, says="123").strip() == "123"


def test_a_cell_asked_for_after_many_runs_after_them(lesson: Any) -> None:
    for number, code in enumerate(["n = 1", "n = 10 * n + 2", "n = 10 * n + 3", "print(n)"]):
        lesson.locator(".live-cell textarea").nth(number).fill(code)
    buttons = ["Run all above cell 4", "Run cell 4"]
    lesson.evaluate("names => names.forEach(name => document.querySelector(`[aria-label='${name}']`).click())", buttons)
    shows(lesson, 3, "123")


def test_a_double_click_runs_a_cell(open_before_python: Callable[..., Any]) -> None:
    """Its second click does not stop the cell."""
    lesson, held = open_before_python(PAGE)
    cell = editors(lesson).locator(".live-cell").first
    cell.locator("textarea").fill("print(2)")
    cell.locator("button").first.dblclick()
    held.release()
    shows(lesson, 0, "2")
    assert cell.locator(".live-output").inner_text().strip() == "2"


def test_a_cell_is_stopped_while_python_starts(open_before_python: Callable[..., Any]) -> None:
    lesson, held = open_before_python(PAGE)
    button = editors(lesson).locator(".live-cell button").first
    button.click()
    lesson.wait_for_function("document.querySelector('.live-bar .note').textContent === 'running'")
    held.release()
    button.click()
    shows(lesson, 0, "Stopped. Python has started again")
    assert button.inner_text() == "Run"
    assert run(lesson, 0, "print(2)", "2").strip() == "2"


def test_python_that_did_not_start_is_tried_again(open_page: Callable[..., Any]) -> None:
    lesson = open_page("about:blank", silent=False)
    lesson.context.route("**/worker.mjs", lambda route: route.abort())
    lesson.goto(PAGE)
    assert "Check the network, and try again." in run(editors(lesson), 0, "print(2)", "Python did not start")
    assert "Python did not start" in lesson.inner_text("#status")
    lesson.context.unroute("**/worker.mjs")
    assert run(lesson, 0, says="2").strip() == "2"
    assert "Shift+Enter" in lesson.inner_text("#status")


def test_what_is_printed_appears_while_the_cell_runs_and_stays_if_it_is_stopped(lesson: Any) -> None:
    cell = lesson.locator(".live-cell").first
    cell.locator("textarea").fill("display(7)\nprint('epoch 1')\nsum(iter(int, 1))")
    cell.locator("button").first.click()
    cell.locator(".live-output", has_text="epoch 1").wait_for()
    assert cell.locator(".note").inner_text() == "running"
    cell.get_by_role("button", name="Run cell 1", exact=True).click()
    shows(lesson, 0, "Stopped.")
    assert cell.locator(".live-output pre").all_inner_texts()[:2] == ["7", "epoch 1\n"]


def test_a_long_output_does_not_push_the_next_cell_away(lesson: Any) -> None:
    run(lesson, 0, "for number in range(1000): print(number)", "999")
    output = lesson.locator(".live-output pre").first
    assert output.bounding_box()["height"] < 600
    output.focus()
    lesson.keyboard.press("End")
    lesson.wait_for_function("document.querySelector('.live-output pre').scrollTop > 1000")


ASK_WHILE_BUSY = """async () => {
    const { Asker } = await import("/playground/ask.mjs");
    const asker = new Asker();
    await asker.ready;
    asker.python.run("import time; end = time.time() + 12\\nwhile time.time() < end: pass");
    return asker.ask("cells.run", { code: "1 + 1", number: 1, seconds: 60 }, 10);
}"""


def test_what_python_does_before_takes_no_time_of_a_cell(open_page: Callable[..., Any]) -> None:
    answer = open_page("genindex.html").evaluate(ASK_WHILE_BUSY)
    assert answer["outputs"] == [{"text": "2"}]


def test_python_that_ended_starts_again(open_page: Callable[..., Any]) -> None:
    """Freeing a chain of objects that is too deep for a browser's stack ends Python; lesson 04 makes one."""
    lesson = editors(open_page(PAGE, silent=False))
    says = run(lesson, 0, CHAIN, "This cell ended Python")
    assert "What you wrote is kept." in says
    assert run(lesson, 1, "print(2)", "2").strip() == "2"


def test_a_cell_is_stopped_by_hand(lesson: Any) -> None:
    run(lesson, 0, "print(1)", "1")
    cell = lesson.locator(".live-cell").nth(1)
    cell.locator("textarea").fill("sum(iter(int, 1))")  # in C, where no jump is seen
    cell.locator("button").first.click()
    lesson.wait_for_timeout(500)
    cell.locator("button").first.click()
    shows(lesson, 1, "Stopped. Python has started again")
    assert run(lesson, 0, "print(2)", "2").strip() == "2"


def test_answers_survive_a_reload_and_the_notebook_is_graded(lesson: Any, tmp_path: Path) -> None:
    numbers = [cell_with(lesson, '"01.1"'), cell_with(lesson, '"01.2"')]
    for number, answer in zip(numbers, ["6", "-1"], strict=True):
        field = lesson.locator(".live-cell textarea").nth(number)
        field.fill(field.input_value().replace("...", answer))
    lesson.reload()
    assert "answer = 6" in editors(lesson).locator(".live-cell textarea").nth(numbers[0]).input_value()
    with lesson.expect_download() as download:
        lesson.get_by_role("button", name="Download as a notebook").click()
    assert download.value.suggested_filename == "01-values-remember.ipynb"
    target = tmp_path / "all" / "anna" / download.value.suggested_filename
    download.value.save_as(target)
    assert json.loads(target.read_text(encoding="utf-8"))["nbformat"] == 4
    command = [sys.executable, "-m", "chalkgrad", "grade", str(target.parent.parent)]
    graded = subprocess.run(command, capture_output=True, text=True, check=True, timeout=240).stdout
    row = next(line for line in graded.splitlines() if line.startswith("anna,01,"))
    assert row.split(",")[2:6] == ["right", row.split(",")[3], "open", "open"]
    assert row.split(",")[3].startswith("wrong")


def test_two_tabs_keep_the_answers_of_both(lesson: Any) -> None:
    other = lesson.context.new_page()
    other.goto(PAGE)
    for number, page in enumerate([lesson, other, lesson]):
        editors(page).locator(".live-cell textarea").nth(number).fill(f"mine = {number}")
    other.reload()
    codes = editors(other).locator(".live-cell textarea")
    assert [codes.nth(number).input_value() for number in range(3)] == ["mine = 0", "mine = 1", "mine = 2"]


def test_a_browser_that_keeps_nothing_is_not_said_to_keep_it(open_before_python: Callable[..., Any]) -> None:
    lesson, held = open_before_python(PAGE)
    editors(lesson).evaluate("() => { Storage.prototype.setItem = () => { throw new DOMException('full'); }; }")
    lesson.locator(".live-cell textarea").first.fill("print(2)")
    assert "download the notebook" in lesson.inner_text("#status")
    held.release()
    run(lesson, 0, says="2")
    assert "download the notebook" in lesson.inner_text("#status")


def test_answers_are_discarded_when_the_reader_agrees(open_page: Callable[..., Any]) -> None:
    lesson = editors(open_page(PAGE, agrees=True))
    first = lesson.locator(".live-cell textarea").first
    original = first.input_value()
    first.fill("1 + 1")
    lesson.get_by_role("button", name="Discard my answers").click()
    assert first.input_value() == original


def test_a_lesson_can_be_done_with_the_keyboard_alone(lesson: Any) -> None:
    first = lesson.locator(".live-cell textarea").first
    first.focus()
    first.fill("print('by hand')")
    lesson.keyboard.press("Tab")  # leaves the editor, to the button that runs it
    assert lesson.evaluate("document.activeElement.ariaLabel") == "Run cell 1"
    lesson.keyboard.press("Shift+Tab")
    lesson.keyboard.press("Shift+Enter")
    shows(lesson, 0, "by hand")
    assert lesson.evaluate("document.activeElement.ariaLabel") == "Code of cell 2"


def test_ctrl_enter_stays_in_the_cell(lesson: Any) -> None:
    first = lesson.locator(".live-cell textarea").first
    first.fill("import sys\nhelp(len)\nprint([sys.stdin.read()])")  # a page has a pager, and no terminal
    lesson.keyboard.press("Control+Enter")
    shows(lesson, 0, "Return the number of items")
    shows(lesson, 0, "['']")
    assert lesson.evaluate("document.activeElement.ariaLabel") == "Code of cell 1"


def test_an_enter_that_ends_a_composed_character_does_nothing_else(lesson: Any) -> None:
    handled = lesson.locator(".live-cell textarea").first.evaluate("""editor => {
        editor.value = "if x:";
        const enter = { key: "Enter", isComposing: true, cancelable: true };
        const handles = (shiftKey) => !editor.dispatchEvent(new KeyboardEvent("keydown", { ...enter, shiftKey }));
        return [false, true].some(handles);
    }""")
    assert not handled
    assert lesson.locator(".live-bar .note").first.inner_text() == ""


def test_everything_that_can_be_used_has_a_name(lesson: Any) -> None:
    snapshot = lesson.evaluate(
        "[...document.querySelectorAll('.live-cell, .live-tools')].flatMap(box =>"
        " [...box.querySelectorAll('button, input, textarea')].map(each => each.ariaLabel || each.textContent))"
    )
    assert len(snapshot) > 60
    assert "" not in snapshot
    unnamed = lesson.evaluate("[...document.querySelectorAll('.live-cell textarea')].filter(e => !e.ariaLabel).length")
    assert unnamed == 0


@pytest.mark.parametrize("number", ["01", "02", "03", "04"])
def test_a_lesson_that_has_opened_needs_no_network(open_page: Callable[..., Any], site: Path, number: str) -> None:
    (path,) = (site / "live").glob(f"{number}-*.html")
    lesson = editors(open_page(f"live/{path.name}"))
    lesson.wait_for_function("document.getElementById('status').textContent.startsWith('Shift') && self.katex")
    lesson.context.set_offline(True)
    last = lesson.locator(".live-cell").count() - 1
    lesson.get_by_role("button", name="Run all cells").click()
    shows(lesson, last, "Not answered yet")
    assert lesson.locator(".live-bar .note").all_inner_texts() == ["done"] * (last + 1)
    lesson.wait_for_function("!document.querySelector('[data-latex]:not(:has(.katex))')")  # set in slices


def test_a_lesson_is_small(open_page: Callable[..., Any], site: Path) -> None:
    """The largest lesson, as sent by a server that compresses nothing."""
    page = max((site / "live").glob("*.html"), key=lambda path: path.stat().st_size)
    lesson = open_page("about:blank")
    sizes: dict[str, int] = {}

    def note(answer: Any) -> None:
        if answer.url.startswith("http"):
            sizes[answer.url] = int(answer.headers["content-length"])

    lesson.context.on("response", note)
    lesson.goto(f"live/{page.name}")
    run(editors(lesson), 0, "from autograd import Value, draw, explain\nx = Value(2.0)\ny = x * x\ny", "2")
    run(lesson, 1, "explain(y, x)", "∂")
    assert any(url.endswith("pyodide.asm.wasm.gz") for url in sizes)
    assert any(url.endswith("katex.min.js.gz") for url in sizes)
    assert sum(sizes.values()) < 8_000_000, sizes


def test_the_static_page_leads_to_the_live_one_and_it_fits_a_phone(open_page: Callable[..., Any]) -> None:
    page = open_page("lessons/01-values-remember.html", viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.get_by_role("link", name="Run this lesson in your browser").click()
    draws = cell_with(editors(page), "draw(c)")
    page.get_by_role("button", name=f"Run all above cell {draws + 1}", exact=True).click()
    page.locator(".live-bar .note").nth(draws - 1).get_by_text("done").wait_for()
    run(page, draws)
    assert page.locator(".live-output svg").count() == 1
    assert page.evaluate("document.scrollingElement.scrollWidth") == 390
