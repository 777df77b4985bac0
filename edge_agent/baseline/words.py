"""The status of a baseline in one sentence."""

from edge_agent.baseline.recognition import Change
from edge_agent.baseline.status import BaselineState, BaselineStatus


def say_why(status: BaselineStatus, differs: str) -> str:
    """Return what a status means; `differs` says what is another than when it was learned."""
    match status.state, status.change:
        case BaselineState.OFF, _:
            return "switched off by the configuration"
        case BaselineState.LEARNING, _:
            looks = sum(status.looks.values())
            return f"learning: {status.hours:.1f} running hours and {looks} looks so far"
        case BaselineState.STALE, _:
            return f"this is not the motor that was learned: {differs or 'seen before the restart'}"
        case _, Change.GROWTH:
            above = "" if status.growth_bars is None else f" by {status.growth_bars:+.2f} equivalent bars"
            return f"the bars grow against the motor's own baseline{above}"
        case _, Change.SENSOR_DRIFT:
            return f"a sensor or its scale has changed: {differs or 'seen before the restart'}"
        case _:
            return "the motor is as it was learned"
