"""Decision limits: each has its sentences, `check --limits` prints them, and the README holds to them."""

from dataclasses import fields

import pytest
from documents import document

from edge_agent.limits import BARS, GROUPS, SIDEBANDS, STATE, SUPPLY, described

README = " ".join(document("README.md").split())


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


@pytest.mark.parametrize(
    "statement",
    [
        f"lies below {BARS.broken:g} bars and begins at {BARS.sound:g} or less",
        f"at {BARS.alarm:g} bars or more and with the whole interval above the {BARS.sound:g}",
        f"Severity `watch` (from {BARS.sound:g})",
        f"more than {100 * SUPPLY.grid_tolerance:g} % away from that of the plate",
        f"an alarm takes {('one', 'two', 'three')[STATE.looks_up - 1]} clear looks",
        f"A state is held for {STATE.hold_s / 60:.0f} minutes without an answer",
    ],
)
def test_the_readme_states_the_limits_that_hold(statement):
    assert statement in README


def test_light_load_asks_for_fewer_cycles():
    assert SIDEBANDS.min_cycles_light < SIDEBANDS.min_cycles
