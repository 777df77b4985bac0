"""Does the DAQ at the port describe itself?"""

import time

from edge_agent.acquire.port_source import SerialSource
from edge_agent.acquire.samples import Device
from edge_agent.acquire.settings import SerialSettings
from edge_agent.acquire.source import PortLost

LISTEN_S = 6.0
"""How long a description is awaited, s: DAQs of ours send one every two seconds or more often; judgement."""
_POLL_S = 0.2
"""The port is polled this often, s. Judgement."""


def listen(settings: SerialSettings, seconds: float = LISTEN_S) -> tuple[Device | None, str]:
    """Return the device that describes itself within so many seconds, else None and why there is none."""
    until_s = time.monotonic() + seconds
    with SerialSource(settings) as source:
        while time.monotonic() < until_s:
            for _, item in source.poll(_POLL_S):
                match item:
                    case Device():
                        return item, ""
                    case PortLost():
                        return None, f"{item.port}: {item.reason}"
        return None, source.silence().text
