"""Decision limits: each has its sentences, `check --limits` prints them, and the README holds to them."""

from dataclasses import fields
from pathlib import Path

import pytest

from edge_agent import cli
from edge_agent.limits import BARS, GROUPS, SIDEBANDS, described

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("limit", list(described()), ids=lambda limit: limit.name)
def test_each_limit_says_what_it_means_where_it_comes_from_and_what_moves(limit):
    assert limit.meaning.endswith(".")
    assert limit.origin.startswith(
        ("physics", "measured", "judgement", "statistics", "sampling theorem", "EN ", "as ", "three times")
    )
    assert limit.moves


def test_every_group_is_described_once():
    assert len(list(described())) == sum(len(fields(group)) for group in GROUPS.values())
    assert len({limit.name for limit in described()}) == len(list(described()))


def test_check_prints_the_table(capsys):
    assert cli.main(["check", "--limits"]) == 0
    printed = capsys.readouterr().out
    for limit in described():
        assert limit.name in printed
        assert limit.origin in printed


def test_the_readme_states_the_limits_that_hold():
    assert f"lies below {BARS.broken:g} bars and begins at {BARS.sound:g} or less" in README.replace(
        "\n", " "
    )
    assert (
        f"at {BARS.alarm:g} bars or more and with the whole interval above the {BARS.sound:g}"
        in README.replace("\n  ", " ")
    )
    assert f"With severity `watch` (from {BARS.sound:g})".replace(" ", "") in README.replace(
        "\n", ""
    ).replace(" ", "")
    assert SIDEBANDS.min_cycles_light < SIDEBANDS.min_cycles
