"""A finding in words, and the line of YAML to write, from what was counted."""

import math
from collections.abc import Sequence

from edge_agent.acquire.samples import Stream
from edge_agent.audit.findings import PlateFinding, Sureness, Suspect
from edge_agent.audit.ledger import Count
from edge_agent.limits import SUPPLY
from edge_agent.motor import Nameplate

_GRIDS_HZ = (50.0, 60.0)
"""Frequencies of public grids (IEC 60038)."""
_CONNECTION = (1.45, 2.1)
"""Ratio of currents that looks like star taken for delta, or the inverse: 1.73 by physics, with the scatter
of motors."""
_DECADE_WITHIN = 0.2
"""How far the logarithm to base 10 of a ratio may lie from a whole number to be called a power of ten: 1.6
times, as the current of a right plate may lie from that of its circuit."""


def say_finding(suspect: Suspect, count: Count, nameplate: Nameplate, stream: Stream) -> PlateFinding:
    """Return the finding on an entry that is called wrong; `stream` is the one with the currents."""
    say = {
        Suspect.LINE_FREQUENCY: _line,
        Suspect.DIRECTION: _direction,
        Suspect.CHANNEL_SCALE: _channel_scale,
        Suspect.SCALE: _scale,
        Suspect.SPEED: _speed,
        Suspect.RATED_SPEED: _rated_speed,
        Suspect.POLES: _poles,
        Suspect.BARS: _bars,
        Suspect.PHASE_ORDER: _phase_order,
    }[suspect]
    return say(count, nameplate, stream)


def _line(count: Count, nameplate: Nameplate, stream: Stream) -> PlateFinding:
    measured_hz, stated_hz = count.value, nameplate.line_frequency_hz
    other = [hz for hz in _GRIDS_HZ if abs(measured_hz / hz - 1.0) <= SUPPLY.grid_tolerance]
    rate_hz = stream.rate_hz * stated_hz / measured_hz
    return PlateFinding(
        Suspect.LINE_FREQUENCY,
        "motor.line_frequency_hz" if other else "acquisition.rate_hz",
        f"the line has {measured_hz:.2f} Hz at the stated rate of {stream.rate_hz:g} Hz",
        f"the plate says {stated_hz:g} Hz",
        Sureness.LIKELY if other else Sureness.CERTAIN,
        len(count.values),
        f"motor: {{line_frequency_hz: {other[0]:g}}}"
        if other
        else f"acquisition: {{rate_hz: {rate_hz:.5g}}}  # a DAQ that describes itself: correct it there",
    )


def _direction(count: Count, nameplate: Nameplate, stream: Stream) -> PlateFinding:
    name = count.channel or ""
    scale = next((c.scale for c in stream.channels if c.name == name), None)
    return PlateFinding(
        Suspect.DIRECTION,
        "channels: scale",
        f"{name} is the wrong way round against the other currents",
        "the sign of its scale says the other way",
        Sureness.CERTAIN,
        len(count.values),
        _lines({name: -scale}) if scale is not None else "turn one of the two clamps round",
    )


def _channel_scale(count: Count, nameplate: Nameplate, stream: Stream) -> PlateFinding:
    name = count.channel or ""
    scales = {c.name: c.scale / count.value for c in stream.channels if c.name == name and count.value}
    known = bool(scales) and count.value < 1000 and " or " not in name
    return PlateFinding(
        Suspect.CHANNEL_SCALE,
        "channels: scale",
        f"{name} shows {count.value:.3g} times what the other currents require",
        "its scale should show the same current as theirs",
        Sureness.CERTAIN,
        len(count.values),
        _lines(scales) if known else "correct the scale of the channel whose clamp or ratio is another one",
    )


def _scale(count: Count, nameplate: Nameplate, stream: Stream) -> PlateFinding:
    ratio = count.value
    measured = f"the currents are about {ratio:.2g} times those of this plate"
    decade = round(math.log10(ratio))
    if decade and abs(math.log10(ratio) - decade) < _DECADE_WITHIN:
        ratio = 10.0**decade
    connection = _is_connection(ratio)
    scales = {stream.channels[i].name: stream.channels[i].scale / ratio for i in stream.phases.values()}
    other_a = nameplate.rated_current_a * 3 ** (0.5 if ratio > 1.0 else -0.5)
    return PlateFinding(
        Suspect.SCALE,
        "motor.rated_current_a" if connection else "channels: scale",
        measured,
        f"the plate says {nameplate.rated_current_a:g} A"
        + (" (star or delta taken for each other?)" if connection else ""),
        Sureness.LIKELY if connection else Sureness.CERTAIN,
        len(count.values),
        f"motor: {{rated_current_a: {other_a:.3g}}}" if connection else _lines(scales),
    )


def _speed(count: Count, nameplate: Nameplate, stream: Stream) -> PlateFinding:
    rated_a = nameplate.rated_current_a
    return PlateFinding(
        Suspect.SPEED,
        "motor.rated_speed_rpm or motor.rated_current_a",
        f"the current is {count.value:.2g} times what this motor draws at the speed that shows",
        f"the plate says {nameplate.rated_speed_rpm:g} rpm and {rated_a:g} A"
        + (" (star or delta taken for each other?)" if _is_connection(count.value) else ""),
        Sureness.LIKELY,
        len(count.values),
        f"motor: {{rated_current_a: {rated_a * count.value:.3g}}}  # or rated_speed_rpm, as on the plate",
    )


def _rated_speed(count: Count, nameplate: Nameplate, stream: Stream) -> PlateFinding:
    return PlateFinding(
        Suspect.RATED_SPEED,
        "motor.rated_speed_rpm",
        f"at {nameplate.rated_current_a:g} A the motor turns at about {count.value:.0f} rpm",
        f"the plate says {nameplate.rated_speed_rpm:g} rpm",
        Sureness.LIKELY,
        len(count.values),
        f"motor: {{rated_speed_rpm: {count.value:.0f}}}  # the speed as on the plate",
    )


def _bars(count: Count, nameplate: Nameplate, stream: Stream) -> PlateFinding:
    return PlateFinding(
        Suspect.BARS,
        "motor.rotor_bars",
        f"the slot lines are those of {count.value:.0f} rotor bars",
        f"the configuration says {nameplate.rotor_bars}",
        Sureness.LIKELY,
        len(count.values),
        f"motor: {{rotor_bars: {count.value:.0f}}}",
    )


def _phase_order(count: Count, nameplate: Nameplate, stream: Stream) -> PlateFinding:
    names = {phase: stream.channels[i].name for phase, i in stream.phases.items()}
    first, second = list(names)[-2:]
    exchanged = [f"{{name: {names[first]}, phase: {second}}}", f"{{name: {names[second]}, phase: {first}}}"]
    return PlateFinding(
        Suspect.PHASE_ORDER,
        "channels: phase",
        "the currents come in the order a, c, b: two phases are exchanged, or the motor turns backwards",
        "the configuration says a, b, c",
        Sureness.LIKELY,
        len(count.values),
        f"channels: [{', '.join(exchanged)}]  # no answer depends on it",
    )


def _is_connection(ratio: float) -> bool:
    return _CONNECTION[0] < max(ratio, 1.0 / ratio) < _CONNECTION[1]


def _poles(count: Count, nameplate: Nameplate, stream: Stream) -> PlateFinding:
    poles = round(count.value)
    speed_rpm = 120.0 * nameplate.line_frequency_hz / poles * (1.0 - nameplate.rated_slip)
    return PlateFinding(
        Suspect.POLES,
        "motor.poles",
        f"the shaft turns like that of a motor with {poles} poles",
        f"the plate says {nameplate.poles}",
        Sureness.LIKELY,
        len(count.values),
        f"motor: {{poles: {poles}, rated_speed_rpm: {speed_rpm:.0f}}}  # the speed as on the plate",
    )


def _lines(scales: dict[str, float]) -> str:
    channels: Sequence[str] = [f"{{name: {name}, scale: {scale:.5g}}}" for name, scale in scales.items()]
    return f"channels: [{', '.join(channels)}]"
