"""Any driver of the registry: what all of them promise, and that nothing else must know a new one by name."""

import json
from typing import Self

import numpy as np
import pytest
from documents import README
from hypothesis import given
from hypothesis import strategies as st
from pty_line import PtyLine
from test_port_source import polled, scans
from text_streams import phases
from wire import a_device, a_frame

from edge_agent.acquire import drivers
from edge_agent.acquire.counts import Counter, DecoderCounts
from edge_agent.acquire.drivers import DRIVERS, Driver, decoder_of
from edge_agent.acquire.drivers.block_frames import encode_description
from edge_agent.acquire.drivers.decoder import Decoder, Unread
from edge_agent.acquire.drivers.splitting import Splitter
from edge_agent.acquire.overrides import undescribed_device
from edge_agent.acquire.port_source import SerialSource
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.acquire.settings import SerialSettings
from edge_agent.acquire.silence import explain_silence
from edge_agent.acquire.source import Silence
from edge_agent.config.schema import schema_text

LINES = b"".join(b"%d,%d,-7\n" % (k, k % 9) for k in range(300))
FRAMES = encode_description(a_device()) + b"".join(a_frame(number) for number in range(40))
BYTES = st.binary(max_size=300) | st.sampled_from([LINES, FRAMES, LINES[:50] + FRAMES, b"\xa5" * 90])


def settings(driver: str) -> SerialSettings:
    return SerialSettings(driver, "/dev/null", 115_200, phases(), 2000.0)


def a_decoder(driver: str) -> Decoder:
    return decoder_of(driver).from_settings(settings(driver))


def an_unread(data: bytes, refused: int = 0) -> Unread:
    return Unread(data, len(data), refused)


def silence_of(driver: str, data: bytes) -> Silence:
    """What is said once these bytes have come to this driver."""
    decoder = a_decoder(driver)
    decoder.push(data)
    unread = an_unread(data, decoder.counts.rejected)
    return explain_silence(settings(driver), decoder, unread, None)


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_driver_is_a_decoder_that_can_be_spoken_of(driver: str) -> None:
    decoder = decoder_of(driver)
    assert Decoder in decoder.__mro__
    assert decoder.spoken
    assert not (decoder.reads_lines and decoder.tells_rate)


@pytest.mark.parametrize("driver", DRIVERS)
def test_the_readme_and_the_schema_say_what_a_driver_reads(driver: str) -> None:
    assert f"| `{driver}` | {DRIVERS[driver].help}" in README
    field = json.loads(schema_text())["$defs"]["AcquisitionSection"]["properties"]["driver"]
    assert DRIVERS[driver].help.casefold() in field["description"].casefold()
    assert field["enum"] == list(DRIVERS)


@pytest.mark.parametrize("driver", DRIVERS)
@given(pieces=st.lists(BYTES, max_size=4))
def test_bytes_of_any_kind_raise_nothing_and_can_be_spoken_of(driver: str, pieces: list[bytes]) -> None:
    decoder = a_decoder(driver)
    for piece in pieces:
        assert all(isinstance(part, (Device, SampleBlock)) for part in decoder.push(piece))
        decoder.cut()
    assert decoder.counts.rejected >= 0
    assert decoder.take_refused() is None or not decoder.has_checksum
    assert silence_of(driver, b"".join(pieces)).text


@pytest.mark.parametrize("driver", DRIVERS)
@given(data=BYTES, cut=st.integers(0, 300))
def test_how_the_bytes_are_cut_into_pushes_changes_no_count(driver: str, data: bytes, cut: int) -> None:
    whole, parts = a_decoder(driver), a_decoder(driver)
    whole.push(data)
    parts.push(data[:cut])
    parts.push(data[cut:])
    assert parts.counts == whole.counts


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("noise", [b"\xf0\x80\xfe\xf8" * 500, np.random.default_rng(1).bytes(4000)])
def test_noise_is_of_no_format_and_the_settings_to_check_are_named(driver: str, noise: bytes) -> None:
    assert all(decoder_of(name).recognise(an_unread(noise), "samples") is None for name in DRIVERS)
    silence = silence_of(driver, noise)
    assert f"acquisition.baud_rate (now 115200) and acquisition.driver (now {driver})" in silence.text
    assert (silence.quantity, silence.refused) == ("refused_bytes", len(noise))


@pytest.mark.parametrize(
    ("data", "sender"),
    [
        (LINES, "csv_lines"),
        (LINES.replace(b"\n", b"\r"), "csv_lines"),
        (LINES.decode().encode("utf-16-le"), "csv_lines"),
        (b"hello\nworld\n", "csv_lines"),
        (FRAMES, "block_frames"),
        (encode_description(a_device(currents=3, streams=16)), "block_frames"),
        (b"booting\r\n" + FRAMES, "block_frames"),
    ],
)
def test_a_driver_recognises_what_is_sent_to_another(data: bytes, sender: str) -> None:
    """A long description is nearly all text, and a frame nevertheless."""
    for driver in DRIVERS.keys() - {sender}:
        silence = silence_of(driver, data)
        assert f"come, not {decoder_of(driver).spoken}" in silence.text
        assert f"set acquisition.driver: {sender}" in silence.text


class PackedDecoder(Decoder):
    """A toy: `=`, three digits, one a channel, and an end of line; without rate, columns and checksum."""

    spoken = "packed digits"
    tells_rate = False
    has_checksum = False

    def __init__(self, device: Device | None) -> None:
        self.description_problem = None
        self._device = device
        self._told = False
        self._counter = Counter()
        self._splitter = Splitter(b"\n", 100)
        self._scan = 0

    @classmethod
    def from_settings(cls, settings: SerialSettings) -> Self:
        return cls(undescribed_device(settings.channels, settings.rate_hz or 0.0))

    @property
    def counts(self) -> DecoderCounts:
        return self._counter.snapshot(0, self._splitter)

    def push(self, data: bytes) -> list[Device | SampleBlock]:
        found: list[Device | SampleBlock] = []
        for piece in self._splitter.push(data):
            if len(piece) != 4 or not piece.startswith(b"=") or not piece[1:].isdigit():
                self._counter.malformed += 1
                continue
            if not self._told and self._device is not None:
                found.append(self._device)
                self._told = True
            counts = np.frombuffer(piece[1:], np.uint8).astype(np.int16) - ord("0")
            found.append(SampleBlock(0, self._scan, counts[np.newaxis]))
            self._counter.frames += 1
            self._scan += 1
        return found

    def cut(self) -> None:
        self._splitter.cut()

    def take_refused(self) -> str | None:
        return "some packets are broken; shorten the cable"

    @classmethod
    def recognise(cls, unread: Unread, expected: str) -> str | None:
        return (
            f"packed digits come, not {expected}: set acquisition.driver: packed"
            if b"=" in unread.sample
            else None
        )


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> str:
    """A driver that only the registry and its own file know."""
    monkeypatch.setitem(drivers.DRIVERS, "packed", Driver(f"{__name__}:PackedDecoder", "packed digits"))
    return "packed"


def test_a_source_reads_by_a_driver_that_only_the_registry_knows(line: PtyLine, packed: str) -> None:
    with SerialSource(SerialSettings(packed, str(line.link), channels=phases(), rate_hz=2000.0)) as source:
        line.write(b"=123\n=456\nx\n=789\n")
        items = polled(source, scans(3))
    device, *blocks = (item for item in items if isinstance(item, (Device, SampleBlock)))
    assert device.streams[0].channels == phases()
    assert [scan for block in blocks for scan in block.counts.tolist()] == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert source.counts().rejected == 1


@pytest.mark.parametrize(("good", "bad", "believed"), [(180, 0, True), (180, 20, True), (20, 180, False)])
def test_without_a_checksum_samples_are_believed_while_little_is_refused(
    line: PtyLine, packed: str, good: int, bad: int, believed: bool
) -> None:
    with SerialSource(SerialSettings(packed, str(line.link), channels=phases(), rate_hz=2000.0)) as source:
        for turn in range(100):
            news = source._decode(0.1 * turn, good * b"=123\n" + bad * b"x\n")
        assert any(isinstance(part, SampleBlock) for part in news) is believed
        said = "some packets are broken; shorten the cable"
        assert source.problem == (said if believed and bad else None)


@pytest.mark.parametrize("driver", ["block_frames", "csv_lines"])
def test_drivers_recognise_the_format_of_a_new_one(packed: str, driver: str) -> None:
    data = bytes(100) + 50 * b"=123\xff"
    assert f"set acquisition.driver: {packed}" in silence_of(driver, data).text


def test_bytes_that_are_foreign_to_a_driver_are_told_without_a_word_of_its_own(packed: str) -> None:
    text = silence_of(packed, b"\xf0\x80\xfe\xf8" * 500).text
    assert text.startswith("bytes come that are no packed digits: check acquisition.baud_rate (now 115200)")


def test_a_decoder_that_lacks_a_part_cannot_be_made() -> None:
    class Half(Decoder):
        spoken = "halves"

    with pytest.raises(TypeError, match="abstract"):
        Half()
