"""What is said of a window to whoever looks after the motor."""

from dataclasses import replace

import numpy as np
import pytest
from answers import (
    NAMEPLATE,
    POLE_PASS_HZ,
    RATE_HZ,
    SHAFT_HZ,
    SOUND,
    a_window,
    an_answer,
    replay,
)

from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.circuit import fit_circuit
from edge_agent.explain import advise, explain, say_why
from edge_agent.refusals.catalogue import say_refusal
from edge_agent.refusals.meanings import MEANINGS
from edge_agent.verdict import Reason, Refusal, Severity
from edge_agent.windows.sliding import StreamWindow

AT_THIS_SPEED = NAMEPLATE.model_copy(update={"speed_rpm": 60 * SHAFT_HZ})


@pytest.fixture(scope="module")
def broken():
    return an_answer(a_window())


def said(answer, nameplate=NAMEPLATE):
    """What is said, by label, without line breaks."""
    sections = {}
    for line in explain(answer, nameplate).splitlines():
        label, text = line[:11].strip(), line[11:].strip()
        label = label or list(sections)[-1]
        sections[label] = f"{sections.get(label, '')} {text}".strip()
    return sections


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


def refused(answer, reason, quantity="anything", value=1.0, limit=2.0):
    return replace(answer, verdict=replace(answer.verdict, refusal=Refusal(reason, quantity, value, limit)))


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


def test_a_window_too_short_is_told_how_long_it_must_be():
    length_s = 0.6
    answer = an_answer(a_window(length_s=length_s), nameplate=AT_THIS_SPEED)
    assert answer.verdict.refusal.quantity == "pole_pass_cycles"
    needed_s = 1.1 * length_s * 3 / answer.verdict.refusal.value
    assert needed_s * POLE_PASS_HZ > 3
    text = said(answer, AT_THIS_SPEED)
    assert f"window.length_s of about {needed_s:.1f} or more" in text["advice"]
    assert "too close to the line frequency" in text["sidebands"]


def test_strong_even_harmonics_are_told_what_makes_them_and_where_to_clamp(broken):
    answer = refused(broken, Reason.OUT_OF_DOMAIN, "second_harmonic_dbc", -7.3, -9.0)
    text = said(answer)
    assert "the second harmonic of the current is at -7 dBc; a motor has at most -9 dBc" in text["verdict"]
    assert "half-wave load, a saturated transformer, or no motor at all" in text["verdict"]
    assert "Clamp the motor's conductors alone" in text["advice"]


def test_a_light_load_is_told_which_load_would_do():
    light = NAMEPLATE.model_copy(update={"speed_rpm": 1795})
    text = said(an_answer(a_window(slip=1 - 1795 / 1800, vibration=False), nameplate=light), light)
    assert "% load or more, or window.length_s of about" in text["advice"]


def test_a_window_that_would_not_have_shown_a_bar_says_from_which_load_it_would(broken):
    half_hidden = refused(broken, Reason.LOAD_TOO_LOW, "detection_limit_bars", 0.4, 0.35)
    assert "% load or more, or window.length_s of about 8.6" in advise(half_hidden, NAMEPLATE)
    hopeless = refused(broken, Reason.LOAD_TOO_LOW, "detection_limit_bars", 40.0, 0.35)
    assert "Here that means" not in advise(hopeless, NAMEPLATE)


def test_vibration_alone_tells_the_speed_and_asks_for_a_current():
    window = a_window()
    text = said(an_answer(replace(window, streams=window.streams[1:])))
    assert "1737 rpm, from the shaft's lines in the vibration" in text["load"]
    assert "0 current channels" in text["verdict"]
    assert "supply" not in text


def test_a_motor_at_rest_is_no_reason_to_act():
    text = said(an_answer(a_window(amplitude_a=0.02, vibration=False)))
    assert "No answer (motor_off)" in text["verdict"]
    assert text["advice"].startswith("No action is needed while the motor is at rest")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_advice(reason, broken):
    assert advise(refused(broken, reason), NAMEPLATE).startswith(MEANINGS[reason].advice)


def test_the_more_severe_the_more_urgent(broken):
    danger = replace(broken, verdict=replace(broken.verdict, severity=Severity.DANGER))
    assert "out of service" in advise(danger, NAMEPLATE)
    watch = an_answer(a_window(lower=2.2e-3, upper=-2.2e-3), SOUND)
    assert watch.verdict.severity is Severity.WATCH
    assert "Watch whether" in advise(watch, NAMEPLATE)


def test_a_range_too_wide_for_an_answer_asks_for_the_number_of_bars():
    pale = a_window(lower=2.8e-3, upper=-2.8e-3)
    text = said(an_answer(pale, SOUND))
    assert "No answer (inconclusive): up to 0.37 equivalent bars may be hidden" in text["verdict"]
    assert "motor.rotor_bars" in text["advice"]
    known = NAMEPLATE.model_copy(update={"rotor_bars": 28})
    assert "motor.rotor_bars" not in said(an_answer(pale, SOUND, known), known)["advice"]


def test_a_surge_within_the_window_is_quoted():
    window = a_window()
    surging = window.streams[0].counts.copy()
    surging[:, 6000:6800] = np.rint(1.12 * surging[:, 6000:6800])
    answer = an_answer(replace(window, streams=(replace(window.streams[0], counts=surging),)))
    assert "No answer (unsteady): the current deviates by 1" in said(answer)["verdict"]


def in_another_scale(window, factor, channels=("ia", "ib", "ic")):
    """The window with the scale of some of its currents wrong by a factor."""
    current = window.streams[0]
    wrong = tuple(
        replace(c, scale=factor * c.scale) if c.name in channels else c for c in current.stream.channels
    )
    changed = replace(current, stream=replace(current.stream, channels=wrong))
    return replace(window, streams=(changed, *window.streams[1:]))


def test_milliamperes_taken_for_amperes_are_set_against_the_plate():
    text = said(an_answer(in_another_scale(a_window(), 1000.0)))
    assert "No answer (wrong_scale): ia, ib, ic: the current is 24" in text["verdict"]
    assert "this motor draws at most 13.4 A while it turns" in text["verdict"]
    assert "Check unit and scale of the channels" in text["advice"]
    assert "times the 2.98 A of the plate. It looks like mA taken for A." in text["advice"]
    assert text["network"] == "Not asked: the signals do not allow an answer."


def test_one_current_in_a_wrong_scale_is_named_with_what_the_others_make_it():
    text = said(an_answer(in_another_scale(a_window(), 0.1, channels=("ib",))))
    assert (
        "No answer (wrong_scale): ib: the current reads 0.1 times what the other phases require"
        in text["verdict"]
    )


def test_a_current_that_the_slip_contradicts_is_told_with_the_load_that_the_slip_means():
    text = said(an_answer(in_another_scale(a_window(), 3.0)))
    assert "the current is 2.9" in text["verdict"]
    assert "from the shaft's lines in the vibration" in text["load"]
    assert "At this slip the motor draws about 2.4" in text["advice"]


def test_a_current_below_that_of_the_idling_motor_may_be_one_in_star():
    text = said(an_answer(in_another_scale(a_window(vibration=False), 0.2)))
    assert "even when it idles" in text["verdict"]
    assert "In star or at a reduced voltage the motor draws less" in text["advice"]


def test_a_large_current_of_a_motor_that_may_be_stalled_says_so():
    text = said(an_answer(in_another_scale(a_window(vibration=False), 8.0)))
    assert "If the scale is right, the motor is stalled." in text["advice"]


def test_an_overload_is_told_to_be_looked_to_before_its_scale():
    text = said(an_answer(in_another_scale(a_window(vibration=False), 2.5)))
    assert "No answer (overload): ia, ib, ic: the current is 2.02 times the rated one" in text["verdict"]
    assert text["advice"].startswith("Check the motor and its protection")


def test_a_line_beside_the_grid_points_to_the_rate_first_and_says_which_it_would_be():
    window = a_window()
    slow = tuple(replace(s, stream=replace(s.stream, rate_hz=0.98 * RATE_HZ)) for s in window.streams)
    text = said(an_answer(replace(window, streams=slow)))
    assert "the line frequency is 58.800 Hz" in text["verdict"]
    assert text["advice"].startswith("Check rate_hz")
    assert "the true sampling rate is 1.0204 times the stated one" in text["advice"]


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


def test_images_unlike_those_of_the_training_are_called_so():
    strange = Refusal(Reason.OUT_OF_DOMAIN, "embedding_distance", 213.7, 90.2)
    assert say_refusal(strange) == (
        "this window is unlike all that the network was trained on: the distance is 214, the limit is 90"
    )


@pytest.mark.parametrize(
    ("reason", "quantity", "number", "said"),
    [
        (Reason.UNSTEADY, "drift_hz", 0.5, "drift_hz is 0.5, the limit is 0.1"),
        (Reason.UNSTEADY, "drift_hz", None, "drift_hz was not measured"),
        (Reason.LOST_SAMPLES, "lost_fraction", None, "lost_fraction was not measured"),
        (Reason.OUT_OF_DOMAIN, "model", None, "the network could not be asked"),
    ],
)
def test_a_refusal_without_words_or_without_a_number_is_still_said(reason, quantity, number, said):
    assert say_refusal(Refusal(reason, quantity, number, None if number is None else 0.1)) == said


def test_replay_explains_each_window(monkeypatch, tmp_path, capsys):
    assert replay(monkeypatch, tmp_path, "--explain") == 0
    out = capsys.readouterr().out
    assert f"{tmp_path / 'pump.npz'}: broken_bars (alarm)" in out
    assert "detection limit" in out


def test_an_explanation_is_no_json(monkeypatch, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        replay(monkeypatch, tmp_path, "--explain", "--json")
    assert ended.value.code == 2
    assert "not allowed with" in capsys.readouterr().err


@pytest.mark.parametrize("reason", list(Reason))
def test_a_line_of_the_log_holds_the_number_and_what_to_do(broken, reason):
    why = say_why(refused(broken, reason), NAMEPLATE)
    assert why.startswith("(anything is 1, the limit is 2). ")
    assert MEANINGS[reason].advice in why
    assert "\n" not in why


def test_an_answer_has_no_reason_to_tell(broken):
    assert say_why(broken, NAMEPLATE) == ""
