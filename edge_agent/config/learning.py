"""The sections of what the agent learns of its motor: the baseline, and how many alarms may be false."""

from typing import Annotated

from pydantic import Field

from edge_agent.baseline.settings import BaselineSettings
from edge_agent.config.section import Section


class BaselineSection(Section):
    """What is normal for this motor, learned while it is sound."""

    hours: Annotated[float, Field(ge=0.1, le=2000)] = 24.0
    """Running hours that it is learned from."""
    enabled: bool = True
    """False: nothing is learned."""


class AlertsSection(Section):
    """How often the agent may be wrong."""

    false_alarms_per_year: Annotated[float, Field(ge=0.001, le=100)] = 0.1
    """How often growth against the baseline may be called falsely; its limit follows from it."""


def baseline_settings(baseline: BaselineSection, alerts: AlertsSection) -> BaselineSettings:
    """Return what the baseline must know."""
    return BaselineSettings(baseline.hours, baseline.enabled, alerts.false_alarms_per_year)
