"""Settings that are right one by one and cannot be right together.

What is impossible is an error. What is only strange is a doubt: `check` and the log show it as a warning.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt

from edge_agent.acquire.drivers import DRIVERS, decoder_of
from edge_agent.acquire.drivers.decoder import Decoder
from edge_agent.acquire.naming import unit_of
from edge_agent.acquire.samples import ChannelKind
from edge_agent.acquire.settings import WANTED_CHANNELS, WANTED_RATE
from edge_agent.acquire.units import standard_unit
from edge_agent.config.frames import frame_problems
from edge_agent.config.plates import SURE_FROM_KW, strange_power
from edge_agent.config.problems import KeyPath
from edge_agent.config.secret_files import doubts_of_secrets
from edge_agent.config.settings import Settings
from edge_agent.motor import MAX_OF_PLATE, MIN_OF_PLATE

BITS_PER_BYTE = 10
"""Bits of a byte on a serial line: start, eight of data, stop (8N1, as every port here is opened)."""
MIN_BYTES_PER_VALUE = 2
"""Minimum number of bytes of a value in a line of text: one digit, and a separator or the end of the line."""
USUAL_BYTES_PER_VALUE = 5
"""Bytes of a value in a line of text, as counts of 12 bits take them: four digits and a separator."""
USB_HEADROOM = 4
"""How many times too slow a baud rate must be before it is refused on a port that may ignore it.

Judgement: on USB itself people set 115200 by habit, and 9600 hardly ever, while an Uno at 9600 means it.
"""
_UART = re.compile(r"/tty(?:USB|AMA|S|THS|O|mxc|PS)[0-9]+$|/serial[0-9]+$")
"""Ports whose baud rate is real: UARTs of computers, and of converters behind USB."""
BAND_HZ = 50.0
"""What the demodulation looks at on each side of the line, Hz: `signals.carrier`."""
GOOD_RATE_HZ = 1000.0
"""Rate from which slot lines and the 7th harmonic are seen, Hz: `signals.decimation.TARGET_RATE_HZ`."""
PLAIN_PORT, TLS_PORT = 1883, 8883
"""Ports of MQTT without and with TLS, as registered (IANA: mqtt, secure-mqtt)."""
TAKEN_LEVELS = ("command", "reply")
"""Levels below the topic of an agent that are no motor's: what is said of one would pass for a command."""

_ADVICE = {
    "scale": "add scale: <unit per count> and offset: <counts at zero>, or scale: 1 where the numbers are in "
    "the unit already",
    "kind": "add kind: current, vibration or speed",
}
"""What to write for a channel that lacks its scale or kind; for messages."""

Found = Iterator[tuple[KeyPath, str]]
"""Keys, and what is wrong with each."""


def contradictions(root: object) -> Found:
    """Find settings that exclude each other, in the content of a file that may be wrong in any other way."""
    file = _Content(root)
    yield from _power_without_current(file)
    yield from _rate_below_line(file)
    yield from _lines_beyond_baud_rate(file)
    if file.get("motor", "id") in TAKEN_LEVELS:
        yield (
            ("motor", "id"),
            f"{file.get('motor', 'id')} is where commands or their replies go; take another name",
        )
    if file.number("mqtt", "port") == TLS_PORT and not file.has("mqtt", "tls"):
        yield (
            ("mqtt", "port"),
            f"{TLS_PORT} is the port of TLS, and there is no mqtt.tls; add tls: true (or tls: false, if this "
            f"broker does not encrypt there), or take {PLAIN_PORT}",
        )


def undescribed_channels(root: object) -> Found:
    """Find channels of which neither the file nor the DAQ says what they are, in content of any kind.

    A stated rate says that the DAQ does not describe itself. Recordings do, so they need none of this.
    """
    file = _Content(root)
    decoder, channels = file.decoder, file.get("channels")
    yield from frame_problems(file.get("acquisition"), channels)
    if decoder is None or decoder.tells_rate:
        return
    if decoder.describes_itself and file.number("acquisition", "rate_hz") is None:
        return
    for index, channel in enumerate(channels if isinstance(channels, list) else []):
        what = _lacking(channel) if isinstance(channel, Mapping) else None
        if what is not None:
            yield (
                ("channels", index),
                f"{what} is missing, and {decoder.spoken}{_stated(decoder)} do not describe themselves; "
                f"{_ADVICE[what]}",
            )


def doubts(settings: Settings) -> Found:
    """Find what is strange in settings that are right."""
    yield from _doubts_of_acquisition(settings)
    yield from _doubts_of_currents(settings)
    plate = settings.motor
    strange = strange_power(
        plate.rated_power_kw, plate.rated_voltage_v, plate.rated_current_a, plate.poles, plate.power_factor
    )
    if strange is not None:
        yield ("motor", "rated_current_a"), strange
    if settings.mqtt.tls is not None and settings.mqtt.port == PLAIN_PORT:
        yield (
            ("mqtt", "port"),
            f"{PLAIN_PORT} is usually the port without TLS; with TLS it is {TLS_PORT}: leave the port out",
        )
    yield from doubts_of_secrets(settings)


def _stated(decoder: type[Decoder]) -> str:
    return " whose rate_hz is stated here" if decoder.describes_itself else ""


@dataclass(frozen=True, slots=True)
class _Content:
    """Plain values of a file, of which nothing is known."""

    root: object

    def get(self, *path: str) -> object:
        """Return the value at a path; None if there is none."""
        value = self.root
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        return value

    def has(self, *path: str) -> bool:
        """True if the key is there, whatever its value."""
        section = self.get(*path[:-1])
        return isinstance(section, Mapping) and path[-1] in section

    def number(self, *path: str) -> float | None:
        """Return the number at a path; None if there is none."""
        value = self.get(*path)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    @property
    def decoder(self) -> type[Decoder] | None:
        """The decoder of the driver that is named; None if none is, or an unknown one."""
        driver = self.get("acquisition", "driver")
        return decoder_of(driver) if isinstance(driver, str) and driver in DRIVERS else None


def _lacking(channel: Mapping[str, object]) -> str | None:
    """Return what is missing of a channel that nothing else describes: its scale or its kind; else None."""
    name, unit = channel.get("name"), channel.get("unit")
    if channel.get("scale") is None:
        known = standard_unit(unit) if isinstance(unit, str) else None
        converts = known is not None and known[1] != 1.0  # such a unit is told to need its scale anyway
        return None if converts else "scale"
    told = channel.get("kind") is not None or unit is not None or not isinstance(name, str) or unit_of(name)
    return None if told else "kind"


def _power_without_current(file: _Content) -> Found:
    names = ("rated_power_kw", "rated_voltage_v", "rated_current_a", "poles")
    plate = [
        number
        for name in names
        if MIN_OF_PLATE <= (number := file.number("motor", name) or 0.0) <= MAX_OF_PLATE
    ]
    if len(plate) < len(names) or plate[0] < SURE_FROM_KW or plate[3] % 2:
        return
    power_kw, voltage_v, current_a, poles = plate
    power_factor = file.number("motor", "power_factor")
    believed = power_factor if 0.3 < (power_factor or 0.0) <= 1 else None
    strange = strange_power(power_kw, voltage_v, current_a, poles, believed)
    if strange is not None:
        yield ("motor", "rated_current_a"), strange


def _rate_below_line(file: _Content) -> Found:
    rate_hz, line_hz = file.number("acquisition", "rate_hz"), file.number("motor", "line_frequency_hz")
    if file.decoder is None or file.decoder.tells_rate or rate_hz is None or line_hz is None:
        return
    needed_hz = 2 * (line_hz + BAND_HZ)
    if rate_hz < needed_hz:
        yield (
            ("acquisition", "rate_hz"),
            f"{rate_hz:g} scans a second cannot show a line of {line_hz:g} Hz and what lies {BAND_HZ:g} Hz "
            f"beside it: that takes {needed_hz:g}, and {GOOD_RATE_HZ:g} or more are good; it is the number "
            "of scans a second, not the frequency of the supply",
        )


def _lines_beyond_baud_rate(file: _Content) -> Found:
    rate_hz, baud_rate = file.number("acquisition", "rate_hz"), file.number("acquisition", "baud_rate")
    if file.decoder is None or not file.decoder.reads_lines or rate_hz is None or baud_rate is None:
        return
    channels = file.get("channels")
    columns = len(channels) if isinstance(channels, list) and channels else 1
    needed = rate_hz * columns * MIN_BYTES_PER_VALUE * BITS_PER_BYTE
    is_uart = _UART.search(str(file.get("acquisition", "port"))) is not None
    if baud_rate < needed / (1 if is_uart else USB_HEADROOM):
        yield (
            ("acquisition", "baud_rate"),
            f"{baud_rate:g} bits a second cannot carry {rate_hz:g} lines of {columns} values: even with one "
            f"digit each they take {needed:g}; set both sides faster, or leave baud_rate out where the DAQ "
            "is a USB device that ignores it",
        )


def _doubts_of_acquisition(settings: Settings) -> Found:
    acquisition = settings.acquisition
    if not acquisition.port.startswith("/"):
        yield (
            ("acquisition", "port"),
            "is not a path below /dev, so it is relative to the folder in which the agent starts",
        )
    decoder = decoder_of(acquisition.driver)
    if decoder.tells_rate:
        if acquisition.rate_hz is not None:
            yield (
                ("acquisition", "rate_hz"),
                f"has no effect: {decoder.spoken} state their own rate; remove it, or set driver: csv_lines "
                "if the DAQ sends text",
            )
        return
    rate_hz, columns = acquisition.rate_hz, len(settings.channels or ())
    wanted = {
        "acquisition.rate_hz": "" if rate_hz else WANTED_RATE,
        "channels": "" if columns else WANTED_CHANNELS,
    }
    missing = {name: what for name, what in wanted.items() if what}
    if missing and decoder.describes_itself:
        yield (
            ("acquisition", "driver"),
            f"{acquisition.driver} without {' and '.join(missing)}: right only if the DAQ describes itself"
            + (
                " in a line that begins with #; otherwise no line"
                if decoder.reads_lines
                else "; otherwise nothing"
            )
            + f" is understood: add {', and '.join(missing.values())}",
        )
    if rate_hz is None:
        return
    if rate_hz < GOOD_RATE_HZ:
        yield (
            ("acquisition", "rate_hz"),
            f"below {GOOD_RATE_HZ:g} scans a second neither slot lines nor the 7th harmonic are seen, so "
            "that fewer windows are judged at part load",
        )
    usual = rate_hz * max(columns, 1) * USUAL_BYTES_PER_VALUE * BITS_PER_BYTE
    if decoder.reads_lines and "baud_rate" in acquisition.model_fields_set and acquisition.baud_rate < usual:
        yield (
            ("acquisition", "baud_rate"),
            f"{rate_hz:g} lines of {max(columns, 1)} values of four digits take {usual:g} bits a second, "
            f"more than {acquisition.baud_rate}: fine for USB, too much for a UART",
        )


def _doubts_of_currents(settings: Settings) -> Found:
    peak_a = sqrt(2) * settings.motor.rated_current_a
    for index, channel in enumerate(settings.channels or ()):
        if channel.kind is ChannelKind.CURRENT and (channel.full_scale or peak_a) < peak_a:
            yield (
                ("channels", index, "full_scale"),
                f"{channel.full_scale:g} A is less than the peak of the rated current, {peak_a:.3g} A: at "
                "full load every window is clipped; is it the ratio of the sensor?",
            )
