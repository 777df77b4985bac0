"""The serial port: does it open, do samples come, and do they come at the stated rate?"""

import re
import time
from collections.abc import Iterator

from edge_agent.acquire.drivers import decoder_of
from edge_agent.acquire.port_source import SerialSource
from edge_agent.acquire.samples import Stream
from edge_agent.acquire.source import PortLost
from edge_agent.config import Settings
from edge_agent.doctor.listener import Listener, Look
from edge_agent.doctor.result import Result, fail, ok, warn
from edge_agent.doctor.signal import check_signal

MAX_RATE_ERROR = 0.03
"""Share by which scans may come faster or slower than stated. Judgement: a late read of this computer is one
per cent, and the line frequency shows the rest."""
_PATIENCE_S = 15.0
"""How much longer than a window the checks of the port may take, s. Judgement."""
_POLL_S = 0.2
"""The loop looks at its end this often, s. Judgement."""


def check_port(settings: Settings) -> Iterator[Result]:
    """Yield the results of port, samples, rate, channels and plate, up to the first that bars the rest."""
    length_s = settings.window.length_s
    with SerialSource(settings.serial_settings()) as source:
        listener = Listener(settings.motor, source, length_s, length_s)
        look = _listen(listener, time.monotonic() + length_s + _PATIENCE_S)
        silence = listener.silence()
    if listener.lost is not None:
        yield _lost(listener.lost)
        return
    yield ok("port", f"{settings.acquisition.port} is open")
    if listener.device is None or silence is not None:
        said = source.silence() if silence is None else silence
        yield _silent(said.text, settings)
        return
    yield ok("samples", f"{decoder_of(settings.acquisition.driver).spoken} of {_channels(listener)}")
    yield from _rates(listener, settings)
    if look is None:
        yield warn("signal", f"no whole window of {length_s:g} s came", "correct what failed, and try again")
        return
    yield from check_signal(settings, listener, look)


def _listen(listener: Listener, until_s: float) -> Look | None:
    """Return the first whole window; None if the port is lost, nothing comes, or the time is over."""
    while time.monotonic() < until_s:
        for look in listener.listen(_POLL_S):
            return look
        if listener.lost is not None or listener.silence() is not None:
            return None
    return None


def _lost(lost: PortLost) -> Result:
    """Say why the port is not open; the reasons of the reader hold what to do."""
    what, _, advice = lost.reason.partition("; ")
    return fail(
        "port",
        f"{lost.port}: {what}",
        advice or "plug it in, or correct acquisition.port; see edge-agent ports",
    )


def _silent(text: str, settings: Settings) -> Result:
    if text == "no samples come":
        return fail(
            "samples",
            f"{settings.acquisition.port} is open, and not a single byte comes",
            "see whether the DAQ has power, runs, and is the device on this port (edge-agent ports)",
        )
    what, *advice = re.split(r"; |: (?=check )", text, maxsplit=1)
    return fail("samples", what, *advice or ["check acquisition.driver and acquisition.baud_rate"])


def _channels(listener: Listener) -> str:
    assert listener.device is not None
    return "; ".join(f"{_names(stream)} at {stream.rate_hz:g} Hz" for stream in listener.device.streams)


def _names(stream: Stream) -> str:
    return ", ".join(channel.name for channel in stream.channels)


def _rates(listener: Listener, settings: Settings) -> Iterator[Result]:
    rates = listener.rates.rates_hz()
    for stream in listener.device.streams if listener.device is not None else ():
        if stream.number not in rates:
            continue
        stated_hz, measured_hz = rates[stream.number]
        told = f"{_names(stream)}: {measured_hz:.0f} scans a second come, {stated_hz:g} are stated"
        if abs(measured_hz / stated_hz - 1) <= MAX_RATE_ERROR:
            yield ok("rate", told)
        elif settings.acquisition.rate_hz is not None:
            yield fail("rate", told, f"set acquisition.rate_hz to the true rate, about {measured_hz:.0f}")
        else:
            yield fail(
                "rate",
                told,
                "correct the rate that the DAQ states; if its line is too slow, raise acquisition.baud_rate",
            )
    if not rates:
        yield warn("rate", "too few scans came to measure their rate", "try again")
