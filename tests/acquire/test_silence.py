"""Bytes that are no samples, on a real pseudo-terminal: what is said of them, and what to do."""

import random
from time import monotonic

import numpy as np
import pytest
from pty_line import PtyLine
from test_port_source import a_device, frames_of, number_of, polled, scans
from text_streams import phases, with_vibration

from edge_agent.acquire.description import encode_description as encode_description_text
from edge_agent.acquire.drivers.block_frames import encode_description
from edge_agent.acquire.port_source import SerialSource
from edge_agent.acquire.samples import Channel, Device, SampleBlock, Stream
from edge_agent.acquire.settings import SerialSettings
from edge_agent.acquire.source import PortOpened, Silence

LINES = b"".join(b"%d.%03d,11.3,-13.5\n" % (k % 17, k) for k in range(200))
NOISE = random.Random(1).randbytes(4000)


def silence_of(
    line: PtyLine,
    data: bytes,
    said: str,
    driver: str = "csv_lines",
    channels: tuple[Channel, ...] = (),
    rate_hz: float | None = None,
    **others: object,
) -> Silence:
    """What a source says of these bytes once it says this; no samples may come of them."""
    settings = SerialSettings(driver, str(line.link), 115_200, channels, rate_hz, **others)
    with SerialSource(settings) as source:
        polled(source, number_of(PortOpened, 1))
        line.write(data)
        items = polled(source, lambda _: said in source.silence().text)
        assert not any(isinstance(item, SampleBlock) for item in items)
        return source.silence()


@pytest.mark.parametrize(
    ("data", "said", "quantity"),
    [
        (50 * b"123,512,498,505\n", "4 columns, 3 channels: '123,512,498,505'", "refused_lines"),
        (50 * b"0.5,-0.226,12.603,-12.455\n", "acquisition.columns", "refused_lines"),
        (50 * b"t,I1,I2,I3\n123,512,498,505\n", "the header names t, I1, I2, I3", "refused_lines"),
        (50 * b'{"ia":1.5,"ib":2.5,"ic":-4}\n', "JSON", "refused_lines"),
        (50 * b"1F,2A,3C\n", "hexadecimal", "refused_lines"),
        (50 * b"1500mA,2500mA,-4000mA\n", "'mA'", "refused_lines"),
        (50 * "1.5,2.5,-4\n".encode("utf-16-le"), "UTF-16", "refused_bytes"),
        (50 * "1.5,2.5,-4\n".encode("utf-16-be"), "UTF-16", "refused_bytes"),
        (NOISE, "check acquisition.baud_rate (now 115200)", "refused_bytes"),
        (b"\xf0\x80\xfe\xf8" * 500, "check acquisition.baud_rate (now 115200)", "refused_bytes"),
        (encode_description(a_device()) + frames_of(range(30)), "driver: block_frames", "refused_bytes"),
        (b"1.5,2.5,-4,", "without an end of line", "refused_bytes"),
    ],
)
def test_bytes_that_are_no_scans_are_told_with_what_to_do(
    line: PtyLine, data: bytes, said: str, quantity: str
) -> None:
    data = 20 * data if b"\n" not in data and len(data) < 64 else data
    silence = silence_of(line, data, said, channels=phases(), rate_hz=2000.0)
    assert "no samples come" not in silence.text
    assert silence.quantity == quantity
    assert silence.refused > 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (LINES, "set acquisition.driver: csv_lines"),
        (LINES.replace(b"\n", b"\r"), "set acquisition.driver: csv_lines"),
        (50 * b"millis,ia,ib,ic\r\n12,512,498,505\r\n", "set acquisition.driver: csv_lines"),
        (LINES.decode().encode("utf-16-le"), "set acquisition.driver: csv_lines"),
        (NOISE, "check acquisition.baud_rate (now 115200) and acquisition.driver"),
        (NOISE.replace(b"\0", b"\1"), "no frame ends"),
    ],
)
def test_bytes_that_are_no_frames_are_told_with_what_to_do(line: PtyLine, data: bytes, said: str) -> None:
    silence = silence_of(line, data, said, "block_frames")
    assert silence.quantity == "refused_bytes"
    assert silence.refused > 0


def test_lines_that_nothing_describes_are_told_which_parts_of_the_yaml_are_missing(line: PtyLine) -> None:
    lines = b"millis,ia,ib,ic\n" + 50 * b"123,512,498,505\n"
    silence = silence_of(line, lines, "the header names millis, ia, ib, ic")
    assert "'123,512,498,505'" in silence.text
    assert "{name: ia, kind: current, phase: a" in silence.text
    assert "acquisition.rate_hz" in silence.text
    assert silence.quantity == "refused_lines"


@pytest.mark.parametrize(
    ("driver", "data"),
    [
        ("csv_lines", b"123,512,498,505\r\n"),
        ("csv_lines", b"1500mA,2500mA,-4000mA\n"),
        ("csv_lines", b"123,512,498,505\r"),
        ("block_frames", b"123,512,498,505\r\n"),
    ],
)
def test_the_lines_a_second_are_told_as_rate_hz_needs_them(line: PtyLine, driver: str, data: bytes) -> None:
    with SerialSource(SerialSettings(driver, str(line.link))) as source:
        source._decode(0.0, 800 * data)  # what waited before the port was opened
        for turn in range(1, 61):
            source._decode(0.05 * turn, 50 * data)
        source._bytes_s = monotonic()
        assert ", about 1000 a second," in source.silence().text


def test_channels_without_a_rate_are_told_that_the_rate_is_missing(line: PtyLine) -> None:
    silence = silence_of(
        line, 50 * b"512,498,505\n", "put into the YAML acquisition.rate_hz", channels=phases()
    )
    assert silence.refused > 0


@pytest.mark.parametrize(
    ("rate_hz", "channels", "window_s", "said"),
    [
        (1.0, 3, 12.0, "not their rms values"),
        (50.0, 3, 12.0, "not their rms values"),
        (4_000_000.0, 60, 12.0, "expected 100 to 1000000"),
        (500_000.0, 8, 60.0, "shorten window.length_s"),
        (1e300, 3, 12.0, "rate_hz 1e+300"),
        (1e-300, 3, 12.0, "rate_hz 1e-300"),
    ],
)
@pytest.mark.parametrize("driver", ["csv_lines", "block_frames"])
def test_a_device_that_cannot_be_right_is_told_and_not_handed_on(
    line: PtyLine, driver: str, rate_hz: float, channels: int, window_s: float, said: str
) -> None:
    names = tuple(Channel(f"i{k}", phases()[0].kind, "A", 0.01) for k in range(channels))
    device = Device("d", "", "", (Stream(0, rate_hz, names),))
    data = (
        b"#" + encode_description_text(device) + b"\n"
        if driver == "csv_lines"
        else encode_description(device)
    )
    silence = silence_of(line, data, said, driver, window_s=window_s)
    assert silence.quantity == "refused_descriptions"


def test_lines_of_which_a_few_look_like_scans_are_not_believed(line: PtyLine) -> None:
    """Of hexadecimal lines one in some dozens has no letter."""
    chance = random.Random(3)
    with SerialSource(
        SerialSettings("csv_lines", str(line.link), channels=phases(), rate_hz=2000.0)
    ) as source:
        polled(source, number_of(PortOpened, 1))
        arrived_s = monotonic() - 4.0
        for _ in range(40):
            arrived_s += 0.1
            lines = b"".join(b"%X,%X,%X\n" % tuple(chance.choices(range(4096), k=3)) for _ in range(200))
            news = source._decode(arrived_s, lines)
        assert not any(isinstance(part, SampleBlock) for part in news)
        assert source.understands_nothing
        assert "hexadecimal" in source.silence().text


def test_some_refused_lines_among_scans_are_named_once_while_the_scans_go_on(line: PtyLine) -> None:
    with SerialSource(
        SerialSettings("csv_lines", str(line.link), channels=phases(), rate_hz=2000.0)
    ) as source:
        said = set()
        for turn in range(200):
            bad = 20 * (b"%d,2\n" % turn) if turn % 50 < 40 else b""
            news = source._decode(0.1 * turn, 180 * b"1,2,3\n" + bad)
            said.add(source.problem)
        assert any(isinstance(part, SampleBlock) for part in news)
    assert len(said) == 2
    assert any("2 columns, 3 channels: '0,2'" in str(text) for text in said)


def test_the_tail_of_a_line_that_was_cut_is_no_sign_of_anything(line: PtyLine) -> None:
    with SerialSource(
        SerialSettings("csv_lines", str(line.link), channels=phases(), rate_hz=2000.0)
    ) as source:
        line.write(LINES + b"1.5,2")
        polled(source, scans(1))
        polled(source, lambda items: source.counts().frames >= 199)
        assert not source.understands_nothing
        assert source.silence().text == "no samples come"


@pytest.mark.parametrize(
    "dead",
    [
        b"nan",
        b"NaN",
        b"-nan(ind)",
        b"inf",
        b"-inf",
        b"ovf",
        b"OVF",
        b"--",
        b"",
        b"null",
        b"1e300",
        b"O.L",
        b"N/A",
        b"err",
        b"99999999999",
        b"1.#QNAN",
    ],
)
def test_a_channel_without_values_is_named_and_the_others_go_on(line: PtyLine, dead: bytes) -> None:
    channels = with_vibration()
    with SerialSource(
        SerialSettings("csv_lines", str(line.link), channels=channels, rate_hz=200.0)
    ) as source:
        blocks = []
        lines = b"x\n" + b"".join(b"%d.5,2,-3,%s\n" % (k % 9, dead) for k in range(500))
        line.write(lines)
        while sum(len(block.counts) for block in blocks) < 500:
            blocks += [item for _, item in source.poll(0.2) if isinstance(item, SampleBlock)]
        assert "vib_radial gives no values" in str(source.problem)
        invalid = np.concatenate([block.invalid for block in blocks])
        np.testing.assert_array_equal(invalid.any(axis=0), [False, False, False, True])
        assert invalid[:, 3].all()
        assert source.counts().lost_frames == 0
        polled(source, lambda _: line.write(20 * b"1.5,2,-3,0.1\n") or source.problem is None)


def test_a_value_that_is_missing_now_and_then_names_no_channel(line: PtyLine) -> None:
    with SerialSource(
        SerialSettings("csv_lines", str(line.link), channels=with_vibration(), rate_hz=200.0)
    ) as source:
        for turn in range(20):
            source._decode(0.5 * turn, 99 * b"1,2,-3,4\n" + b"1,2,-3,nan\n")
        assert source.problem is None


def test_texts_that_vary_in_a_description_begin_nothing_anew(line: PtyLine) -> None:
    with SerialSource(SerialSettings("block_frames", str(line.link))) as source:
        items = []
        for second in range(20):
            device = Device(
                f"daq up {second}", f"serial {second}", f"1.0, uptime {second} s", a_device().streams
            )
            line.write(encode_description(device) + frames_of(range(second, second + 1)))
        items = polled(source, scans(640))
    assert number_of(Device, 2)(items) is False
    assert source.counts().restarts == 0
    assert source.counts().lost_frames == 0


@pytest.mark.parametrize(
    ("rate_hz", "anew"),
    [(10_000.0, False), (10_000.4, False), (9_999.0, False), (10_100.0, True), (5_000.0, True)],
)
def test_a_rate_that_a_device_measures_anew_each_time_is_the_same_one(
    line: PtyLine, rate_hz: float, anew: bool
) -> None:
    other = Device("daq", "1", "1.0", (Stream(0, rate_hz, a_device().streams[0].channels),))
    with SerialSource(SerialSettings("block_frames", str(line.link))) as source:
        line.write(encode_description(a_device()) + frames_of(range(1)))
        items = polled(source, scans(1))
        line.write(encode_description(other))
        items += polled(source, lambda items: source.counts().frames == 3)
        items += [item for _, item in source.poll(0.1)]
    assert number_of(Device, 2)(items) is anew


def test_lines_that_describe_themselves_again_and_again_begin_once(line: PtyLine) -> None:
    channels = phases(0.01)
    with SerialSource(SerialSettings("csv_lines", str(line.link))) as source:
        for second in range(20):
            device = Device("daq", "", f"up {second} s", (Stream(0, 2000.0, channels),))
            line.write(b"#" + encode_description_text(device) + b"\n" + 20 * b"1.5,2.5,-4.0\n")
        items = polled(source, lambda items: source.counts().frames == 420)
    assert sum(isinstance(item, Device) for item in items) == 1
    assert source.counts().lost_frames == 0
