"""The examples in the docstrings hold."""

import doctest
from types import ModuleType

import pytest

import search.analysis
import search.fields
import search.reading


@pytest.mark.parametrize("module", [search.analysis, search.fields, search.reading], ids=lambda module: module.__name__)
def test_examples_hold(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0
