"""What is drawn of a window is what is in it: levels, ranges, phasors, and lines at their frequencies."""

import json
from dataclasses import replace

import numpy as np
import pytest
from answers import NAMEPLATE, POLE_PASS_HZ, SHAFT_HZ, SLIP, a_window, an_answer

from edge_agent.acquire.samples import Stream
from edge_agent.verdict import Evidence
from edge_agent.web.charts import expected_lines, view_of, view_of_answer
from edge_agent.windows.sliding import StreamWindow, Window

EVIDENCE = Evidence(line_frequency_hz=60.0, slip=SLIP)


def level_at(curve: dict, frequency_hz: float) -> float:
    """Return the highest level within a tenth of a hertz of a frequency."""
    frequencies = curve["from_hz"] + curve["step_hz"] * np.arange(len(curve["levels_db"]))
    near = np.abs(frequencies - frequency_hz) <= max(0.1, curve["step_hz"])
    return float(np.array(curve["levels_db"])[near].max())


@pytest.fixture(scope="module")
def view() -> dict:
    """The view of a judged window with known sidebands: 0.02 and 0.01 of the line."""
    return view_of_answer(an_answer(a_window()), NAMEPLATE)


def test_the_whole_view_is_json_and_small(view: dict) -> None:
    assert len(json.dumps(view, allow_nan=False)) < 20_000


def test_the_sidebands_stand_where_they_are_expected_with_their_levels(view: dict) -> None:
    lines, curve = view["lines"], view["current"]
    assert lines["pole_pass_hz"] == pytest.approx(POLE_PASS_HZ, rel=0.02)
    assert level_at(curve, 60.0) == pytest.approx(0.0, abs=0.1)
    assert level_at(curve, 60.0 - POLE_PASS_HZ) == pytest.approx(20 * np.log10(0.02), abs=0.3)
    assert level_at(curve, 60.0 + POLE_PASS_HZ) == pytest.approx(20 * np.log10(0.01), abs=0.3)


def test_the_vibration_shows_the_shaft(view: dict) -> None:
    assert view["lines"]["shaft_hz"] == pytest.approx(SHAFT_HZ, rel=0.001)
    assert view["vibration"]["unit"] == "m/s2"
    assert level_at(view["vibration"], SHAFT_HZ) == pytest.approx(20 * np.log10(0.1), abs=1.5)


def test_the_figures_are_those_of_the_motor(view: dict) -> None:
    figures = view["figures"]
    assert figures["line_frequency_hz"] == pytest.approx(60.0, abs=0.01)
    assert figures["speed_rpm"] == pytest.approx(60 * SHAFT_HZ, abs=1.0)


def test_currents_of_a_sound_supply_stand_at_120_degrees(view: dict) -> None:
    a, b, c = view["channels"][:3]
    assert a["line_angle_deg"] == 0
    assert b["line_angle_deg"] == pytest.approx(-120, abs=0.5)
    assert c["line_angle_deg"] == pytest.approx(120, abs=0.5)
    for channel in (a, b, c):
        assert channel["line_rms"] == pytest.approx(3.4 / np.sqrt(2), rel=0.01)
        assert channel["rms"] == pytest.approx(3.4 / np.sqrt(2), rel=0.02)


def test_swapped_phases_show_in_the_angles_and_the_spectrum_stays_upright() -> None:
    view = view_of(a_window(reversed_order=True), EVIDENCE, NAMEPLATE, 0.0)
    assert view["channels"][1]["line_angle_deg"] == pytest.approx(120, abs=0.5)
    assert level_at(view["current"], 60.0 - POLE_PASS_HZ) == pytest.approx(20 * np.log10(0.02), abs=0.3)


def test_a_channel_says_which_share_of_its_range_it_uses() -> None:
    window = a_window()
    first = window.streams[0]
    channels = tuple(replace(own, full_scale=6.8) for own in first.stream.channels)
    ranged = replace(first, stream=Stream(0, first.stream.rate_hz, channels))
    view = view_of(replace(window, streams=(ranged,)), EVIDENCE, NAMEPLATE, 0.0)
    assert view["channels"][0]["share_of_full_scale"] == pytest.approx(0.515, abs=0.01)
    assert view_of(window, EVIDENCE, NAMEPLATE, 0.0)["channels"][0]["share_of_full_scale"] is None


def test_a_window_that_was_not_analysed_is_drawn_from_its_samples() -> None:
    view = view_of(a_window(vibration=False), Evidence(), NAMEPLATE, 0.0)
    assert view["lines"]["pole_pass_hz"] is None
    assert view["vibration"] is None
    assert level_at(view["current"], 60.0 - POLE_PASS_HZ) == pytest.approx(20 * np.log10(0.02), abs=0.3)
    assert "line_angle_deg" not in view["channels"][0]


def test_a_channel_without_values_and_a_stream_without_samples_are_empty_not_wrong() -> None:
    window = a_window()
    dead = replace(window.streams[0], dead=(0,))
    lost = replace(window.streams[1], valid=np.zeros_like(window.streams[1].valid))
    view = view_of(replace(window, streams=(dead, lost)), EVIDENCE, NAMEPLATE, 0.0)
    assert [channel["rms"] is None for channel in view["channels"]] == [True, False, False, True]
    assert view["channels"][0]["dead"]
    assert view["vibration"] is None
    json.dumps(view, allow_nan=False)


def test_silence_has_no_spectrum() -> None:
    window = a_window(amplitude_a=0.0, noise_a=0.0, vibration=False)
    view = view_of(window, Evidence(), NAMEPLATE, 0.0)
    assert view["current"] is None
    assert view["channels"][0]["rms"] == 0


def test_no_window_is_too_short_to_be_drawn() -> None:
    whole = a_window()
    for scans in (1, 2, 20, 200):
        streams = tuple(
            StreamWindow(own.stream, 0, own.counts[:, :scans], own.valid[:scans], 0) for own in whole.streams
        )
        length_s = scans / whole.streams[0].stream.rate_hz
        json.dumps(view_of(Window(0.0, length_s, streams, 0.0), EVIDENCE, NAMEPLATE, 0.0), allow_nan=False)


def test_without_a_slip_the_chart_reaches_as_far_as_that_of_the_plate() -> None:
    lines = expected_lines(Evidence(), 12.0, NAMEPLATE)
    assert lines.line_hz == 60.0
    assert lines.reach_hz == pytest.approx(3.6 * NAMEPLATE.rated_pole_pass_hz)
