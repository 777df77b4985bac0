"""Broken bars: the network and the sideband physics must agree."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from edge_agent.diagnose.model import Belief, Model
from edge_agent.limits import BARS, NETWORK, SIDEBANDS
from edge_agent.refusals import of_bars
from edge_agent.refusals.rule import Rule
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.dsp.tones import decibels
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.verdict import (
    BarCount,
    Evidence,
    Fault,
    Refusal,
    Severity,
    State,
    Verdict,
    WindowSpan,
)

Lap = Callable[[str], None]
"""Is called with the name of each stage when it ends, to time it."""
_NOISE_90 = 1.16
"""Error of a modulation in phase with another, in units of its floor: nine of ten windows stay below."""
_NOISE_98 = 2.0
"""Noise in units of its floor: one of fifty windows exceeds it."""


class BrokenBars:
    """The diagnoser of broken bars."""

    fault = Fault.BROKEN_BARS

    def __init__(self, model: Model, lap: Lap) -> None:
        """Judge with this network; `lap` is called when it has answered."""
        self._model = model
        self._lap = lap

    def diagnose(self, analysis: Analysis, span: WindowSpan) -> Verdict:
        """Return the verdict of a window."""
        belief = self.believe(analysis)
        self._lap("model")
        return diagnose(analysis, belief, self._model.spec.thresholds.broken, span)

    def believe(self, analysis: Analysis) -> Belief | None:
        """Ask the network, unless the signals already say that there is nothing to be asked."""
        if analysis.refusal is not None or analysis.inputs is None:
            return None
        return self._model.infer(analysis.inputs)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the sidebands alone say."""

    broken: bool
    """A bar is broken."""
    refusal: Refusal | None
    """Why they give no answer; None if they give one."""


def judge(evidence: Evidence, pair: SidebandPair) -> Opinion:
    """Read the load-compensated equivalent bars and the detection limit of a window.

    `evidence` must be that of a window whose sidebands were measured.
    """
    lowest, highest = evidence.equivalent_bars_interval or (0.0, 0.0)
    by_amplitude = evidence.equivalent_bars_by == "amplitude"
    bars = evidence.equivalent_bars or 0.0
    if lowest <= BARS.sound or bars < BARS.alarm or not _stands_out(evidence, pair):
        highest += _hidden_bars(evidence, pair) if by_amplitude else 0.0
        refusal = None
        if max(highest, evidence.detection_limit_bars or 0.0) >= BARS.broken:
            refusal = _too_weak(evidence, highest)
        elif lowest > BARS.sound:
            refusal = of_bars.BETWEEN.refuse(bars)
        return Opinion(broken=False, refusal=refusal)
    refusal = _may_swing_like_load(evidence, pair) if by_amplitude else _swings_otherwise(evidence, pair)
    return Opinion(broken=refusal is None, refusal=refusal)


def _stands_out(evidence: Evidence, pair: SidebandPair) -> bool:
    """True if the bars exceed the detection limit of how they were counted (sidebands or amplitude)."""
    if evidence.equivalent_bars_by == "amplitude":
        return decibels(pair.am_index) > decibels(pair.amplitude_floor) + SIDEBANDS.detection_margin_db
    return (evidence.equivalent_bars or 0.0) > (evidence.detection_limit_bars or 0.0)


def _too_weak(evidence: Evidence, highest: float) -> Refusal:
    """Return why nothing can be claimed: the noise floor or the modulation may hide a bar."""
    limit, load = evidence.detection_limit_bars or 0.0, evidence.load or 0.0
    if limit >= BARS.broken:
        weak = of_bars.WEAK_LIMIT if load < BARS.unsteady_from_load else of_bars.WEAK_LIMIT_UNDER_LOAD
        return weak.refuse(limit)
    oscillates = (evidence.load_swing_bars or 0.0) > BARS.own_modulation * (evidence.equivalent_bars or 0.0)
    if oscillates and not _wander_is_likelier(load):
        return of_bars.OSCILLATION_MAY_HIDE_A_BAR.refuse(highest)
    return of_bars.MAY_HIDE_A_BAR.refuse(highest)


def _swings_otherwise(evidence: Evidence, pair: SidebandPair) -> Refusal | None:
    """Refuse if an oscillating load, a wandering supply or a flickering one can make such a pair."""
    bars, swing = evidence.equivalent_bars or 0.0, evidence.load_swing_bars or 0.0
    beyond_casting = bars - BARS.sound
    like_oscillation = _like_oscillation(evidence, pair)
    if beyond_casting < (like_oscillation.limit or 0.0) * swing:
        return like_oscillation.refuse(beyond_casting / swing)
    share = pair.am_index / max(pair.linear_sum, 1e-9)
    if (evidence.load or 0.0) < SIDEBANDS.amplitude_up_to_load and share < BARS.min_amplitude_share:
        return of_bars.PHASE_ALONE.refuse(share)
    angle_deg = abs((pair.ellipse_angle_deg + 90.0) % 180.0 - 90.0)
    unsure_deg = math.degrees(pair.phase_floor / max(pair.am_index, 1e-9))
    one_sided = abs(pair.lower) - pair.floor > BARS.one_sided * (abs(pair.upper) + pair.floor)
    # Where voltages are measured, what flicker drives was taken off.
    may_flicker = not evidence.sidebands_with_supply_dbc
    if may_flicker and angle_deg + unsure_deg < BARS.flicker_deg and not one_sided:
        return of_bars.FLICKER.refuse(pair.ellipse_angle_deg)
    return None


def _like_oscillation(evidence: Evidence, pair: SidebandPair) -> Rule:
    """Return the rule of a pair that an oscillating load or a wandering supply could make."""
    if evidence.rotor_resistance_ratio is not None and pair.linear_sum < BARS.small_modulation:
        return of_bars.LIKE_OSCILLATION_BY_VOLTAGE
    return of_bars.LIKE_WANDER if _wander_is_likelier(evidence.load or 0.0) else of_bars.LIKE_OSCILLATION


def _wander_is_likelier(load: float) -> bool:
    """True at light load, where the supply's wander looks like an oscillating load and is likelier."""
    return load < BARS.wander_below_load


def _may_swing_like_load(evidence: Evidence, pair: SidebandPair) -> Refusal | None:
    """Refuse if the supply's wander in the phase may hide an oscillating load.

    Needed at light load, where the amplitude modulation counts the bars: there an oscillating load modulates
    the phase in step with the amplitude, and more strongly; broken bars modulate it against the amplitude.
    """
    most = (pair.pm_in_phase + _NOISE_90 * pair.phase_floor) / max(pair.am_index, 1e-9)
    limit = _phase_per_amplitude(evidence)
    return of_bars.WANDER_HIDES_LOAD.refuse(most, limit) if most > limit else None


def _hidden_bars(evidence: Evidence, pair: SidebandPair) -> float:
    """Return the bars that an oscillating load with this phase modulation could mask."""
    swing = max(0.0, pair.pm_index - _NOISE_98 * pair.phase_floor)
    per_swing = (evidence.equivalent_bars or 0.0) / max(pair.am_index, 1e-9)
    return per_swing * swing / _phase_per_amplitude(evidence)


def _phase_per_amplitude(evidence: Evidence) -> float:
    """Return the least phase modulation of an oscillating load, rad, per relative amplitude modulation.

    At the nearest ellipse angle that such a load may have: more than 45 degrees at light load.
    """
    return math.tan(math.radians((evidence.load_swing_angle_deg or 45.0) - BARS.path_spread_deg))


def diagnose(
    analysis: Analysis, belief: Belief | None, broken_threshold: float, window: WindowSpan
) -> Verdict:
    """Combine the measurement and the network's answer into the verdict of a window.

    Args:
        analysis: the measurement.
        belief: the network's; None if it was not asked.
        broken_threshold: probability from which the network's answer is "broken"; within NETWORK.doubt of it
            the network contradicts nothing.
        window: which samples decided.
    """
    probabilities = None if belief is None else belief.probabilities
    blank = Verdict(
        state=State.INDETERMINATE, probabilities=probabilities, window=window, evidence=analysis.evidence
    )
    if analysis.scan is not None:
        return answer(blank, False, None)
    if analysis.refusal is not None or analysis.pair is None or belief is None:
        return replace(blank, refusal=analysis.refusal or of_bars.NOT_ASKED.refuse(None, None))
    opinion = judge(analysis.evidence, analysis.pair)
    refusal = opinion.refusal or analysis.doubt(opinion.broken)
    if refusal is not None:
        return replace(blank, refusal=refusal)
    if belief.out_of_domain:
        # The network does not count here. A fault that the sidebands show is still reported.
        refusal = _unlike_training(belief)
        return (
            answer(blank, True, belief.probabilities) if opinion.broken else replace(blank, refusal=refusal)
        )
    probability_broken = 1.0 - belief.probabilities[0]
    margin = probability_broken - broken_threshold
    agree = margin > -NETWORK.doubt if opinion.broken else margin < NETWORK.doubt
    blank = replace(blank, evidence=replace(analysis.evidence, modalities_agree=agree))
    if not agree:
        refusal = of_bars.NETWORK_CONTRADICTS.refuse(probability_broken, broken_threshold)
        return replace(blank, refusal=refusal)
    return answer(blank, opinion.broken, belief.probabilities)


def _unlike_training(belief: Belief) -> Refusal:
    return of_bars.UNLIKE_TRAINING.refuse(belief.distance, belief.distance_limit)


def answer(verdict: Verdict, broken: bool, probabilities: tuple[float, ...] | None) -> Verdict:
    """Fill in a verdict whose state is decided, from its evidence and the class probabilities.

    The probabilities are None where the network was not asked. Broken bars that the sidebands show without
    the network have severity watch, and the sidebands alone count them.
    """
    bars = verdict.evidence.equivalent_bars or 0.0
    if not broken:
        severity = Severity.WATCH if bars >= BARS.sound else Severity.OK
        return replace(
            verdict,
            state=State.HEALTHY,
            severity=severity,
            confidence=None if probabilities is None else probabilities[0],
            probabilities=probabilities,
        )
    if probabilities is None or verdict.evidence.modalities_agree is None:
        count = _count_by_sidebands(verdict.evidence)
        return replace(verdict, state=State.BROKEN_BARS, severity=Severity.WATCH, broken_bars=count)
    return replace(
        verdict,
        state=State.BROKEN_BARS,
        severity=Severity.DANGER if bars >= BARS.danger else Severity.ALARM,
        broken_bars=count_bars(probabilities, bars),
        confidence=1.0 - probabilities[0],
        probabilities=probabilities,
    )


def _count_by_sidebands(evidence: Evidence) -> BarCount:
    """Return the whole bars nearest to the equivalent ones and to the ends of their interval, 1 to 4."""
    equivalent = evidence.equivalent_bars or 0.0
    lowest, highest = evidence.equivalent_bars_interval or (equivalent, equivalent)
    estimate, low, high = (min(max(round(bars), 1), 4) for bars in (equivalent, lowest, highest))
    return BarCount(estimate, (low, high), equivalent)


def count_bars(probabilities: tuple[float, ...], equivalent: float) -> BarCount:
    """Return the most probable count and the smallest run around it that holds 90 %, given a fault."""
    total = sum(probabilities[1:]) or 1.0
    shares = [p / total for p in probabilities[1:]]
    low = high = max(range(len(shares)), key=shares.__getitem__)
    estimate = low + 1
    while sum(shares[low : high + 1]) < 0.9 and (low > 0 or high < len(shares) - 1):
        below = shares[low - 1] if low > 0 else -1.0
        above = shares[high + 1] if high < len(shares) - 1 else -1.0
        low, high = (low - 1, high) if below >= above else (low, high + 1)
    return BarCount(estimate, (low + 1, high + 1), equivalent)
