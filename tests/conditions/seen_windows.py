"""What conditions are asked about: windows of made-up vibration, and the own normal of the same machine."""

from collections.abc import Callable

from plates import a_nameplate
from shaken import SHAFT_HZ

from edge_agent.conditions.diagnoser import ConditionDiagnoser
from edge_agent.conditions.normal import ANY_LOAD, Normal, normal_value
from edge_agent.conditions.seen import Seen
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.prepared import Current
from edge_agent.verdict import Evidence, Finding
from edge_agent.windows.sliding import Window

HOURS = 12.0
"""Hours behind each normal here."""


def seen(
    window: Window, shaft_hz: float | None = SHAFT_HZ, current: Current | None = None, **plate: object
) -> Seen:
    """Return a window as conditions see it, of a motor whose speed is known."""
    analysis = Analysis(Evidence(), None, current=current)
    return Seen(window, analysis, a_nameplate(**plate), shaft_hz, None)


def normal_of(diagnoser: ConditionDiagnoser, *sound: Seen) -> Normal:
    """Return the normal of a machine by the few windows of it that a test has."""
    values: dict[str, list[complex]] = {}
    for window in sound:
        for name, value in diagnoser.measure(window).items():
            values.setdefault(name, []).append(complex(value))
    return Normal({name: {ANY_LOAD: normal_value(own, HOURS)} for name, own in values.items()}, HOURS)


def judged(make: Callable[[Nameplate], ConditionDiagnoser], now: Seen, *sound: Seen) -> Finding:
    """Return what a diagnoser says of a window, with the normal of sound ones if there are any."""
    diagnoser = make(now.nameplate)
    normal = normal_of(diagnoser, *sound) if sound else None
    return diagnoser.judge(diagnoser.measure(now), now, normal)
