"""What is said of a window to whoever looks after the motor."""

from dataclasses import replace

import numpy as np
import pytest
from answers import NAMEPLATE, RATE_HZ, SHAFT_HZ, SOUND, a_window, an_answer
from explained import said

from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.circuit import fit_circuit
from edge_agent.explain import advise, explain
from edge_agent.verdict import Severity, State
from edge_agent.windows.sliding import StreamWindow

AT_THIS_SPEED = NAMEPLATE.model_copy(update={"speed_rpm": 60 * SHAFT_HZ})


@pytest.fixture(scope="module")
def broken():
    return an_answer(a_window())


def unbalanced(window, share):
    """The window with a negative sequence of this share in its three currents."""
    current = window.streams[0]
    backward = share * current.counts[[0, 2, 1]]
    counts = np.rint(current.counts + backward).astype(np.int16)
    return replace(window, streams=(replace(current, counts=counts), *window.streams[1:]))


def with_slot_lines(window, bars, level_a=0.01):
    """The window with the two slot harmonics of a rotor at SLIP in its three currents."""
    current = window.streams[0]
    seconds = np.arange(current.valid.size) / RATE_HZ
    turns = np.exp(-2j * np.pi * np.arange(3) / 3)[:, None]
    counts = current.counts.astype(float)
    for order in (1, -1):
        slot_hz = bars * SHAFT_HZ + order * 60
        turn = turns if order > 0 else turns.conj()
        counts += level_a / 0.001 * (np.exp(2j * np.pi * slot_hz * seconds) * turn).real
    return replace(window, streams=(replace(current, counts=np.rint(counts).astype(np.int16)),))


def test_a_broken_rotor_is_told_from_the_supply_to_the_advice(broken):
    text = said(broken)
    assert "60.000 Hz, current 2.4 A rms (81% of rated)" in text["supply"]
    assert "slip 3.50% (rated 4.72%), 1737 rpm, from the shaft's lines in the vibration" in text["load"]
    assert "(1-2s)f = 55.80 Hz: -34.0 dBc" in text["sidebands"]
    assert "(1+2s)f = 64.20 Hz: -40.0 dBc" in text["sidebands"]
    assert "detection limit" in text["sidebands"]
    low, high = broken.verdict.evidence.equivalent_bars_interval
    assert f"equivalent bars, {low:.2f} to {high:.2f} in nine of ten windows" in text["severity"]
    assert "The rotor is called broken from 0.32 on if the whole range lies above 0.2" in text["severity"]
    assert "called healthy if the range begins at 0.2 or less and ends below 0.35" in text["severity"]
    assert "Severity is watch from 0.2 on, danger from 2.5 on" in text["severity"]
    assert "Broken bars modulate the speed by that much themselves" in text["ellipse"]
    assert "Probability of a broken bar 99.0%" in text["network"]
    assert "does not contradict" in text["network"]
    assert text["verdict"] == "Broken bars (alarm): 2 most probable, 1 to 2 possible, confidence 99.0%."
    assert "rotor examined" in text["advice"]


def test_no_line_is_wider_than_a_terminal(broken):
    assert max(len(line) for line in explain(broken, NAMEPLATE).splitlines()) <= 100


def test_a_sound_rotor_needs_nothing():
    text = said(an_answer(a_window(lower=3e-4, upper=3e-4), SOUND))
    assert text["verdict"] == "Healthy (ok), confidence 97.0%."
    assert "Both are small" in text["ellipse"]
    assert text["advice"] == "No action is needed."


def test_a_rotor_cleared_without_a_slip_is_told_with_the_slips_and_what_was_not_asked():
    answer = an_answer(
        a_window(lower=4e-4, upper=0.0, vibration=False, amplitude_a=3.8, length_s=12.0, noise_a=0.09), SOUND
    )
    text = said(answer)
    low, high = answer.verdict.evidence.scanned_slips
    assert f"all slips from {low:.2%} to {high:.2%} were scanned" in text["sidebands"]
    assert "judging by the current. The slip is not known" in text["load"]
    assert text["network"].startswith("Not asked: its images are centred on a slip")
    assert text["verdict"] == "Healthy (ok), by the sidebands alone."
    assert "severity" not in text


def test_sensors_that_changed_places_are_named():
    assert "Phase order a-c-b" in said(an_answer(a_window(reversed_order=True)))["supply"]


@pytest.mark.parametrize(("unbalance", "named"), [(0.04, False), (0.08, True)])
def test_an_unbalance_beyond_that_of_sound_motors_is_named(unbalance, named):
    counts = unbalanced(a_window(), unbalance)
    assert ("phase unbalance" in said(an_answer(counts))["supply"]) is named


def test_one_phase_shows_no_order():
    text = said(an_answer(a_window("ia", vibration=False), nameplate=AT_THIS_SPEED), AT_THIS_SPEED)
    assert "unbalance and phase order are not known" in text["supply"]
    assert "from the configured speed of 1737 rpm" in text["load"]


def test_a_speed_channel_is_named():
    window = a_window(vibration=False)
    speed = Stream(1, RATE_HZ, (Channel("speed", ChannelKind.SPEED, "rpm", 0.1),))
    counts = np.full((1, window.streams[0].valid.size), round(600 * SHAFT_HZ), np.int16)
    speeds = StreamWindow(speed, 0, counts, np.ones(counts.shape[1], bool), 0)
    answer = an_answer(replace(window, streams=(*window.streams, speeds)))
    assert "from the speed channel" in said(answer)["load"]


def test_without_speed_a_pair_that_stands_out_tells_the_slip():
    text = said(an_answer(a_window(vibration=False)))
    assert "from the only pair of sidebands that stands out" in text["load"]


def test_slot_lines_are_named():
    plate = NAMEPLATE.model_copy(update={"rotor_bars": 28})
    answer = an_answer(with_slot_lines(a_window(lower=1e-4, upper=1e-4), bars=28), SOUND, plate)
    text = said(answer, plate)
    assert "slip 3.50% (rated 4.72%), 1737 rpm, from the rotor's slot lines" in text["load"]
    assert text["verdict"] == "Healthy (ok), confidence 97.0%."


def test_without_speed_and_pair_the_slip_is_called_a_guess_and_the_pair_no_proof():
    text = said(an_answer(a_window(lower=0, upper=0, vibration=False)))
    assert "a guess from the current" in text["load"]
    assert "proves nothing" in text["sidebands"]
    least_load = fit_circuit(NAMEPLATE).load_at_slip(2.5 / 6 / 120)
    assert (
        f"If the speed is known, windows of 6 s resolve sidebands from {least_load:.0%} load on"
        in text["advice"]
    )
    assert "motor.speed_rpm" in text["advice"]
    assert "severity" not in text
    assert text["network"] == "Not asked: the signals do not allow an answer."


def test_a_load_that_oscillates_is_told_from_broken_bars():
    text = said(an_answer(a_window(lower=0.02, upper=0.02 * np.exp(0.6j))))
    assert "The load oscillates" in text["ellipse"]
    assert "No answer (load_oscillation)" in text["verdict"]


def test_two_that_disagree_are_both_quoted():
    text = said(an_answer(a_window(), SOUND))
    assert "The sidebands show a broken bar, and the network contradicts that" in text["network"]
    assert (
        "No answer (modalities_disagree): the network gives a broken bar a probability of 3.0%"
        in text["verdict"]
    )


def test_vibration_alone_tells_the_speed_and_asks_for_a_current():
    window = a_window()
    text = said(an_answer(replace(window, streams=window.streams[1:])))
    assert "1737 rpm, from the shaft's lines in the vibration" in text["load"]
    assert "0 current channels" in text["verdict"]
    assert "supply" not in text


def test_a_stretch_that_answers_for_a_window_is_explained_beside_it(broken):
    assert "stretch" not in said(broken)
    evidence = replace(
        broken.verdict.evidence,
        equivalent_bars=0.05,
        equivalent_bars_interval=(0.0, 0.11),
        detection_limit_bars=0.08,
        stretch_s=247.0,
    )
    by_stretch = replace(
        broken.verdict,
        state=State.HEALTHY,
        severity=Severity.OK,
        broken_bars=None,
        confidence=None,
        evidence=evidence,
    )
    assert said(replace(broken, by_stretch=by_stretch))["stretch"] == (
        "The last 247 s show 0.05 equivalent bars, 0.00 to 0.11 in nine of ten stretches; they "
        "would have shown 0.08. Healthy (ok), by the sidebands alone."
    )


def test_the_more_severe_the_more_urgent(broken):
    danger = replace(broken, verdict=replace(broken.verdict, severity=Severity.DANGER))
    assert "out of service" in advise(danger, NAMEPLATE)
    known = NAMEPLATE.model_copy(update={"rotor_bars": 28})
    watch = an_answer(a_window(lower=2.2e-3, upper=-2.2e-3), SOUND, known)
    assert watch.verdict.severity is Severity.WATCH
    assert "Watch whether" in advise(watch, NAMEPLATE)


@pytest.mark.parametrize(
    ("value", "why"),
    [(0.0, "it stays at 0 m/s2"), (2.5, "it stays at 2.5 m/s2"), (None, "it shows noise without any line")],
)
def test_a_vibration_channel_that_tells_nothing_is_named(value, why):
    window = a_window()
    vibration = window.streams[1]
    noise = np.random.default_rng(1).normal(0, 100, vibration.counts.shape)
    counts = np.rint(noise if value is None else np.full(vibration.counts.shape, value / 0.0005))
    dead = replace(vibration, counts=counts.astype(np.int16))
    text = said(an_answer(replace(window, streams=(window.streams[0], dead))))
    assert text["vibration"].startswith(f"vib_radial tells nothing about the machine: {why}")
    assert "from the only pair of sidebands that stands out" in text["load"]
    assert "vibration" not in said(an_answer(window))
