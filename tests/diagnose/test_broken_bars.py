import cmath
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.diagnose.broken_bars import BrokenBars, Opinion, count_bars, diagnose, judge
from edge_agent.diagnose.model import Belief
from edge_agent.limits import BARS
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.verdict import Evidence, Fault, Reason, Refusal, Severity, State, WindowSpan

SPAN = WindowSpan(0.0, 12.0, 0, 120_000, 0)


def a_pair(angle_deg=100.0, lower=0.02, upper=0.015, floor=1e-4, amplitude_floor=1e-4):
    turn = cmath.exp(1j * cmath.pi * angle_deg / 180)
    phase_floor = (4 * floor**2 - amplitude_floor**2) ** 0.5
    return SidebandPair(upper * turn, lower * turn, floor, amplitude_floor, phase_floor, 4.2, 0.035, 40.0)


def an_evidence(bars=0.1, load=0.75, limit=0.1, interval=None, by="sidebands", load_swing=0.05):
    """Evidence whose interval is that of a motor with a known number of rotor bars."""
    return Evidence(
        slip=0.035,
        load=load,
        lower_sideband_dbc=-34.0,
        upper_sideband_dbc=-36.0,
        detection_limit_dbc=-60.0,
        detection_limit_bars=limit,
        equivalent_bars=bars,
        equivalent_bars_interval=interval or (0.8 * bars, 1.2 * bars),
        equivalent_bars_by=by,
        load_swing_bars=load_swing,
    )


def an_analysis(bars=0.1, refusal=None, **pair):
    return Analysis(an_evidence(bars), refusal, a_pair(**pair))


def a_belief(*probabilities):
    return Belief(probabilities, probabilities)


SOUND = a_belief(0.97, 0.02, 0.01, 0.0, 0.0)
TWO_BARS = a_belief(0.01, 0.08, 0.88, 0.03, 0.0)


def test_both_say_sound():
    verdict = diagnose(an_analysis(bars=0.1), SOUND, 0.5, SPAN)
    assert (verdict.state, verdict.severity, verdict.confidence) == (State.HEALTHY, Severity.OK, 0.97)
    assert verdict.evidence.modalities_agree is True


@pytest.mark.parametrize(("bars", "severity"), [(0.19, Severity.OK), (0.2, Severity.WATCH)])
def test_a_sound_rotor_with_more_than_its_casting_is_watched(bars, severity):
    verdict = diagnose(an_analysis(bars=bars), SOUND, 0.5, SPAN)
    assert (verdict.state, verdict.severity) == (State.HEALTHY, severity)


def test_a_bar_is_broken_where_the_whole_interval_lies_above_what_castings_do():
    assert judge(an_evidence(0.4, interval=(0.21, 0.59)), a_pair()) == Opinion(broken=True, refusal=None)


def test_a_rotor_is_sound_where_the_whole_interval_lies_below_the_weakest_broken_bar():
    assert judge(an_evidence(0.27, interval=(0.2, 0.34)), a_pair()) == Opinion(broken=False, refusal=None)


def test_between_the_worst_casting_and_the_weakest_broken_bar_nothing_is_claimed():
    """Sound castings of 0.17 to 0.21 bars were measured so, and so is a bar that the iron bridges."""
    opinion = judge(an_evidence(0.26, interval=(0.21, 0.31)), a_pair())
    assert opinion == Opinion(
        broken=False, refusal=Refusal(Reason.INCONCLUSIVE, "equivalent_bars", 0.26, BARS.alarm)
    )


def test_an_interval_that_reaches_from_castings_to_broken_bars_is_no_answer():
    opinion = judge(an_evidence(0.3, interval=(0.18, 0.42)), a_pair())
    assert not opinion.broken
    assert opinion.refusal == Refusal(Reason.INCONCLUSIVE, "equivalent_bars_at_most", 0.42, BARS.broken)


@pytest.mark.parametrize(("limit", "broken"), [(0.59, True), (0.61, False)])
def test_what_tells_the_bars_must_stand_out_of_the_floor(limit, broken):
    assert judge(an_evidence(0.6, limit=limit), a_pair()).broken is broken


def test_a_rotor_is_not_called_sound_by_a_window_that_would_not_have_shown_a_broken_bar():
    opinion = judge(an_evidence(0.1, limit=0.4, interval=(0.0, 0.3)), a_pair())
    assert (opinion.refusal.quantity, opinion.refusal.value) == ("detection_limit_bars", 0.4)


def test_lines_in_the_noise_prove_no_bar_and_no_sound_rotor():
    opinion = judge(an_evidence(0.6, limit=0.8), a_pair())
    assert not opinion.broken
    assert (opinion.refusal.quantity, opinion.refusal.value) == ("detection_limit_bars", 0.8)


@given(lowest=st.floats(0, 6), width=st.floats(0, 3), stands_out=st.booleans(), angle_deg=st.floats(0, 180))
def test_the_interval_decides_and_never_says_both(lowest, width, stands_out, angle_deg):
    bars, interval = lowest + width / 2, (lowest, lowest + width)
    evidence = an_evidence(bars, 0.75, 0.9 * bars if stands_out else 1.1 * bars, interval)
    opinion = judge(evidence, a_pair(angle_deg))
    if opinion.broken:
        assert lowest > BARS.sound
        assert bars >= BARS.alarm
        assert stands_out
    elif opinion.refusal is None:
        assert lowest <= BARS.sound
        assert lowest + width < BARS.broken


def test_both_say_broken():
    verdict = diagnose(an_analysis(bars=1.9), TWO_BARS, 0.5, SPAN)
    assert (verdict.state, verdict.severity) == (State.BROKEN_BARS, Severity.ALARM)
    assert (verdict.broken_bars.estimate, verdict.broken_bars.equivalent) == (2, 1.9)


def test_many_bars_are_a_danger():
    assert diagnose(an_analysis(bars=3.0), TWO_BARS, 0.5, SPAN).severity is Severity.DANGER


@pytest.mark.parametrize(("bars", "belief"), [(0.1, TWO_BARS), (1.9, SOUND)])
def test_one_against_the_other_is_no_answer(bars, belief):
    verdict = diagnose(an_analysis(bars=bars), belief, 0.5, SPAN)
    assert verdict.refusal.reason is Reason.MODALITIES_DISAGREE
    assert verdict.evidence.modalities_agree is False


@pytest.mark.parametrize(("bars", "state"), [(0.1, State.HEALTHY), (0.6, State.BROKEN_BARS)])
def test_a_network_in_doubt_contradicts_nothing(bars, state):
    doubting = a_belief(0.55, 0.40, 0.05, 0.0, 0.0)
    assert diagnose(an_analysis(bars=bars), doubting, 0.5, SPAN).state is state


def test_a_refusal_of_the_signals_stands():
    refusal = Refusal(Reason.CLIPPED, "clipped_fraction", 0.1, 0.002)
    verdict = diagnose(an_analysis(refusal=refusal), TWO_BARS, 0.5, SPAN)
    assert (verdict.state, verdict.refusal, verdict.broken_bars) == (State.INDETERMINATE, refusal, None)


def test_a_doubtful_speed_takes_the_word_from_a_sound_rotor_and_not_from_a_broken_one():
    doubt = Refusal(Reason.SPEED_CONTRADICTED, "pair_off_told_speed_db", 40.0, 6.0)
    sound, broken = (replace(an_analysis(bars), speed_doubt=doubt) for bars in (0.1, 1.4))
    assert diagnose(sound, SOUND, 0.5, SPAN).refusal == doubt
    assert diagnose(broken, TWO_BARS, 0.5, SPAN).state is State.BROKEN_BARS


def test_a_pair_that_a_load_may_have_made_takes_the_word_from_a_broken_rotor_and_not_from_a_sound_one():
    doubt = Refusal(Reason.LOAD_OSCILLATION, "bars_over_load_swing", 0.1, 0.3)
    sound, broken = (replace(an_analysis(bars), oscillation_doubt=doubt) for bars in (0.1, 1.4))
    assert diagnose(broken, TWO_BARS, 0.5, SPAN).refusal == doubt
    assert diagnose(sound, SOUND, 0.5, SPAN).state is State.HEALTHY


@pytest.mark.parametrize(("load", "reason"), [(0.2, Reason.INCONCLUSIVE), (0.9, Reason.UNSTEADY)])
def test_a_window_that_would_not_have_shown_a_bar_is_not_healthy(load, reason):
    noisy = an_evidence(bars=0.1, load=load, limit=0.8, interval=(0.0, 0.5))
    refusal = judge(noisy, a_pair()).refusal
    assert (refusal.reason, refusal.quantity) == (reason, "detection_limit_bars")


@pytest.mark.parametrize(("load", "reason"), [(0.12, Reason.INCONCLUSIVE), (0.6, Reason.LOAD_OSCILLATION)])
def test_what_may_be_the_error_of_the_path_of_a_swinging_load_is_not_called_broken(load, reason):
    """Of 0.8 bars a casting makes 0.2; is the rest three tenths of what the load swings?"""
    refusal = judge(an_evidence(0.8, load, load_swing=2.1), a_pair()).refusal
    # At light load the supply's wander looks the same.
    assert (refusal.reason, refusal.quantity) == (reason, "bars_over_load_swing")
    assert judge(an_evidence(0.8, load, load_swing=1.9), a_pair(140)).broken


def test_a_sound_rotor_whose_load_swings_by_two_bars_and_leaks_a_quarter_of_them_is_not_called_broken():
    evidence = an_evidence(0.62, load=1.0, interval=(0.27, 0.97), load_swing=1.9)
    assert judge(evidence, a_pair(32)).refusal.reason is Reason.LOAD_OSCILLATION


@pytest.mark.parametrize(("swing", "reason"), [(0.2, Reason.INCONCLUSIVE), (2.0, Reason.LOAD_OSCILLATION)])
def test_a_load_that_swings_too_far_for_a_sound_rotor_is_named(swing, reason):
    refusal = judge(an_evidence(0.15, interval=(0.0, 0.4), load_swing=swing), a_pair()).refusal
    assert (refusal.reason, refusal.quantity) == (reason, "equivalent_bars_at_most")


@pytest.mark.parametrize("load", [0.144, 0.313])
@pytest.mark.parametrize(("angle_deg", "broken"), [(96, False), (132, True)])
def test_a_pair_that_turns_the_phase_alone_at_light_load_is_the_supplys_wander(angle_deg, broken, load):
    """Sound motors at these loads were called broken by one peak of the wander."""
    opinion = judge(an_evidence(0.49, load=load, interval=(0.3, 0.67), load_swing=0.5), a_pair(angle_deg))
    assert opinion.broken is broken
    if not broken:
        assert opinion.refusal.quantity == "amplitude_share_of_swing"
    assert judge(an_evidence(0.49, load=0.5, interval=(0.3, 0.67), load_swing=0.5), a_pair(96)).broken


def test_a_load_that_swings_a_little_hides_no_bar_and_a_sound_rotor_is_sound():
    opinion = judge(an_evidence(0.05, interval=(0.0, 0.3), load_swing=1.0), a_pair(32))
    assert opinion == Opinion(broken=False, refusal=None)


@pytest.mark.parametrize("load", [0.125, 0.2, 0.28, 0.35, 0.5, 1.0])
@pytest.mark.parametrize("angle_deg", [0, 5, 176])
def test_an_amplitude_that_swings_alone_is_the_voltage_that_flickers_and_no_broken_bar(load, angle_deg):
    assert not judge(an_evidence(bars=1.0, load=load), a_pair(angle_deg)).broken


def test_where_the_voltages_share_is_taken_off_an_amplitude_that_swings_alone_is_no_flicker():
    evidence = replace(an_evidence(bars=1.0), sidebands_with_supply_dbc=(-40.0, -40.0))
    assert judge(evidence, a_pair(0)).broken


def test_a_circuit_by_voltage_and_current_tells_bars_from_a_load_that_swings_three_times_as_far():
    evidence = replace(an_evidence(0.8, load_swing=5.0), rotor_resistance_ratio=1.1)
    assert judge(evidence, a_pair()).broken
    refusal = judge(replace(evidence, load_swing_bars=6.1), a_pair()).refusal
    assert (refusal.quantity, refusal.limit) == ("bars_over_load_swing_by_voltage", 0.1)
    far = a_pair(lower=0.3, upper=0.3)  # a sound motor whose load swung the current so far was called broken
    assert judge(evidence, far).refusal.quantity == "bars_over_load_swing"


@pytest.mark.parametrize(("load", "angles_deg"), [(0.125, (163, 158, 150, 132)), (0.25, (152, 143, 130))])
def test_broken_bars_of_the_reference_table_are_called_broken_by_the_amplitude_too(load, angles_deg):
    for angle_deg in angles_deg:
        opinion = judge(an_evidence(bars=1.0, load=load, by="amplitude"), a_pair(angle_deg))
        assert opinion == Opinion(broken=True, refusal=None)


def test_a_far_stronger_lower_sideband_is_a_rotor_with_a_heavy_load_whatever_its_angle():
    assert judge(an_evidence(bars=0.7, load=1.2), a_pair(0, lower=0.018, upper=0.002)).broken


def test_bars_whose_angle_is_blurred_up_to_that_of_flicker_are_called_broken():
    """At 12 % load bars stand at up to 163 degrees, and the wander of the phase turns them by ten."""
    pair = a_pair(178.0, lower=0.004, upper=0.004, floor=1e-3)
    assert judge(an_evidence(1.9, load=0.13), pair).broken


def at_light_load(bars):
    return replace(an_evidence(bars, load=0.125, by="amplitude"), load_swing_angle_deg=73.0)


def test_at_light_load_a_swing_of_the_amplitude_is_a_broken_bar_though_the_phase_is_full_of_wander():
    """Bars at 155 degrees, the phase's floor nearly as high as the amplitude's swing."""
    pair = a_pair(155.0, lower=0.001, upper=0.001, floor=8e-4)
    assert pair.phase_floor > 0.8 * pair.am_index
    assert judge(at_light_load(1.0), pair) == Opinion(broken=True, refusal=None)


def test_where_the_wander_may_hide_that_the_load_swings_no_bar_is_called_broken():
    refusal = judge(at_light_load(1.0), a_pair(155.0, lower=0.001, upper=0.001, floor=2e-3)).refusal
    assert (refusal.reason, refusal.quantity) == (Reason.INCONCLUSIVE, "phase_over_amplitude_swing")
    assert refusal.value > refusal.limit


@pytest.mark.parametrize("angle_deg", [54, 73, 85])
def test_a_load_that_swings_is_not_called_broken_by_the_amplitude(angle_deg):
    opinion = judge(at_light_load(1.0), a_pair(angle_deg, lower=0.003, upper=0.003, floor=3e-4))
    assert opinion.refusal.quantity == "phase_over_amplitude_swing"


def test_a_swing_of_the_amplitude_in_its_own_noise_proves_nothing():
    pair = a_pair(155.0, lower=0.001, upper=0.001, floor=8e-4, amplitude_floor=8e-4)
    assert not judge(at_light_load(1.0), pair).broken


def test_a_swing_of_the_phase_alone_may_hide_a_bar_whose_swing_it_cancels():
    """A load that swings as far as this phase does takes 0.6 bars from the amplitude, or adds them."""
    quiet = a_pair(90.0, lower=1e-3, upper=1.02e-3, floor=1e-3, amplitude_floor=1e-6)
    swinging = a_pair(90.0, lower=1e-3, upper=1.02e-3, floor=1e-4, amplitude_floor=1e-6)
    evidence = at_light_load(0.01)
    assert judge(evidence, quiet) == Opinion(broken=False, refusal=None)
    refusal = judge(evidence, swinging).refusal
    assert refusal.quantity == "equivalent_bars_at_most"
    assert refusal.value > BARS.broken


@given(st.lists(st.floats(0.001, 1), min_size=5, max_size=5))
def test_the_interval_holds_the_estimate_and_nine_tenths(weights):
    probabilities = tuple(w / sum(weights) for w in weights)
    count = count_bars(probabilities, 1.0)
    low, high = count.interval
    assert 1 <= low <= count.estimate <= high <= 4
    assert sum(probabilities[low : high + 1]) >= 0.9 * sum(probabilities[1:]) - 1e-9


def strange(belief):
    return Belief(belief.probabilities, belief.logits, distance=500.0, distance_limit=400.0)


def test_a_window_unlike_the_training_is_not_called_healthy():
    verdict = diagnose(an_analysis(bars=0.1), strange(SOUND), 0.5, SPAN)
    assert verdict.refusal == Refusal(Reason.OUT_OF_DOMAIN, "embedding_distance", 500.0, 400.0)


@pytest.mark.parametrize("belief", [SOUND, TWO_BARS])
def test_what_the_sidebands_show_there_is_watched_and_counted_by_them_alone(belief):
    verdict = diagnose(an_analysis(bars=2.2), strange(belief), 0.5, SPAN)
    assert (verdict.state, verdict.severity, verdict.confidence) == (State.BROKEN_BARS, Severity.WATCH, None)
    assert (verdict.broken_bars.estimate, verdict.broken_bars.interval) == (2, (2, 3))
    assert verdict.evidence.modalities_agree is None


@pytest.mark.parametrize(("angle_deg", "broken"), [(54, False), (140, True)])
def test_a_load_may_swing_fifteen_degrees_beside_the_path_of_the_plates_circuit(angle_deg, broken):
    """A sound motor whose load swung at 2sf was called broken, where ten degrees were allowed for."""
    evidence = replace(an_evidence(1.2, load=0.29, by="amplitude"), load_swing_angle_deg=68.7)
    assert judge(evidence, a_pair(angle_deg)).broken is broken


def a_diagnoser(belief, laps):
    asked = []
    spec = SimpleNamespace(thresholds=SimpleNamespace(broken=0.5))
    model = SimpleNamespace(spec=spec, infer=lambda inputs: asked.append(inputs) or belief)
    return BrokenBars(model, laps.append), asked


def test_the_diagnoser_asks_the_network_and_joins_what_both_say():
    laps = []
    diagnoser, asked = a_diagnoser(TWO_BARS, laps)
    analysis = replace(an_analysis(bars=1.9), inputs="images")
    assert diagnoser.diagnose(analysis, SPAN) == diagnose(analysis, TWO_BARS, 0.5, SPAN)
    assert (asked, laps, diagnoser.fault) == (["images"], ["model"], Fault.BROKEN_BARS)


@pytest.mark.parametrize(
    ("inputs", "refusal"),
    [
        (None, None),
        ("images", Refusal(Reason.UNSTEADY, "x", 1.0, 0.5)),
        (None, Refusal(Reason.CLIPPED, "x", 1, 0)),
    ],
)
def test_the_network_is_not_asked_where_the_signals_bear_no_answer(inputs, refusal):
    laps = []
    diagnoser, asked = a_diagnoser(TWO_BARS, laps)
    verdict = diagnoser.diagnose(replace(an_analysis(), inputs=inputs, refusal=refusal), SPAN)
    assert asked == []
    assert laps == ["model"]
    assert verdict.state is State.INDETERMINATE
    assert verdict.refusal.reason is (refusal.reason if refusal else Reason.OUT_OF_DOMAIN)
