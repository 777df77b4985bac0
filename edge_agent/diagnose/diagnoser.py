"""What a diagnoser is: whoever makes a finding on one fault from what a window shows."""

from collections.abc import Callable
from typing import Protocol

from edge_agent.signals.analysis import Analysis
from edge_agent.verdict import Fault, Finding, WindowSpan

Lap = Callable[[str], None]
"""Is called with the name of each stage when it ends, to time it."""


class Diagnoser(Protocol):
    """Examines windows for one fault. It keeps nothing between them: `OverTime` smooths what it finds."""

    @property
    def fault(self) -> Fault:
        """The fault."""

    def diagnose(self, analysis: Analysis, span: WindowSpan) -> Finding:
        """Return the finding of a window: its state is healthy, that of the fault, or indeterminate."""
