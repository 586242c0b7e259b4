"""The files of the page are in the package, and its data cannot end the script element."""

from __future__ import annotations

import json
import math

import pytest

from autograd.views.stepper.front_end import json_in_page, source


@pytest.mark.parametrize("name", ["page.html", "stepper.css", "dom.js", "picture.js", "stepper.js"])
def test_the_front_end_is_part_of_the_package(name: str) -> None:
    assert source(name)


def test_data_cannot_end_the_script_element() -> None:
    text = json_in_page(["</script>", "a & b", math.pi])
    assert not set("<>&") & set(text)
    assert json.loads(text) == ["</script>", "a & b", math.pi]
