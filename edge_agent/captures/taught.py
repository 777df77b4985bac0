"""What had been learned of a motor when a capture began, in its `meta`: without it replays lack the slip."""

from pydantic import TypeAdapter, ValidationError

from edge_agent.acquire.recordings import Recording
from edge_agent.signals.slip.known import KnownMotor

KNOWN = "known"
"""Key of `meta` that holds it."""
_ADAPTER: TypeAdapter[KnownMotor | None] = TypeAdapter(KnownMotor | None)


def known_to_json(known: KnownMotor | None) -> object:
    """Return what was learned as plain values for JSON; None if nothing was."""
    return _ADAPTER.dump_python(known, mode="json")


def known_in(recording: Recording) -> KnownMotor | None:
    """Return what a capture says was learned; None if it says nothing that can be used."""
    try:
        return _ADAPTER.validate_python(recording.meta.get(KNOWN))
    except ValidationError:
        return None
