"""Which tests need JAX?  Those of the optional folders: they get the marker `jax`, and are ignored without it."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

FOLDERS = ("jax_backend", "jax_engine")

if find_spec("jax") is None:
    collect_ignore_glob = [f"*/{folder}/*.py" for folder in FOLDERS]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test and doctest of the optional folders."""
    for item in items:
        if not set(FOLDERS).isdisjoint(item.path.parts):
            item.add_marker(pytest.mark.jax)
