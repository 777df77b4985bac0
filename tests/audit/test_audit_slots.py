"""The configured rotor bars against the shaft itself: only the other reading of a slot line accuses them."""

from dataclasses import replace

import pytest
from answers import NAMEPLATE, SLIP, SOUND, an_answer
from audited import WINDOW_S, a_motor_window

from edge_agent.audit.currents import Plate
from edge_agent.audit.evidence import read_window
from edge_agent.audit.findings import Suspect
from edge_agent.audit.reading import Reading
from edge_agent.audit.slots import read_slots
from edge_agent.circuit import fit_circuit
from edge_agent.refusals import of_bars
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.prepared import Line
from edge_agent.signals.slip.range import SlipRange, SourceName
from edge_agent.verdict import Evidence, Refusal

PLATE = NAMEPLATE.model_copy(update={"rotor_bars": 32})
OTHER = 28
"""The number whose slot line may be read as one of 32 bars, of four poles."""
ELSEWHERE = of_bars.BARS_AT_ANOTHER_SLIP.refuse(0.9)
SHAFT_SLIP = 0.04


def an_analysis(slip: float, doubt: Refusal | None = ELSEWHERE, source: SourceName = "slots") -> Analysis:
    """A window whose slots show a slip."""
    slips = SlipRange(slip - 3e-5, slip + 3e-5, source)
    return Analysis(Evidence(), None, line=Line(60.0, 3.0, None, False), slips=slips, speed_doubt=doubt)


def read(analysis: Analysis, shaft_slip: float | None = SHAFT_SLIP) -> list[Reading]:
    return list(read_slots(analysis, shaft_slip, WINDOW_S, PLATE))


@pytest.mark.parametrize("other", [OTHER, 36])
def test_the_other_reading_of_a_slot_line_is_accused(other: int) -> None:
    assert read(an_analysis(SHAFT_SLIP * other / 32)) == [Reading(Suspect.BARS, True, float(other))]


def test_slots_that_agree_with_the_shaft_clear_the_bars() -> None:
    assert read(an_analysis(SHAFT_SLIP, doubt=None)) == [Reading(Suspect.BARS, False)]


@pytest.mark.parametrize(
    ("analysis", "shaft_slip"),
    [
        pytest.param(an_analysis(SHAFT_SLIP * OTHER / 32, doubt=None), SHAFT_SLIP, id="no bars elsewhere"),
        pytest.param(an_analysis(SHAFT_SLIP * 0.8), SHAFT_SLIP, id="no other reading"),
        pytest.param(an_analysis(0.008), 0.008, id="too light to tell the readings apart"),
        pytest.param(an_analysis(SHAFT_SLIP * OTHER / 32), None, id="no shaft"),
        pytest.param(an_analysis(SHAFT_SLIP * OTHER / 32, source="vibration"), SHAFT_SLIP, id="no slots"),
    ],
)
def test_else_nothing_is_said(analysis: Analysis, shaft_slip: float | None) -> None:
    assert read(analysis, shaft_slip) == []


def test_bars_that_are_not_configured_are_not_accused() -> None:
    analysis = an_analysis(SHAFT_SLIP * OTHER / 32)
    unknown = PLATE.model_copy(update={"rotor_bars": None})
    assert not list(read_slots(analysis, SHAFT_SLIP, WINDOW_S, unknown))


def test_a_window_says_it_by_the_shaft_in_its_vibration() -> None:
    window = a_motor_window()
    found = an_answer(window, SOUND, PLATE).analysis
    by_slots = an_analysis(SLIP * OTHER / 32).slips
    misread = replace(found, slips=by_slots, speed_doubt=ELSEWHERE)
    readings = read_window(window, misread, Plate(PLATE, fit_circuit(PLATE)))
    assert Reading(Suspect.BARS, True, float(OTHER)) in readings


def test_under_a_wrong_speed_the_bars_are_not_accused() -> None:
    wrong = PLATE.model_copy(update={"rated_speed_rpm": 1779.0})
    window = a_motor_window()
    found = an_answer(window, SOUND, wrong).analysis
    misread = replace(found, slips=an_analysis(SLIP * OTHER / 32).slips, speed_doubt=ELSEWHERE)
    readings = read_window(window, misread, Plate(wrong, fit_circuit(wrong)))
    assert {reading.suspect for reading in readings if reading.accuses} == {Suspect.SPEED}
