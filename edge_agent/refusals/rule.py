"""One refusal: what is measured, against which limit, and how that is said."""

from dataclasses import dataclass

from edge_agent.verdict import Reason, Refusal


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a reason means to whoever looks after the motor."""

    what: str
    """What it is; a row of the README's table."""
    advice: str
    """What to do about it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One quantity that may keep a window from an answer."""

    reason: Reason
    """The reason that is published."""
    quantity: str
    """What is measured, with its unit, as `trigger` in the payloads names it."""
    words: str
    """A sentence without its full stop: what was measured ({value}) and what was expected ({limit})."""
    limit: float | None = None
    """What the value must reach or stay below; None if each window sets its own."""
    advice: str = ""
    """What to do beyond the reason's own advice."""

    def refuse(self, value: float | None, limit: float | None = None, channel: str | None = None) -> Refusal:
        """Return the refusal of a window that measured `value`, in the unit of `quantity`."""
        return Refusal(self.reason, self.quantity, value, self.limit if limit is None else limit, channel)
