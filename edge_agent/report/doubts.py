"""What else sidebands could be, and what the window says against it: the questions of whoever must decide."""

from dataclasses import dataclass

from edge_agent.explain import explained
from edge_agent.limits import BARS
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer
from edge_agent.verdict import Evidence, State


@dataclass(frozen=True, slots=True)
class Doubt:
    """Another explanation."""

    what: str
    """What else it could be."""
    answer: str
    """What the samples say to that."""


def doubts(answer: Answer, nameplate: Nameplate) -> list[Doubt]:
    """Return the other explanations of a window's verdict, the likeliest first."""
    verdict = answer.verdict
    texts = explained(answer, nameplate)
    if verdict.state is State.INDETERMINATE:
        return [Doubt("A fault of any kind", "This window allows no answer, so it rules nothing out.")]
    if verdict.state is State.HEALTHY:
        return [Doubt("A smaller damage", _below_limit(verdict.evidence)), _network(texts)]
    return [
        Doubt("A load that oscillates: belt, piston, gearbox", texts.get("ellipse", "Not measured.")),
        Doubt("The unevenness of a sound casting", _casting(verdict.evidence)),
        Doubt("The supply: wander or flicker", _supply(verdict.evidence)),
        Doubt("An unbalanced supply, or a sensor", _sensors(answer)),
        Doubt(
            "A rotor with as many axial ducts as poles, or with a magnetic anisotropy",
            _ducts(verdict.evidence),
        ),
        _network(texts),
    ]


def _network(texts: dict[str, str]) -> Doubt:
    return Doubt(
        "An error of the sideband physics: what the network says", texts.get("network", "Not asked.")
    )


def _below_limit(evidence: Evidence) -> str:
    if evidence.detection_limit_bars is None:
        return "The detection limit of this window is not known."
    return f"{evidence.detection_limit_bars:.2g} equivalent bars or more would have shown in this window."


def _casting(evidence: Evidence) -> str:
    """Compare the interval of the bars with what a sound casting may show."""
    limit = f"A sound casting may show up to {BARS.sound:g} equivalent bars"
    if evidence.equivalent_bars_interval is None:
        return f"{limit}. How many this rotor shows is not known."
    low = evidence.equivalent_bars_interval[0]
    if low > BARS.sound:
        return f"{limit}. This rotor shows {low:.2f} at least, in nine of ten windows."
    return f"{limit}, and the range of this window begins at {low:.2f}: it does not rule that out."


def _supply(evidence: Evidence) -> str:
    """Compare the pair with the floor that a wandering supply raises."""
    levels = [
        level for level in (evidence.lower_sideband_dbc, evidence.upper_sideband_dbc) if level is not None
    ]
    if not levels or evidence.noise_floor_dbc is None:
        return "The sidebands and the floor beside them were not measured."
    above_db = max(levels) - evidence.noise_floor_dbc
    text = (
        f"A wandering supply raises the floor beside the line. The stronger sideband stands "
        f"{above_db:.0f} dB above that floor."
    )
    if evidence.slip is not None and evidence.line_frequency_hz is not None:
        text += (
            f" Flicker would have to repeat {2 * evidence.slip * evidence.line_frequency_hz:.2f} times a "
            "second, and to follow the load as the slip does: compare windows at other loads."
        )
    return text


def _sensors(answer: Answer) -> str:
    """Say what the checks of the samples found."""
    evidence, window = answer.verdict.evidence, answer.verdict.window
    text = "Neither makes lines at (1 ± 2s)f."
    if evidence.current_unbalance is not None:
        text += f" The current unbalance is {evidence.current_unbalance:.1%}."
    if window is not None and window.samples:
        text += (
            f" Of {window.samples} scans {window.lost_samples} were lost; clipped, held and contradictory "
            "samples were looked for, and allowed an answer."
        )
    return text


def _ducts(evidence: Evidence) -> str:
    """Say what would tell such a rotor from a broken one."""
    text = "One window cannot tell it. Such a rotor shows the same from its first day on"
    if evidence.baseline_bars is not None:
        return (
            f"{text}: the motor's own baseline at this load is {evidence.baseline_bars:.2f} equivalent bars."
        )
    return (
        f"{text}: look in the trend whether the bars have grown, or at what the motor showed when it was new."
    )
