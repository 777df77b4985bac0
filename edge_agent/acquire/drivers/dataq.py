"""The driver `dataq`: DI-1110, DI-2108, DI-4108 and their like of DATAQ Instruments, in their CDC mode.

Commands are ASCII and end with CR; while it does not scan, the device repeats each one. A scan is one int16,
little-endian, for each entry of the scan list. There is neither frame nor checksum. So the digital inputs are
the last entry, and nothing is connected to them: their word is the same in every scan, and ends it. Some
scans in a row are believed if each of them ends so, if no other two neighbouring bytes show that word in all
of them, and if as many scans after them are good as well.

Commands, codes and the place of the digital inputs are those of the manufacturer's own programs
(github.com/dataq-instruments/Python). By these the DI-1100 cannot have the digital inputs in its scan list:
it is not supported.
"""

import logging
from math import ceil
from typing import ClassVar, Self

import numpy as np

from edge_agent.acquire.conversation import Exchange
from edge_agent.acquire.counts import Counter, DecoderCounts
from edge_agent.acquire.drivers.decoder import Decoder, Unread
from edge_agent.acquire.drivers.scan_index import ScanIndex
from edge_agent.acquire.overrides import undescribed_device
from edge_agent.acquire.samples import Device, SampleBlock, same_rate
from edge_agent.acquire.settings import WANTED_CHANNELS, SerialSettings
from edge_agent.acquire.source import Silence

_LOG = logging.getLogger(__name__)

DEFAULT_RATE_HZ = 10_000.0
"""Scans per second unless the YAML says more: judgement, the rate of the data that the model learned from."""
STRETCH = 32
"""Scans that are believed or dropped together: judgement, 3 ms at 10 kHz, and 512 bits that must be right."""
DIGITAL_CODE = 8
"""Code of the digital inputs in the scan list (protocol; 0 to 7 are the analogue inputs)."""
_CLOCK_HZ = 60_000_000.0
"""What `srate` and `dec` divide, Hz (protocol)."""
_MIN_DIVISOR, _MAX_DIVISOR = 375, 65_535
"""What `srate` takes: 160 kHz are the most of these devices, and 16 bits the widest number."""
_PACKET_BYTES = 16
"""Bytes of a packet at `ps 0`; each step doubles them (protocol)."""
_MAX_PACKET_CODE = 7
"""Largest argument of `ps` (protocol)."""
_PACKETS_PER_S = 50.0
"""Packets in a second at least, where they may be as large: judgement, fresh data and few interrupts."""


class DataqDecoder(Decoder):
    """Cuts the scans out of a stream that has no frames."""

    spoken: ClassVar = "DATAQ scans"
    tells_rate: ClassVar = False
    describes_itself: ClassVar = False

    def __init__(self, settings: SerialSettings) -> None:
        self.description_problem: str | None = None
        """None: there is no description on the wire."""
        wanted_hz = settings.rate_hz or DEFAULT_RATE_HZ
        self._divisor, self._decimation = divisors(wanted_hz)
        self._rate_hz = _CLOCK_HZ / (self._divisor * self._decimation)
        if not same_rate(wanted_hz, self._rate_hz):
            _LOG.info("the DAQ gives %.2f scans a second, %g are asked for", self._rate_hz, wanted_hz)
        self._device = undescribed_device(settings.channels, self._rate_hz) if settings.channels else None
        self._codes = [int(code, 0) for code in settings.inputs] or list(range(len(settings.channels)))
        self._width = 2 * (len(self._codes) + 1)
        self._word = 0, settings.digital_inputs
        self._index = ScanIndex(self._rate_hz, settings.window_s)
        self._counter = Counter()
        self._lost_bytes = 0
        self._buffer = bytearray()
        self._good: list[bytes] = []
        self._told = self._locked = self._broken = self._ambiguous = False

    @classmethod
    def from_settings(cls, settings: SerialSettings) -> Self:
        """Return a decoder for the channels, inputs and rate of the YAML."""
        return cls(settings)

    @property
    def opening(self) -> tuple[Exchange, ...]:
        """Stop what it may be doing, set scan list and rate, start; all in between are repeated."""
        bytes_per_s, packet = self._rate_hz * self._width, 0
        while packet < _MAX_PACKET_CODE and bytes_per_s > 2 * _PACKETS_PER_S * (_PACKET_BYTES << packet):
            packet += 1
        scan_list = [f"slist {place} {code}" for place, code in enumerate([*self._codes, DIGITAL_CODE])]
        decimation = [f"dec {self._decimation}"] if self._decimation > 1 else []
        asked = ["encode 0", f"ps {packet}", *scan_list, *decimation, f"srate {self._divisor}"]
        settings = (Exchange(f"{command}\r".encode(), command.encode()) for command in asked)
        return Exchange(b"stop\r"), *settings, Exchange(b"start\r")

    @property
    def closing(self) -> tuple[Exchange, ...]:
        """Stop."""
        return (Exchange(b"stop\r"),)

    @property
    def counts(self) -> DecoderCounts:
        """What was seen so far; `frames` are scans, and at least as many were lost as were dropped."""
        return self._counter.snapshot(ceil(self._lost_bytes / self._width))

    def push(self, data: bytes) -> list[Device | SampleBlock]:
        """Take bytes; return the scans that they confirm."""
        self._buffer += data
        found: list[Device | SampleBlock] = []
        while self._follow(found) if self._locked else self._search():
            pass
        self._flush(found)
        return found

    def cut(self) -> None:
        """Forget what is incomplete: the DAQ starts anew, and nobody knows how much later."""
        self._drop_good()
        self._discard(len(self._buffer))
        self._locked, self._broken = False, self._told

    def explain(self, unread: Unread) -> Silence | None:
        """Return why scans bring no samples; None if none are seen."""
        if self._counter.undescribed:
            text = f"scans arrive, but nothing says what is in them: put into the YAML {WANTED_CHANNELS}"
            return Silence("undescribed", text, "refused_frames", max(1, unread.refused))
        if self._ambiguous:
            text = (
                f"an analogue input reads {self._word[1] << 8} in every scan, as the digital inputs do, so "
                "that the beginning of a scan cannot be told: connect digital input 0 to ground, and set "
                "acquisition.digital_inputs: 126"
            )
            return unread.silence("ambiguous", text)
        return None

    @classmethod
    def foreign(cls, sample: bytes) -> str:
        """Return in words that no scan ends as it must."""
        return (
            "bytes come, but they hold no scans that end with the word of the digital inputs (leave these "
            "open, or give what they read as acquisition.digital_inputs)"
        )

    def _search(self) -> bool:
        """Look for a good stretch that begins within the first scan; False if more bytes are needed.

        Its first scan is dropped: where that begins, no digital word before it tells.
        """
        size = STRETCH * self._width
        if len(self._buffer) < size + self._width:
            return False
        for start in range(self._width):
            ends = self._buffer.startswith(bytes(self._word), start + self._width - 2)
            if ends and self._is_good(bytes(self._buffer[start : start + size])):
                self._lose(start + self._width)
                self._locked, self._ambiguous = True, False
                return True
        self._lose(self._width)
        return True

    def _follow(self, found: list[Device | SampleBlock]) -> bool:
        """Hand on the stretch before if this one is good as well; False if it has not come yet."""
        size = STRETCH * self._width
        if len(self._buffer) < size:
            return False
        stretch = bytes(self._buffer[:size])
        if self._is_good(stretch):
            self._good.append(stretch)
            del self._buffer[:size]
            return True
        *certain, doubtful = self._good or [b""]
        self._good = [*certain, b""]
        self._flush(found)
        self._counter.malformed += 1
        self._broken, self._locked = self._told, False
        self._lost_bytes += len(doubtful)
        self._counter.bytes_discarded += len(doubtful)
        return True

    def _is_good(self, stretch: bytes) -> bool:
        """True if each scan ends with the digital word, and no other two bytes are that word throughout."""
        scans = np.frombuffer(stretch, np.uint8).reshape(STRETCH, self._width)
        low, high = scans == self._word[0], scans == self._word[1]
        if not (low[:, -2].all() and high[:, -1].all()):
            return False
        rivals = low[:, :-2].all(axis=0) & high[:, 1:-1].all(axis=0)
        across = low[:-1, -1].all() and high[1:, 0].all()
        self._ambiguous = bool(rivals.any() or across)
        return not self._ambiguous

    def _flush(self, found: list[Device | SampleBlock]) -> None:
        """Hand on all good stretches but the last: its next one is still to come."""
        *certain, last = self._good or [b""]
        self._good = [last] if last else []
        if not certain:
            return
        values = np.frombuffer(b"".join(certain), "<i2").reshape(-1, self._width // 2)
        if self._device is None:
            self._counter.undescribed += len(values)
            return
        if not self._told:
            found.append(self._device)
            self._told = True
        if self._broken:
            self._index.begin_anew()
        found.append(SampleBlock(0, self._index.next, values[:, :-1].astype(np.int16), overrun=self._broken))
        self._broken = False
        self._index.advance(len(values))
        self._counter.frames += len(values)

    def _lose(self, size: int) -> None:
        """Drop bytes without a scan: before the first one they are an echo, later they are lost."""
        self._lost_bytes += size if self._told else 0
        self._discard(size)

    def _drop_good(self) -> None:
        self._counter.bytes_discarded += sum(map(len, self._good))
        self._good = []

    def _discard(self, size: int) -> None:
        self._counter.bytes_discarded += size
        del self._buffer[:size]


def divisors(rate_hz: float) -> tuple[int, int]:
    """Return what `srate` and `dec` must be for the nearest rate in scans per second."""
    decimation = 1
    while _CLOCK_HZ / (rate_hz * decimation) > _MAX_DIVISOR:
        decimation += 1
    return max(_MIN_DIVISOR, round(_CLOCK_HZ / (rate_hz * decimation))), decimation
