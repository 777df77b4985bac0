"""Metrics of the conditions beside broken bars."""

from dataclasses import replace

from edge_agent.diagnose.decision import starting
from edge_agent.publish.documents import Origin, State
from edge_agent.refusals import of_conditions
from edge_agent.verdict import Evidence, Fault, Finding, Measured, Severity
from edge_agent.verdict import State as StateName
from edge_agent.web.of_conditions import metrics_of_conditions

ORIGIN = Origin("a", "fan", "model", "0" * 64)


def samples(*findings: Finding) -> dict[str, dict[str, float]]:
    """Values by metric and condition."""
    state = State(ORIGIN, replace(starting(), others=findings), 0.0)
    return {
        family.name: {sample.labels["condition"]: sample.value for sample in family.samples}
        for family in metrics_of_conditions(state)
    }


def a_finding(fault: Fault, severity: Severity | None, found: bool, *measured: Measured) -> Finding:
    state = StateName(fault.value) if found else StateName.HEALTHY
    refusal = None if severity else of_conditions.NO_CURRENT.refuse(0, 2)
    return Finding(
        fault=fault,
        state=state if severity else StateName.INDETERMINATE,
        severity=severity,
        refusal=refusal,
        evidence=Evidence(),
        measured=measured,
    )


def test_what_was_found_has_its_severity_its_number_and_its_limit() -> None:
    share = Measured("negative_over_positive", 0.08, "1", 0.06, "judgement")
    beside = Measured("voltage_unbalance_if_supply", 0.013, "1", None, "physics")
    found = a_finding(Fault.PHASE_UNBALANCE, Severity.WATCH, True, share, beside)
    sound = a_finding(Fault.PHASE_LOSS, Severity.OK, False)
    assert samples(found, sound) == {
        "edge_agent_motor_condition_found": {"phase_unbalance": 1, "phase_loss": 0},
        "edge_agent_motor_condition_severity": {"phase_unbalance": 1, "phase_loss": 0},
        "edge_agent_motor_condition_value": {"phase_unbalance": 0.08},
        "edge_agent_motor_condition_limit": {"phase_unbalance": 0.06},
    }


def test_what_is_not_told_has_no_sample() -> None:
    assert samples(a_finding(Fault.PHASE_LOSS, None, False)) == {}
    assert samples() == {}
