"""What is told of what was learned."""

from dataclasses import dataclass

from edge_agent.learned.lessons import Lessons
from edge_agent.motor import Nameplate


@dataclass(frozen=True, slots=True)
class LearnedStatus:
    """What many windows have taught of a motor, and how sure it is."""

    looks: int = 0
    """Looks that are kept, at all currents."""
    looks_with_slip: int = 0
    """Looks among them whose slip something showed."""
    rotor_bars: int | None = None
    """The number of rotor bars; None while it is not known, or one line alone shows."""
    rotor_bars_possible: tuple[int, ...] = ()
    """The numbers that the slot lines allow: one if it is known, two while one line alone shows."""
    rotor_bars_confidence: float | None = None
    """Probability that the next look with lines fits as well; None while no number is known."""
    no_load_current_a: float | None = None
    """Current of the idling motor, A rms; None while current and slip are not learned."""
    speed_at_rated_current_rpm: float | None = None
    """Speed at the current of the plate, rpm; None while they are not learned."""
    speed_error_rpm: float | None = None
    """Two standard deviations of that speed, rpm."""
    currents_a: tuple[float, float] | None = None
    """Range of currents that they were learned from, A rms."""
    used: tuple[str, ...] = ()
    """What answers rest on: `slots`, `line`; nothing of what the configuration states or contradicts."""
    reason: str = ""
    """What this means, in one sentence."""


def status_of(lessons: Lessons, nameplate: Nameplate, used: tuple[str, ...]) -> LearnedStatus:
    """Return what is told of lessons about the motor of a plate."""
    looks, slots, line = list(lessons.all_looks()), lessons.slots, lessons.line
    possible: tuple[int, ...] = ()
    if slots is not None:
        other = slots.bars + 2 * nameplate.pole_pairs
        possible = (slots.bars,) if slots.is_true else (slots.bars, other)
    with_lines = sum(bool(look.orders) for look in looks)
    speed_rpm = error_rpm = None
    slip = None if line is None else line.slip(nameplate.rated_current_a)
    if line is not None and slip is not None:
        # d s / s = I² / (I² - I_0²) d I / I, at two standard deviations.
        rated_a = nameplate.rated_current_a
        share = rated_a**2 / (rated_a**2 - line.no_load_a**2)
        speed_rpm = nameplate.synchronous_speed_rpm * (1 - slip)
        error_rpm = nameplate.synchronous_speed_rpm * slip * share * 2 * line.error
    return LearnedStatus(
        looks=len(looks),
        looks_with_slip=sum(look.slip is not None for look in looks),
        rotor_bars=slots.bars if slots is not None and slots.is_true else None,
        rotor_bars_possible=possible,
        # Laplace's rule of succession, as if one of the looks had not fitted.
        rotor_bars_confidence=None if slots is None else (with_lines + 1) / (with_lines + 2),
        no_load_current_a=None if line is None else line.no_load_a,
        speed_at_rated_current_rpm=speed_rpm,
        speed_error_rpm=error_rpm,
        currents_a=None if line is None else (line.lowest_a, line.highest_a),
        used=used,
        reason=_say(possible, line is not None, used),
    )


def _say(possible: tuple[int, ...], has_line: bool, used: tuple[str, ...]) -> str:
    """Return what it means in one sentence."""
    if not possible and not has_line:
        return "learning: nothing is sure yet; it takes windows at two loads that show lines of the rotor"
    found = []
    if possible:
        bars = " or ".join(str(bars) for bars in possible)
        found.append(f"the slot lines are those of {bars} rotor bars")
    if has_line:
        found.append("the slip at each current is known")
    use = "windows whose slip nothing shows are answered by it" if used else "no answer rests on it"
    return f"learned: {' and '.join(found)}; {use}"
