"""What one window says for or against an entry."""

from dataclasses import dataclass

from edge_agent.audit.findings import Suspect


@dataclass(frozen=True, slots=True)
class Reading:
    """One window's word on one entry."""

    suspect: Suspect
    """What it is about."""
    accuses: bool
    """True if the entry cannot be right, False if it fits."""
    value: float = 0.0
    """What was measured where it accuses: Hz, poles, or the current over the one expected."""
    channel: str = ""
    """The channels concerned; empty if it concerns all."""
