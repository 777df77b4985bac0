"""What costs much is examined once a look: in windows that share no sample."""

from collections import Counter

import pytest
from current_windows import PLATE, a_current_window, balanced

from edge_agent.conditions.diagnoser import sound
from edge_agent.conditions.monitor import Conditions
from edge_agent.signals.analysis import Analysis
from edge_agent.verdict import Evidence, Fault, WindowSpan

SPAN = WindowSpan(0.0, 4.0, 0, 8000, 0)
EXAMINED: Counter[Fault] = Counter()


class Counted:
    """A diagnoser that counts how often it is asked."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault

    def measure(self, seen):
        EXAMINED[self.fault] += 1
        return {str(self.fault): seen.window.start_s}

    def judge(self, quantities, seen, normal):
        return sound(self.fault, seen)


@pytest.fixture
def conditions():
    EXAMINED.clear()
    makes = [lambda _, fault=fault: Counted(fault) for fault in (Fault.UNBALANCE, Fault.OVERLOAD)]
    return Conditions(PLATE, diagnosers=makes)


def judge(conditions: Conditions, *starts_s: float) -> None:
    for start_s in starts_s:
        window = a_current_window(balanced(1.0), length_s=4.0, start_s=start_s)
        analysis = Analysis(Evidence(), None)
        findings = conditions.judge(window, analysis, SPAN, lambda *_: pytest.fail("raised"))
        assert [finding.fault for finding in findings] == [Fault.UNBALANCE, Fault.OVERLOAD]


def test_windows_that_overlap_take_the_finding_of_the_look(conditions):
    judge(conditions, 0.0, 2.0, 4.0, 6.0, 8.0)
    assert EXAMINED == {Fault.UNBALANCE: 3, Fault.OVERLOAD: 5}


def test_samples_that_count_anew_are_a_new_look(conditions):
    judge(conditions, 20.0, 0.0, 2.0)
    assert EXAMINED[Fault.UNBALANCE] == 2


def test_another_device_is_a_new_look(conditions):
    judge(conditions, 0.0)
    conditions.forget()
    judge(conditions, 2.0)
    assert EXAMINED[Fault.UNBALANCE] == 2
