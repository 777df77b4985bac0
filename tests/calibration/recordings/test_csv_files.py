"""CSV: names in the first line tell what the columns are, time tells the rate."""

from pathlib import Path

import numpy as np
import pytest

from calibration.recordings.columns import Description
from calibration.recordings.csv_files import read_csv
from edge_agent.acquire.recordings import Recording, RecordingError, read_recording, write_recording
from edge_agent.acquire.samples import Channel, ChannelKind

AT_1_KHZ = Description(rate_hz=1000.0)


def a_csv(folder: Path, *lines: str) -> Path:
    path = folder / "run_1.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def timed(folder: Path, time_s: np.ndarray) -> Path:
    return a_csv(folder, "time_s,ia", *(f"{t:.6f},{n}" for n, t in enumerate(time_s)))


def through_npz(recording: Recording, folder: Path) -> Recording:
    path = folder / f"{recording.name}.npz"
    write_recording(path, recording)
    return read_recording(path)


def test_names_tell_what_the_columns_are(tmp_path: Path) -> None:
    path = a_csv(tmp_path, "ia;ic;vib_radial;index;temperature", "1;2;3;0;20.5", "-4;5;6;1;20.5")
    recording = read_csv(path, AT_1_KHZ)
    (stream,) = recording.device.streams
    assert [(c.name, c.kind, c.unit, c.phase, c.axis) for c in stream.channels] == [
        ("ia", ChannelKind.CURRENT, "A", "a", None),
        ("ic", ChannelKind.CURRENT, "A", "c", None),
        ("vib_radial", ChannelKind.VIBRATION, "m/s2", None, "radial"),
    ]
    assert recording.left_out == ("index", "temperature")
    assert recording.counts[0].tolist() == [[1, 2, 3], [-4, 5, 6]]
    assert recording.meta["source"] == "run_1.csv"


def test_numbers_with_decimals_survive(tmp_path: Path) -> None:
    values = np.random.default_rng(1).standard_normal((50, 2)) * [3.0, 0.002]
    path = a_csv(tmp_path, "# ia, vib_radial", *(f"{a:.9f}, {v:.9f}" for a, v in values))
    recording = through_npz(read_csv(path, AT_1_KHZ), tmp_path)
    (stream,) = recording.device.streams
    scales = [channel.scale for channel in stream.channels]
    assert recording.counts[0] * scales == pytest.approx(values, abs=1e-8)


def test_the_configuration_describes_columns_by_name_or_in_order(tmp_path: Path) -> None:
    ia = Channel("ia", ChannelKind.CURRENT, "A", 0.01, offset=2048.0, phase="a")
    speed = Channel("n", ChannelKind.SPEED, "rpm", 1.0)
    for header in ("n,ia", "x,y"):
        channels = (ia, speed) if header == "n,ia" else (speed, ia)
        recording = read_csv(a_csv(tmp_path, header, "1700,2048", "1701,2148"), Description(channels, 1000.0))
        assert recording.device.streams[0].channels == (speed, ia)
        assert recording.counts[0].tolist() == [[1700, 2048], [1701, 2148]]


def test_decimals_change_scale_and_offset_of_the_configuration_alike(tmp_path: Path) -> None:
    volts = Channel("ia", ChannelKind.CURRENT, "A", 20.0, offset=2.5, phase="a")
    recording = read_csv(a_csv(tmp_path, "ia", "2.5", "2.75", "2.25"), Description((volts,), 1000.0))
    (channel,) = recording.device.streams[0].channels
    amperes = (recording.counts[0][:, 0] - channel.offset) * channel.scale
    assert amperes == pytest.approx([0.0, 5.0, -5.0], abs=1e-6)


def test_time_tells_the_rate(tmp_path: Path) -> None:
    recording = read_csv(timed(tmp_path, 10 + np.arange(1000) / 7680), Description())
    assert recording.device.streams[0].rate_hz == pytest.approx(7680.0, rel=1e-5)
    assert [c.name for c in recording.device.streams[0].channels] == ["ia"]


@pytest.mark.parametrize(
    ("time_s", "message"),
    [
        (np.delete(np.arange(1000) / 5000, 500), "time_s is uneven: 0.0004 s after scan 499"),
        (np.delete(np.arange(1000) / 5000, 1), "time_s is uneven: 0.0004 s after scan 0"),
        (np.cumsum(np.linspace(0.95, 1.05, 1000)) / 5000, "time_s is uneven"),
        (np.arange(10)[::-1] / 5000, "time_s does not grow"),
        (np.zeros(10), "time_s does not grow"),
        (np.append(np.arange(9) / 5000, np.nan), "time_s of scan 9 is not finite"),
    ],
)
def test_uneven_time_is_refused(tmp_path: Path, time_s: np.ndarray, message: str) -> None:
    with pytest.raises(RecordingError, match=message):
        read_csv(timed(tmp_path, time_s), Description())


def test_a_rate_that_contradicts_the_time_is_refused(tmp_path: Path) -> None:
    path = timed(tmp_path, np.arange(100) / 5000)
    with pytest.raises(RecordingError, match="time_s says 5000 Hz, but 4000 Hz was given"):
        read_csv(path, Description(rate_hz=4000.0))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "it is empty"),
        (["ia,ib"], "it holds 0 scans"),
        (["ia,ib", "1,2"], "it holds 1 scans"),
        (["1.5,2", "1,2", "3,4"], r"first line holds numbers \(1\.5, \.\.\.\)"),
        (["ia,ia", "1,2", "3,4"], "names ia, ia are not all different"),
        (["ia,", "1,2", "3,4"], "not all different and non-empty"),
        (["ia,ib", "1,2,3", "4,5,6"], "the header names 2 columns, the scans have 3"),
        (["ia,ib", "1,2", "3"], "line 3 has 1 columns, expected 2 as in line 2"),
        (["ia,ib", "1,2", "3,x"], "line 3: ib is 'x', expected a number"),
        (["ia,ib", "1,2", "3,nan"], "scan 1 of ib is not finite"),
        (["ia,ib", "1,2", "inf,4"], "scan 1 of ia is not finite"),
        (["p,q", "1,2", "3,4"], "none of the columns p, q is of a known kind"),
    ],
)
def test_what_is_no_table_of_channels_is_refused(tmp_path: Path, lines: list[str], message: str) -> None:
    with pytest.raises(RecordingError, match=message) as refused:
        read_csv(a_csv(tmp_path, *lines), AT_1_KHZ)
    assert str(refused.value).startswith(f"{tmp_path / 'run_1.csv'}: ")
    assert "\n" not in str(refused.value)


def test_without_time_and_rate_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="give --rate-hz, or a column time_s"):
        read_csv(a_csv(tmp_path, "ia", "1", "2"), Description())


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run_1.csv"
    path.write_bytes(b"\x93\xff\x00ia\n1\n2\n")
    with pytest.raises(RecordingError, match=r"run_1\.csv: .*can't decode"):
        read_csv(path, AT_1_KHZ)


def stamped(folder: Path, stamps: list[str], name: str = "time_s") -> Path:
    return a_csv(folder, f"{name},ia", *(f"{stamp},{n}" for n, stamp in enumerate(stamps)))


@pytest.mark.parametrize(
    ("rate_hz", "name", "form", "unit_s"),
    [
        (7680.0, "time_ms", "%.3f", 1e-3),
        (3000.0, "time_s", "%.4f", 1.0),
        (2000.0, "time_s", "%.3f", 1.0),
        (1000.0, "time_s", "%.3f", 1.0),
        (5000.0, "millis", "%.0f", 1e-3),
        (1428.57, "millis", "%.0f", 1e-3),
        (7680.0, "micros", "%.0f", 1e-6),
        (10_000.0, "time_s", "%.6g", 1.0),
        (2000.0, "time_s", "%.4e", 1.0),
        (44_100.0, "time_s", "%.5f", 1.0),
    ],
)
def test_stamps_that_are_rounded_are_even(
    tmp_path: Path, rate_hz: float, name: str, form: str, unit_s: float
) -> None:
    stamps = [form % (t / unit_s) for t in 1.0 + np.arange(5000) / rate_hz]
    recording = read_csv(stamped(tmp_path, stamps, name), Description())
    assert recording.device.streams[0].rate_hz == pytest.approx(rate_hz, rel=2e-4)


@pytest.mark.parametrize(
    ("rate_hz", "name", "form", "unit_s"),
    [
        (7680.0, "time_ms", "%.3f", 1e-3),
        (1000.0, "time_s", "%.3f", 1.0),
        (1000.0, "millis", "%.0f", 1e-3),
        (7680.0, "micros", "%.0f", 1e-6),
        (2000.0, "time_s", "%.4e", 1.0),
    ],
)
@pytest.mark.parametrize("jump", ["lost", "far ahead", "back"])
def test_stamps_that_jump_are_refused_however_they_are_rounded(
    tmp_path: Path, rate_hz: float, name: str, form: str, unit_s: float, jump: str
) -> None:
    times_s = 1.0 + np.arange(2000) / rate_hz
    if jump == "lost":
        times_s = np.delete(times_s, 700)
    else:
        times_s[700:] += 0.5 if jump == "far ahead" else -0.1
    stamps = [form % (t / unit_s) for t in times_s]
    with pytest.raises(RecordingError, match=f"{name} is uneven: .* after scan 699, "):
        read_csv(stamped(tmp_path, stamps, name), Description())


def test_stamps_that_repeat_are_refused(tmp_path: Path) -> None:
    times_s = np.arange(1000) / 5000
    with pytest.raises(RecordingError, match="time_s is uneven"):
        read_csv(timed(tmp_path, np.insert(times_s, 500, times_s[500])), Description())


@pytest.mark.parametrize(
    ("name", "step", "given_hz", "rate_hz"),
    [
        ("time", 0.0005, None, 2000.0),
        ("t", 0.0001, None, 10_000.0),
        ("time", 0.5, 2000.0, 2000.0),
        ("timestamp", 500.0, 2000.0, 2000.0),
        ("time", 500_000.0, 2000.0, 2000.0),
    ],
)
def test_time_without_a_unit_is_in_seconds_or_in_what_the_rate_tells(
    tmp_path: Path, name: str, step: float, given_hz: float | None, rate_hz: float
) -> None:
    path = stamped(tmp_path, [f"{step * n:.6g}" for n in range(100)], name)
    recording = read_csv(path, Description(rate_hz=given_hz))
    assert recording.device.streams[0].rate_hz == pytest.approx(rate_hz)


@pytest.mark.parametrize(("name", "step"), [("time", 0.5), ("t", 1.0), ("timestamp", 0.05), ("time", 100.0)])
def test_time_that_may_be_in_any_unit_is_refused(tmp_path: Path, name: str, step: float) -> None:
    path = stamped(tmp_path, [f"{step * n:.6g}" for n in range(100)], name)
    with pytest.raises(
        RecordingError, match=f"{name} grows by {step:g} a scan and has no unit; call it time_s"
    ):
        read_csv(path, Description())


@pytest.mark.parametrize("step_s", [1.0, 0.5, 1e-8, 1e-300])
def test_a_rate_that_no_waveform_has_is_refused(tmp_path: Path, step_s: float) -> None:
    path = stamped(tmp_path, [f"{step_s * n:.8g}" for n in range(100)])
    with pytest.raises(RecordingError, match=r"fs: rate_hz .* of ia, expected 100 to 1000000"):
        read_csv(path, Description())


@pytest.mark.parametrize("values", [[2048.001, 2048.002], [1e-30, -1e-30], [5e-324, 0.0], [0.0, 0.0]])
def test_small_signals_far_from_zero_survive_and_tiny_ones_are_zero(
    tmp_path: Path, values: list[float]
) -> None:
    channel = Channel("ia", ChannelKind.CURRENT, "A", 2.0, offset=2048.0 if values[0] > 1 else 0.0, phase="a")
    path = a_csv(tmp_path, "ia,ib", *(f"{value!r},0.5" for value in values))
    recording = through_npz(read_csv(path, Description((channel,), 1000.0)), tmp_path)
    (read, _) = recording.device.streams[0].channels
    amperes = (recording.counts[0][:, 0] - read.offset) * read.scale
    expected = [2 * (value - channel.offset) for value in values]
    assert amperes == pytest.approx(expected, abs=1e-9)
