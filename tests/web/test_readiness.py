"""Ten seconds without samples, or a quarter of an hour without a verdict, are said in words."""

import pytest
from said import BROKEN, MOTOR_OFF, ORIGIN, SILENT, a_pulse

from edge_agent.publish.documents import Diagnosis, State
from edge_agent.verdict import Verdict
from edge_agent.web.newest import Newest
from edge_agent.web.readiness import OK, liveness, readiness, readiness_of_all, samples_come


class Agent:
    """What an agent said, on a clock that is set by hand; it started at zero."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.samples = 0
        self.newest = Newest(lambda: self.now_s)

    def pulse(self, at_s: float, new_samples: int = 0) -> None:
        self.now_s = at_s
        self.samples += new_samples
        self.newest.feel(a_pulse(self.samples))

    def judge(self, at_s: float, verdict: Verdict = BROKEN) -> None:
        self.now_s = at_s
        self.newest.take(State(ORIGIN, verdict, at_s))
        self.newest.take(Diagnosis(ORIGIN, verdict, at_s))


@pytest.mark.parametrize(("last_s", "now_s", "good"), [(5.0, 34.9, True), (5.0, 35.1, False)])
def test_an_agent_lives_if_its_last_pulse_is_younger_than_half_a_minute(
    last_s: float, now_s: float, good: bool
) -> None:
    agent = Agent()
    agent.pulse(last_s)
    agent.now_s = now_s
    assert liveness(agent.newest).good is good


def test_an_agent_that_never_came_to_life_is_not_alive() -> None:
    agent = Agent()
    assert liveness(agent.newest) == OK
    agent.now_s = 31.0
    assert "no sign of life of the agent for 31 s" in liveness(agent.newest).words


def test_before_the_first_samples_it_is_not_ready() -> None:
    agent = Agent()
    agent.pulse(1.0)
    report = readiness(agent.newest)
    assert (report.good, report.words) == (False, "no samples yet")


def test_with_samples_it_is_ready_though_the_first_verdict_is_yet_to_come() -> None:
    agent = Agent()
    agent.pulse(1.0, new_samples=100)
    assert readiness(agent.newest) == OK


def test_it_is_not_ready_from_ten_seconds_after_the_last_samples() -> None:
    agent = Agent()
    agent.pulse(1.0, new_samples=100)
    agent.judge(2.0)
    agent.pulse(11.0)
    assert readiness(agent.newest) == OK
    assert samples_come(agent.newest)
    agent.pulse(12.0)
    assert readiness(agent.newest).words == "no samples for 11 s"
    assert not samples_come(agent.newest)


def test_the_reason_comes_with_what_to_do_if_the_state_has_it() -> None:
    agent = Agent()
    agent.pulse(1.0, new_samples=100)
    agent.now_s = 6.0
    agent.newest.take(State(ORIGIN, SILENT, 6.0))
    agent.pulse(13.0)
    assert readiness(agent.newest).words.startswith("no samples for 12 s. Check the cable")


def test_samples_that_come_again_make_it_ready_again() -> None:
    agent = Agent()
    agent.pulse(1.0, new_samples=100)
    agent.pulse(20.0)
    assert not readiness(agent.newest).good
    agent.pulse(21.0, new_samples=100)
    assert readiness(agent.newest) == OK


@pytest.mark.parametrize("verdict", [BROKEN, MOTOR_OFF])
def test_a_verdict_of_any_kind_counts_for_a_quarter_of_an_hour(verdict: Verdict) -> None:
    agent = Agent()
    agent.judge(100.0, verdict)
    agent.pulse(1000.0, new_samples=100)
    assert readiness(agent.newest) == OK
    agent.pulse(1001.0, new_samples=100)
    assert readiness(agent.newest).words.startswith("no verdict for 901 s")


def test_without_any_verdict_the_quarter_of_an_hour_begins_at_the_start() -> None:
    agent = Agent()
    agent.pulse(900.0, new_samples=100)
    assert readiness(agent.newest) == OK
    agent.pulse(901.0, new_samples=100)
    assert readiness(agent.newest).words == "no verdict yet"


def test_of_several_motors_those_that_are_not_seen_are_named() -> None:
    pump, fan = Agent(), Agent()
    pump.pulse(1.0, new_samples=100)
    fan.pulse(1.0)
    report = readiness_of_all([("pump", pump.newest), ("fan", fan.newest)])
    assert (report.good, report.words) == (False, "fan: no samples yet")
    assert readiness_of_all([("fan", fan.newest)]) == readiness(fan.newest)
