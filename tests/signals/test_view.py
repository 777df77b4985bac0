"""What several sources of the slip need is computed once, and only when one of them needs it."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from motor_windows import POLE_PASS_HZ, SLIP, a_motor_window, a_window_with_slots
from signal_factories import a_nameplate

from edge_agent.circuit import fit_circuit
from edge_agent.signals.checks.vibration import VibrationCheck
from edge_agent.signals.prepared import Preparation
from edge_agent.signals.slip.pair_search import find_pair
from edge_agent.signals.slip.range import SlipRange
from edge_agent.signals.slip.slots import SlotLines
from edge_agent.signals.slip.view import MotorView

NARROW = SlipRange(0.03, 0.04, "measured")


class Source:
    """A source that answers as it is told, and counts how often it is asked."""

    def __init__(self, answer):
        self.answer = answer
        self.views = []

    def estimate(self, view):
        self.views.append(view)
        return self.answer


@cache
def prepared(slots):
    window = a_window_with_slots(vibration=False) if slots else a_motor_window(vibration=False)
    current = Preparation().current(window.streams[0])
    return window, current, current.demodulated()


@cache
def circuit():
    return fit_circuit(a_nameplate())


def a_view(slots=False, **plate):
    window, current, baseband = prepared(slots)
    return MotorView(VibrationCheck(window), current, baseband, None, a_nameplate(**plate), circuit())


def test_the_view_shows_what_it_was_given():
    window, current, baseband = prepared(False)
    view = a_view()
    assert view.window is window
    assert view.current is current
    assert view.line is current.line
    assert view.baseband is baseband
    assert view.vibration is None


@pytest.mark.parametrize("answer", [NARROW, None])
def test_a_source_is_asked_once_whether_it_tells_the_slip_or_not(answer):
    view, source = a_view(), Source(answer)
    assert [view.ask(source), view.ask(source)] == [answer, answer]
    assert source.views == [view]


def test_two_sources_with_the_same_answer_are_both_asked():
    view, sources = a_view(), [Source(NARROW), Source(NARROW)]
    for source in sources:
        view.ask(source)
    assert [len(source.views) for source in sources] == [1, 1]


def test_another_view_asks_anew():
    source = Source(NARROW)
    first, second = a_view(), a_view()
    first.ask(source)
    second.ask(source)
    assert source.views == [first, second]


@given(st.lists(st.none() | st.floats(0.0, 0.2), max_size=6))
def test_the_first_source_with_an_answer_is_believed_and_those_behind_are_not_asked(slips):
    answers = [None if slip is None else SlipRange(slip, slip + 0.1, "vibration") for slip in slips]
    view, sources = a_view(), [Source(answer) for answer in answers]
    telling = next((i for i, answer in enumerate(answers) if answer), None)
    if telling is None:
        with pytest.raises(ValueError, match="no source tells the slip"):
            view.first_answer(sources)
        assert all(source.views for source in sources)
    else:
        assert view.first_answer(sources) is answers[telling]
        assert [bool(source.views) for source in sources] == [i <= telling for i in range(len(sources))]


def test_the_pair_in_a_range_is_that_of_the_search():
    fit, pair = a_view().pair_in(NARROW)
    assert pair == find_pair(prepared(False)[2], NARROW, circuit())[1]
    assert pair.pole_pass_hz == pytest.approx(POLE_PASS_HZ, abs=0.01)
    assert pair.slip == pytest.approx(SLIP, rel=1e-2)
    assert fit.pair(pair.pole_pass_hz).lower == pair.lower


def test_an_equal_range_gives_the_very_same_pair_and_another_one_its_own():
    view = a_view()
    found = view.pair_in(NARROW)
    assert view.pair_in(SlipRange(0.03, 0.04, "measured")) is found
    assert view.pair_in(SlipRange(0.03, 0.04, "vibration")) is not found


def test_a_range_below_what_the_window_resolves_has_no_pair():
    assert a_view().pair_in(SlipRange(0.0, 1e-4, "measured")) is None


def test_there_are_no_slot_lines_where_the_bars_are_not_known():
    assert a_view(slots=True).slot_lines is None


def test_the_slot_lines_are_read_once():
    view = a_view(slots=True, rotor_bars=28)
    lines = view.slot_lines
    assert isinstance(lines, SlotLines)
    assert view.slot_lines is lines
