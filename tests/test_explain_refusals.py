"""What is said where there is no answer: the number behind it, and what to do."""

from dataclasses import replace

import numpy as np
import pytest
from answers import NAMEPLATE, POLE_PASS_HZ, RATE_HZ, SHAFT_HZ, SOUND, a_window, an_answer
from explained import said

from edge_agent.explain import advise, say_why
from edge_agent.refusals.meanings import MEANINGS
from edge_agent.verdict import Reason, Refusal

AT_THIS_SPEED = NAMEPLATE.model_copy(update={"speed_rpm": 60 * SHAFT_HZ})


@pytest.fixture(scope="module")
def broken():
    return an_answer(a_window())


def refused(answer, reason, quantity="anything", value=1.0, limit=2.0):
    return replace(answer, verdict=replace(answer.verdict, refusal=Refusal(reason, quantity, value, limit)))


def in_another_scale(window, factor, channels=("ia", "ib", "ic")):
    """The window with the scale of some of its currents wrong by a factor."""
    current = window.streams[0]
    wrong = tuple(
        replace(c, scale=factor * c.scale) if c.name in channels else c for c in current.stream.channels
    )
    changed = replace(current, stream=replace(current.stream, channels=wrong))
    return replace(window, streams=(changed, *window.streams[1:]))


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


def test_a_motor_at_rest_is_no_reason_to_act():
    text = said(an_answer(a_window(amplitude_a=0.02, vibration=False)))
    assert "No answer (motor_off)" in text["verdict"]
    assert text["advice"].startswith("No action is needed while the motor is at rest")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_advice(reason, broken):
    assert advise(refused(broken, reason), NAMEPLATE).startswith(MEANINGS[reason].advice)


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


@pytest.mark.parametrize("reason", list(Reason))
def test_a_line_of_the_log_holds_the_number_and_what_to_do(broken, reason):
    why = say_why(refused(broken, reason), NAMEPLATE)
    assert why.startswith("(anything is 1, the limit is 2). ")
    assert MEANINGS[reason].advice in why
    assert "\n" not in why


def test_an_answer_has_no_reason_to_tell(broken):
    assert say_why(broken, NAMEPLATE) == ""
