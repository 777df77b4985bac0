"""What is made wrong of an installation in `bench_audit.py`, each by itself, and what must then be named."""

from collections.abc import Callable
from dataclasses import replace

from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.audit.findings import Suspect
from edge_agent.motor import Nameplate
from edge_agent.windows.sliding import Window

ROOT3 = 3**0.5


def _plate(**entries: float) -> Callable[[Nameplate], Nameplate]:
    return lambda plate: Nameplate(**{**plate.model_dump(), **entries})


def _with_poles(plate: Nameplate, odd: bool) -> Nameplate:
    poles = plate.poles + 2 if odd or plate.poles == 2 else plate.poles - 2
    return _plate(poles=poles, rated_speed_rpm=plate.rated_speed_rpm * plate.poles / poles)(plate)


def _with_slip(plate: Nameplate, times: float) -> Nameplate:
    return _plate(rated_speed_rpm=plate.synchronous_speed_rpm * (1 - times * plate.rated_slip))(plate)


def _connected(plate: Nameplate, times: float) -> Nameplate:
    entries = {
        "rated_voltage_v": plate.rated_voltage_v / times,
        "rated_current_a": plate.rated_current_a * times,
    }
    return _plate(**entries)(plate)


def _at_other_grid(plate: Nameplate) -> Nameplate:
    other_hz = 60.0 if plate.line_frequency_hz == 50.0 else 50.0
    speed_rpm = plate.rated_speed_rpm * other_hz / plate.line_frequency_hz
    return _plate(line_frequency_hz=other_hz, rated_speed_rpm=speed_rpm)(plate)


def _streams(window: Window, change: Callable[[Stream], Stream]) -> Window:
    streams = tuple(replace(s, stream=change(s.stream)) for s in window.streams)
    return replace(window, streams=streams)


def _channels(window: Window, change: Callable[[Channel], Channel]) -> Window:
    return _streams(window, lambda s: replace(s, channels=tuple(change(c) for c in s.channels)))


def _scaled(times: float, phase: str | None = None) -> Callable[[Window], Window]:
    def change(channel: Channel) -> Channel:
        concerned = channel.kind is ChannelKind.CURRENT and phase in (None, channel.phase)
        return replace(channel, scale=channel.scale * times) if concerned else channel

    return lambda window: _channels(window, change)


def _swapped(window: Window) -> Window:
    other = {"b": "c", "c": "b"}
    return _channels(window, lambda c: replace(c, phase=other.get(c.phase or "", c.phase)))


def _at_rate(window: Window) -> Window:
    slower = _streams(window, lambda s: replace(s, rate_hz=s.rate_hz * 1.02))
    return replace(slower, length_s=window.length_s / 1.02)


ENTRIES: dict[str, tuple[Callable[[Nameplate], Nameplate] | None, Callable[[Window], Window] | None]] = {
    "poles, one pair more": (lambda p: _with_poles(p, True), None),
    "poles, one pair less": (lambda p: _with_poles(p, False), None),
    "rated slip twice": (lambda p: _with_slip(p, 2.0), None),
    "rated slip half": (lambda p: _with_slip(p, 0.5), None),
    "rated slip four times": (lambda p: _with_slip(p, 4.0), None),
    "rated slip a quarter": (lambda p: _with_slip(p, 0.25), None),
    "bars four more": (lambda p: _plate(rotor_bars=(p.rotor_bars or 0) + 4)(p), None),
    "bars three less": (lambda p: _plate(rotor_bars=(p.rotor_bars or 0) - 3)(p), None),
    "scale x10": (None, _scaled(10.0)),
    "scale x3": (None, _scaled(3.0)),
    "scale /3": (None, _scaled(1 / 3)),
    "plate of the lower voltage": (lambda p: _connected(p, ROOT3), None),
    "plate of the higher voltage": (lambda p: _connected(p, 1 / ROOT3), None),
    "line frequency": (_at_other_grid, None),
    "rate 2 % off": (None, _at_rate),
    "phases b and c swapped": (None, _swapped),
    "a reversed": (None, _scaled(-1.0, "a")),
    "b reversed": (None, _scaled(-1.0, "b")),
    "c reversed": (None, _scaled(-1.0, "c")),
}
"""What is made wrong: plate, and samples."""
EXPECTED = {
    "poles": {Suspect.POLES},
    "rated": {Suspect.SPEED, Suspect.RATED_SPEED},
    "scale": {Suspect.SCALE},
    "plate": {Suspect.SPEED, Suspect.RATED_SPEED},
    "bars": {Suspect.BARS},
    "line": {Suspect.LINE_FREQUENCY},
    "rate": {Suspect.LINE_FREQUENCY},
    "a": {Suspect.DIRECTION},
    "b": {Suspect.DIRECTION},
    "c": {Suspect.DIRECTION},
    "phases": {Suspect.PHASE_ORDER},
}
"""What must be named, by the first word of the entry; one of them is enough."""
