"""Each fault beside broken bars has its finding in every window, and none disturbs another."""

from dataclasses import replace
from enum import StrEnum

from answers import NAMEPLATE
from pipelines import BROKEN, OFF, a_pipeline, device_of, pushed

from edge_agent.conditions.monitor import Conditions
from edge_agent.pipeline import Answer
from edge_agent.publish.documents import Diagnosis, Origin
from edge_agent.publish.payloads import Payload, payload_of
from edge_agent.refusals import of_bars
from edge_agent.verdict import Evidence, Fault, Finding, Reason, Severity, State, Verdict
from edge_agent.windows.sliding import Window

ORIGIN = Origin("a", "m", "model", "0" * 64)


def payload(verdict: Verdict) -> Payload:
    return payload_of(Diagnosis(ORIGIN, verdict, 0.0))


class Strange(StrEnum):
    """A fault that nobody looks for, and its state."""

    WORN = "worn_bearing"


class Listener:
    """A diagnoser that says what it is told to say, window by window."""

    fault = Strange.WORN

    def __init__(self, *says: object) -> None:
        self._says = list(says)

    def measure(self, seen) -> dict[str, float]:
        return {}

    def judge(self, quantities, seen, normal) -> Finding:
        said = self._says.pop(0)
        if isinstance(said, Exception):
            raise said
        refusal = of_bars.LOAD_IS_FRICTION.refuse(0.01) if said is State.INDETERMINATE else None
        severity = {State.HEALTHY: Severity.OK, Strange.WORN: Severity.ALARM}.get(said)
        return Finding(
            fault=self.fault,
            state=said,
            severity=severity,
            refusal=refusal,
            evidence=Evidence(),
            window=seen.span,
        )


def answers_with(*says: object, window: Window = OFF) -> list[Answer]:
    """Return the answers to windows of a motor that is off, of whose bearing these things are said."""
    listeners = (lambda nameplate: Listener(*says),)
    pipeline = a_pipeline(conditions=Conditions(NAMEPLATE, diagnosers=listeners))
    pipeline.configure(device_of(window))
    return list(pushed(pipeline, *[window] * len(says)))


def test_without_another_fault_the_verdict_is_the_only_finding() -> None:
    pipeline = a_pipeline(conditions=Conditions(NAMEPLATE, diagnosers=()))
    pipeline.configure(device_of(BROKEN))
    (answer,) = pushed(pipeline, BROKEN)
    assert answer.findings == (answer.verdict,)
    assert answer.verdict.fault is Fault.BROKEN_BARS
    assert "findings" not in payload(answer.verdict)


def test_another_fault_has_a_finding_of_its_own_in_each_window_and_over_time() -> None:
    answers = answers_with(*[Strange.WORN] * 3)
    assert [[f.state for f in a.findings] for a in answers] == 3 * [[State.INDETERMINATE, Strange.WORN]]
    over_time = [a.state.others[0].state for a in answers]
    assert over_time == [State.INDETERMINATE, State.INDETERMINATE, Strange.WORN]
    assert [a.changed for a in answers] == [True, False, True]


def test_another_fault_changes_nothing_of_broken_bars() -> None:
    plain = a_pipeline(conditions=Conditions(NAMEPLATE, diagnosers=()))
    plain.configure(device_of(BROKEN))
    alone = [(a.verdict, a.state) for a in pushed(plain, *[BROKEN] * 4)]
    beside = answers_with(*[Strange.WORN] * 4, window=BROKEN)
    untimed = {"latency_ms": None, "window": None, "others": ()}
    assert [[replace(v, **untimed) for v in both] for both in alone] == [
        [replace(v, **untimed) for v in (a.verdict, a.state)] for a in beside
    ]


def test_another_fault_has_its_place_in_the_payload_behind_the_bars() -> None:
    answer = answers_with(Strange.WORN, State.INDETERMINATE)[0]
    said = payload(answer.verdict)
    keys = list(said)
    assert keys[keys.index("broken_bars") + 1] == "findings"
    worn = said["findings"]["worn_bearing"]
    assert (worn["state"], worn["severity"], worn["reason"]) == ("worn_bearing", "alarm", None)
    assert (worn["measured"], worn["trigger"], worn["summary"]) == ([], None, "worn bearing")


def test_a_refusal_of_another_fault_is_published_with_its_number() -> None:
    answer = answers_with(State.INDETERMINATE)[0]
    (said,) = payload(answer.verdict)["findings"].values()
    assert (said["state"], said["severity"], said["reason"]) == ("indeterminate", None, "load_too_low")
    assert said["trigger"] == {"quantity": "load", "value": 0.01, "limit": of_bars.LOAD_IS_FRICTION.limit}
    assert said["summary"].startswith("cannot tell: ")


def test_a_diagnoser_that_raises_costs_its_own_finding_and_no_more() -> None:
    answers = answers_with(State.HEALTHY, ValueError("x"), State.HEALTHY)
    assert [a.findings[1].refusal and a.findings[1].refusal.reason for a in answers] == [
        None,
        Reason.ANALYSIS_FAILED,
        None,
    ]
    assert answers[1].verdict.refusal.reason is answers[0].verdict.refusal.reason


def test_a_new_device_starts_over_with_every_fault() -> None:
    listeners = (lambda nameplate: Listener(*[Strange.WORN] * 9),)
    pipeline = a_pipeline(conditions=Conditions(NAMEPLATE, diagnosers=listeners))
    pipeline.configure(device_of(OFF))
    list(pushed(pipeline, *[OFF] * 3))
    assert pipeline.decision.state.others[0].faulty
    assert pipeline.configure(device_of(OFF))
    assert pipeline.decision.state.others[0].refusal.reason is Reason.STARTING
    assert not any(a.state.others[0].faulty for a in pushed(pipeline, OFF, OFF))
