"""The examples in the docstrings give what they say."""

import doctest
from types import ModuleType

import pytest

from needlework.skin import limits, tables, units


@pytest.mark.parametrize("module", [limits, tables, units], ids=lambda module: module.__name__)
def test_the_examples_run(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
