"""The window that decided is found again, also where only a part of it gave the answer."""

from pathlib import Path

import pytest
from answers import NAMEPLATE, RATE_HZ, SOUND, TWO_BARS, a_model
from said import ORIGIN
from test_window_part import BROKEN, LIGHT, SOUND_WINDOW, answers_to, joined

from edge_agent.acquire.recordings import Recording, write_recording
from edge_agent.acquire.samples import Device
from edge_agent.diagnose.decision import starting
from edge_agent.explain import explained
from edge_agent.publish.documents import Event
from edge_agent.publish.payloads import payload_of
from edge_agent.report.build import report_html
from edge_agent.report.capture import decided
from edge_agent.verdict import State
from edge_agent.windows.sliding import Window

STEPPED = joined(LIGHT, BROKEN)
"""A window of 12 s whose load stepped in its middle."""


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """The capture of an alarm that a part of a window raised; a quiet window follows it."""
    (answer,) = answers_to(STEPPED, TWO_BARS)
    told = answer.told
    assert told.state is State.BROKEN_BARS
    event = payload_of(Event(ORIGIN, starting(), told, 1.0, 7, "a.npz"))
    whole = joined(STEPPED, joined(SOUND_WINDOW, SOUND_WINDOW))
    plate = NAMEPLATE.model_dump(mode="json", exclude_none=True)
    meta = {
        "events": [event],
        "configuration": {"motor": plate, "window": {"length_s": 12.0, "step_s": 12.0}},
    }
    device = Device("daq", "", "", tuple(own.stream for own in whole.streams))
    path = tmp_path / "a.npz"
    write_recording(path, Recording("a", device, tuple(own.counts.T for own in whole.streams), meta))
    return path


def test_an_alarm_that_a_part_raised_is_reported_by_that_part(capture: Path) -> None:
    found = decided(capture, None, a_model(TWO_BARS)).answer
    assert (found.verdict.state, found.window.length_s) == (State.BROKEN_BARS, 5.5)
    assert found.window.current.first_scan == 6.5 * RATE_HZ
    assert found.analysis.pair is not None
    assert found.analysis.refusal is None


def test_the_page_on_it_says_what_the_part_shows(capture: Path) -> None:
    html = report_html(capture)
    assert "allows no answer" not in html
    assert "11000 scans from number 13000" in html


@pytest.mark.parametrize(("then", "probabilities"), [(BROKEN, TWO_BARS), (SOUND_WINDOW, SOUND)])
def test_what_a_part_says_is_explained(then: Window, probabilities: tuple[float, ...]) -> None:
    (answer,) = answers_to(joined(LIGHT, then), probabilities)
    (said,) = [text for text in explained(answer, NAMEPLATE).values() if "The last 6 s show" in text]
    assert "0.00 to 0.00" not in said
