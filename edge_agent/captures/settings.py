"""When samples are kept, how long before and after, and how much of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaptureSettings:
    """When samples are kept, how long before and after, and how much of it."""

    when: str = "events"
    """`never`, `events`, `indeterminate` or `all`."""
    seconds_before: float = 60.0
    """Seconds kept before the event, in memory."""
    seconds_after: float = 12.0
    """Seconds kept after it."""
    keep: int = 50
    """Maximum number of captures; the oldest goes first."""
    max_mb: float = 500.0
    """Maximum size of them all, 10^6 bytes."""
