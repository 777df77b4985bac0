"""Vibration as the second witness of broken bars: what it says beside the verdict, which it never changes."""

from edge_agent.limits import WITNESS
from edge_agent.verdict import Evidence, State, Verdict


def vibration_shows_bars(evidence: Evidence) -> bool | None:
    """True if vibration shows broken bars, False if it shows none; None if it cannot tell.

    The bars' missing field pulls at f_r - 2sf. How strong that is beside the unbalance at f_r differs from
    motor to motor, so that what lies between both limits says nothing.
    """
    to_1x_db, over_floor_db = evidence.shaft_sideband_to_1x_db, evidence.shaft_sidebands_db
    if to_1x_db is None or over_floor_db is None:
        return None
    if to_1x_db >= WITNESS.bars_db:
        return True
    quiet = to_1x_db <= WITNESS.none_db and over_floor_db < WITNESS.none_over_floor_db
    return False if quiet else None


def say_witness(verdict: Verdict) -> str:
    """Return whether vibration agrees with a verdict on the bars, in words; empty where it cannot tell."""
    shows, level_db = vibration_shows_bars(verdict.evidence), verdict.evidence.shaft_sideband_to_1x_db
    if shows is None or verdict.refusal is not None:
        return ""
    level = f"Its line at f_r - 2sf lies at {level_db:.1f} dB of that at f_r."
    if verdict.state is State.BROKEN_BARS:
        if shows:
            return f"Vibration says bars, too. {level}"
        return f"Current says bars, vibration says none: look at drive or load. {level}"
    if shows:
        return f"Current says none, vibration says bars: look at the load, and measure again. {level}"
    return f"Vibration says none, either. {level}"
