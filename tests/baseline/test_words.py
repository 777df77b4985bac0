"""Every status has a sentence."""

import itertools

from edge_agent.baseline.recognition import Change
from edge_agent.baseline.status import BaselineState, BaselineStatus
from edge_agent.baseline.words import say_why


def test_every_state_with_every_change_is_said() -> None:
    for state, change in itertools.product(BaselineState, Change):
        assert say_why(BaselineStatus(state, change), "")


def test_what_differs_and_how_far_it_grew_is_said() -> None:
    grows = BaselineStatus(BaselineState.LEARNED, Change.GROWTH, growth_bars=0.123)
    assert say_why(grows, "") == "the bars grow against the motor's own baseline by +0.12 equivalent bars"
    stale = BaselineStatus(BaselineState.STALE, Change.NOT_THIS_MOTOR)
    assert say_why(stale, "fewer equivalent bars").endswith("learned: fewer equivalent bars")
    learning = BaselineStatus(BaselineState.LEARNING, hours=3.25, looks={"0.70-0.85": 7, "0.85-1.00": 5})
    assert say_why(learning, "") == "learning: 3.2 running hours and 12 looks so far"
