"""The examples in the pages' docstrings are true."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["ui.evidence", "ui.wording", "ui.reader", "ui.graph_view.canvas"])
def test_examples_hold(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
