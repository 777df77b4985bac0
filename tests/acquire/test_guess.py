"""What is proposed for a DAQ of which nothing is known: it reads its lines, and says what it cannot know."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from binary_streams import dataq_scans
from hypothesis import given
from hypothesis import strategies as st
from text_streams import values
from unknown_lines import RATE_HZ, counts, lines, plain
from wire import a_device, a_frame

from edge_agent.acquire.drivers import decoder_of
from edge_agent.acquire.drivers.block_frames import encode_description
from edge_agent.acquire.drivers.due_daq import plan
from edge_agent.acquire.guess import Guess, Heard, guess
from edge_agent.config import ConfigError, Settings, load_settings

PLATE = """\
motor:
  {id: m, rated_power_kw: 1.1, rated_voltage_v: 380, rated_current_a: 2.6, rated_speed_rpm: 1440, poles: 4,
   line_frequency_hz: 50}
mqtt: {host: localhost}
"""


def proposed(data: bytes, pace_hz: float | None = RATE_HZ) -> Guess:
    return guess(Heard(data, pace_hz, None))


def config(found: Guess, folder: Path, scale: str = "0.01") -> Settings:
    """The settings that the proposal makes, once somebody has filled in what could not be known."""
    text = PLATE + found.text("/dev/ttyACM0", None)
    for blank in ("<A per count>", "<m/s2 per count>", "<unit per count>"):
        text = text.replace(blank, scale)
    file = folder / "agent.yaml"
    file.write_text(text)
    return load_settings(file)


def read_back(found: Guess, data: bytes, folder: Path) -> np.ndarray:
    """What the agent makes of the same lines with this proposal, in units of 0.01 counts from the offset."""
    settings = config(found, folder).serial_settings()
    return np.array(values(decoder_of(settings.driver).from_settings(settings).push(data)))


def test_raw_counts_become_three_phases_and_vibration(tmp_path: Path) -> None:
    table = counts()
    data = lines(table, plain)
    found = proposed(data)
    settings = config(found, tmp_path)
    channels = settings.channels or ()
    assert [(c.name, c.kind, c.phase) for c in channels] == [
        ("ia", "current", "a"), ("ib", "current", "b"), ("ic", "current", "c"), ("vib4", "vibration", None),
    ]  # fmt: skip
    assert [c.offset for c in channels] == pytest.approx([512] * 4, abs=1.0)
    assert settings.acquisition.rate_hz == RATE_HZ
    assert settings.acquisition.columns is None
    read = read_back(found, data, tmp_path)
    assert np.allclose(read, 0.01 * (table - [c.offset for c in channels]))


@pytest.mark.parametrize("order", ["bca", "acb", "cab"])
def test_the_order_of_the_phases_is_that_of_the_angles_from_the_first(order: str, tmp_path: Path) -> None:
    channels = config(proposed(lines(counts(order=order), plain)), tmp_path).channels or ()
    turned = {"bca": "abc", "cab": "abc", "acb": "acb"}[order]
    assert "".join(c.phase or "-" for c in channels[:3]) == turned


def test_a_header_and_microseconds_are_understood_and_make_the_rate_exact(tmp_path: Path) -> None:
    table = counts(mid=2048, amplitude=900)

    def write(row: list[float]) -> str:
        return f"{write.at};" + ";".join(f"{value:.0f}" for value in row)

    write.at = 4_294_900_000  # type: ignore[attr-defined]
    text = []
    for row in table.tolist():
        text.append(write(row))
        write.at = (write.at + 500) % 2**32  # type: ignore[attr-defined]
    data = b"cut\nmicros;I1 (raw);I2 (raw);I3 (raw);Acc\n" + "\n".join(text).encode() + b"\n"
    found = proposed(data, 1830.0)
    assert found.acquisition["rate_hz"] == "2000"
    assert found.acquisition["columns"] == "[micros, I1, I2, I3, Acc]"
    assert "column 1 only rises: microseconds; it is no channel" in found.grounds
    assert any("lies around the middle of 12 bits (2048)" in ground for ground in found.grounds)
    channels = config(found, tmp_path).channels or ()
    assert [(c.name, c.phase) for c in channels] == [("I1", "a"), ("I2", "b"), ("I3", "c"), ("Acc", None)]
    assert read_back(found, data, tmp_path).shape == (len(table), 4)


def test_names_that_say_the_phase_are_believed_over_the_order(tmp_path: Path) -> None:
    found = proposed(lines(counts(), plain, "Ib,Ic,Ia,Vib\r\n"))
    channels = config(found, tmp_path).channels or ()
    assert [(c.name, c.phase) for c in channels[:3]] == [("Ib", "b"), ("Ic", "c"), ("Ia", "a")]
    assert any("phase b by its name" in ground for ground in found.grounds)


def test_semicolons_and_decimal_commas_are_read(tmp_path: Path) -> None:
    table = counts(mid=0.0, amplitude=300) / 100

    def write(row: list[float]) -> str:
        return ";".join(f"{value:.2f}".replace(".", ",") for value in row)

    data = lines(table, write)
    found = proposed(data)
    assert any("has decimals: if it is in its unit already, scale is 1" in ground for ground in found.grounds)
    read = read_back(found, data, tmp_path)
    offsets = [c.offset for c in config(found, tmp_path).channels or ()]
    assert np.allclose(read, 0.01 * (table - offsets), atol=1e-4)


def test_labels_name_the_channels(tmp_path: Path) -> None:
    table = counts()
    data = lines(table, lambda row: "ia:{:.0f} ib:{:.0f} ic:{:.0f} vib:{:.0f}".format(*row))
    found = proposed(data)
    assert "columns" not in found.acquisition
    assert read_back(found, data, tmp_path).shape == table.shape


def test_a_column_that_never_changes_is_left_out_and_told(tmp_path: Path) -> None:
    table = np.insert(counts(), 1, 0.0, axis=1)
    found = proposed(lines(table, plain))
    assert "other2 is always 0: taken for not connected" in found.grounds
    assert found.acquisition["columns"] == "[ia, other2, ib, ic, vib5]"
    assert len(config(found, tmp_path).channels or ()) == 4


def test_a_motor_that_stands_leaves_the_kinds_open(tmp_path: Path) -> None:
    found = proposed(lines(counts(amplitude=0.0)[:, :3], plain))
    assert any("let the motor run, and ask again" in unknown for unknown in found.unknown)
    assert all("kind: <current or vibration>" in channel for channel in found.channels)
    with pytest.raises(ConfigError, match="<current or vibration>"):
        config(found, tmp_path)


def test_what_cannot_be_known_is_not_filled_in(tmp_path: Path) -> None:
    found = proposed(lines(counts(), plain))
    file = tmp_path / "agent.yaml"
    file.write_text(PLATE + found.text("/dev/ttyACM0", 9600))
    assert yaml.safe_load(file.read_text())["acquisition"]["baud_rate"] == 9600
    with pytest.raises(ConfigError, match=r"channels\[0\]\.scale"):
        load_settings(file)
    rms = 180 / np.sqrt(2)
    assert any(f"scale is the A of the meter / {rms:.0f}"[:-2] in unknown for unknown in found.unknown)
    assert (
        "which phase is a: the first current is called a, what lags 120 degrees behind it b" in found.unknown
    )


@pytest.mark.parametrize("line_hz", [27.3, 50.0, 60.0, 118.0])
def test_the_line_frequency_is_found_also_of_a_drive(line_hz: float) -> None:
    grounds = proposed(lines(counts(line_hz=line_hz), plain)).grounds
    assert f"the common line frequency is {line_hz:.1f} Hz" in grounds


def test_a_clipped_converter_is_told() -> None:
    table = np.clip(counts(amplitude=700.0), 0, 1023)
    assert any(
        "reaches the end of these 10 bits" in ground for ground in proposed(lines(table, plain)).grounds
    )


def test_lines_that_describe_themselves_need_nothing_else() -> None:
    from edge_agent.acquire.description import encode_description as text_of

    found = proposed(b"1,2\n# " + text_of(a_device(), index=True) + b"\n1,2,3\n")
    assert found.acquisition == {"driver": "csv_lines"}
    assert not found.channels


def test_block_frames_are_recognised() -> None:
    found = proposed(b"\x01\x02" + encode_description(a_device()) + b"".join(a_frame(n) for n in range(40)))
    assert found.acquisition == {"driver": "block_frames"}


def test_frames_of_an_arduino_due_are_recognised_with_channels_and_rate(tmp_path: Path) -> None:
    made = plan((), 4, RATE_HZ)
    table = counts(seconds=3.0, mid=2048.0, amplitude=800.0).astype("<i2")
    scans = made.layout.scans
    frames = [
        b"\xff\xff" + number.to_bytes(4, "little") + table[start : start + scans].tobytes()
        for number, start in enumerate(range(0, len(table) - scans, scans))
    ]
    data = b"".join(frames)[777:]
    found = guess(Heard(data, None, len(frames[0]) / scans * RATE_HZ))
    assert found.acquisition == {"driver": "fixed_frame", "preset": "due_daq", "rate_hz": "2000"}
    assert [c.phase for c in config(found, tmp_path).channels or ()] == ["a", "b", "c", None]
    assert any("the pins" in unknown for unknown in found.unknown)


@pytest.mark.parametrize(
    ("data", "ground"),
    [
        (b"", "nothing came"),
        (b"hello\r\nworld\r\n" * 30, "text that holds no table of numbers"),
        (np.random.default_rng(3).bytes(5000), "neither text nor known frames"),
        (dataq_scans(np.ones((400, 3), np.int16)), "neither text nor known frames"),
    ],
)
def test_what_is_not_recognised_gives_no_proposal(data: bytes, ground: str) -> None:
    found = proposed(data)
    assert not found.acquisition
    assert any(ground in said for said in found.grounds)
    assert found.unknown
    assert "acquisition:" not in found.text("/dev/ttyACM0", None)


@given(
    rows=st.lists(st.lists(st.floats() | st.integers(-(2**40), 2**40), min_size=1, max_size=3), max_size=3),
    separator=st.sampled_from([",", ";", " ", ", "]),
    pace_hz=st.none() | st.floats(0, 1e6),
    more=st.binary(max_size=40),
)
def test_no_bytes_raise_anything(
    rows: list[list[float]], separator: str, pace_hz: float | None, more: bytes
) -> None:
    text = "".join(f"{separator.join(map(str, row))}\n" for row in rows).encode()
    for data in (20 * text + more, more + 40 * text, 30 * more):
        assert guess(Heard(data, pace_hz, pace_hz)).text("/dev/ttyACM0", None)


def test_too_little_for_a_rate_asks_for_it() -> None:
    found = proposed(lines(counts(), plain), None)
    assert "rate_hz" not in found.acquisition
    assert any("give acquisition.rate_hz" in unknown for unknown in found.unknown)
