"""The files of the page are in the package, and its data cannot end the script element."""

from __future__ import annotations

import json
import math
import re

import pytest

from autograd.views.draw.dot import DARK, LIGHT
from autograd.views.stepper.front_end import json_in_page, scripts, source, style


@pytest.mark.parametrize("name", ["page.html", "stepper.css", "dom.js", "picture.js", "stepper.js"])
def test_the_front_end_is_part_of_the_package(name: str) -> None:
    assert source(name)


def test_data_cannot_end_the_script_element() -> None:
    text = json_in_page(["</script>", "a & b", math.pi])
    assert not set("<>&") & set(text)
    assert json.loads(text) == ["</script>", "a & b", math.pi]


def test_every_colour_of_the_style_sheet_is_defined_for_both_themes() -> None:
    used = set(re.findall(r"var\(--([a-z-]+)\)", style()))
    light, dark, chosen = re.findall(r"\{((?:--[^{}]*)color-scheme:(?:light|dark))\}", style())
    assert chosen == dark
    for colours, palette in ((light, LIGHT), (dark, DARK)):
        defined = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6});", colours))
        assert used <= set(defined)
        assert palette.items() <= defined.items()


def test_the_scripts_lose_their_comments_only() -> None:
    assert "//" not in scripts().replace("http://", "").replace("   //", "")
    assert scripts().count("function ") == sum(
        source(name).count("function ") for name in ("dom.js", "picture.js", "stepper.js")
    )
