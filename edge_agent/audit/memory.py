"""What is kept of the audit in the state folder: what was counted, and of which configuration."""

import hashlib
import json
from dataclasses import asdict, dataclass, field

from edge_agent.acquire.samples import Stream
from edge_agent.audit.ledger import Ledger
from edge_agent.kept import Kept
from edge_agent.motor import Nameplate

FILE_VERSION = 1
"""Version of the file's content."""


@dataclass(frozen=True, slots=True)
class Memory(Kept):
    """All that an audit must know after a restart."""

    about: str = ""
    """Plate, channels and rates that it is about: of others, what was counted says nothing."""
    ledger: Ledger = field(default_factory=dict)
    """What was counted."""

    def check(self) -> None:
        """Raise ValueError if this cannot be an audit."""
        if any(len(count.values) != len(count.channels) for count in self.ledger.values()):
            raise ValueError("values and channels differ in number")


def fingerprint(nameplate: Nameplate, stream: Stream | None) -> str:
    """Return what plate, scales and rate are, in few characters."""
    channels = [asdict(channel) for channel in stream.channels] if stream is not None else []
    rate_hz = f"{stream.rate_hz:.3g}" if stream is not None else ""
    text = json.dumps([nameplate.model_dump(mode="json"), rate_hz, channels], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
