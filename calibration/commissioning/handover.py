"""All that the report of a commissioning says."""

from dataclasses import dataclass
from datetime import datetime

from calibration.sensors.survey import Survey
from edge_agent.motor import Nameplate


@dataclass(frozen=True, slots=True)
class Check:
    """One live check."""

    result: str
    """ok, warn or fail."""
    name: str
    """What was checked."""
    what: str
    """What was found."""
    advice: str = ""
    """What to do; empty where nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Handover:
    """What was checked at an installation, and what came out."""

    made: datetime
    """When, with the time zone."""
    agent: str
    """Name of the agent."""
    site: str
    """Where it is installed, as a note; may be empty."""
    nameplate: Nameplate
    """Of the motor."""
    checks: tuple[Check, ...]
    """Live checks of the agent's surroundings."""
    unchecked: str
    """Why there are no live checks; empty if there are."""
    survey: Survey | None
    """Of the sensors; None if they could not be looked at."""
    unsurveyed: str
    """Why they could not; empty if they could."""
    capabilities: tuple[str, ...]
    """What these sensors can and cannot tell, in sentences."""
    detection: tuple[str, ...]
    """What would have been found in the recording, in sentences."""
    baseline: tuple[str, ...]
    """How far the baseline is and what it needs, in sentences."""
    recorded: str
    """The recording in one line; empty without one."""

    @property
    def is_clean(self) -> bool:
        """True if all was checked and nothing is wrong."""
        failed = any(check.result == "fail" for check in self.checks)
        return not failed and self.survey is not None and not self.survey.findings
