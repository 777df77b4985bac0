"""The journal gets levels that it understands."""

import logging

import pytest

from edge_agent.journal import with_level


@pytest.mark.parametrize(
    ("level", "line"),
    [
        (logging.DEBUG, "<7>x"),
        (logging.INFO, "<6>x"),
        (logging.WARNING, "<4>x"),
        (logging.ERROR, "<3>x"),
        (logging.CRITICAL, "<2>x"),
    ],
)
def test_each_level_has_its_number(level: int, line: str) -> None:
    assert with_level(level, "x") == line
