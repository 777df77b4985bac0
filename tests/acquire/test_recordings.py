"""Recordings on disk: the contract that other people's files rely on."""

import contextlib
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_agent.acquire.recordings import RecordingError, read_recording, replay_blocks, write_recording
from edge_agent.acquire.samples import ChannelKind

REAL_DATA = Path(__file__).parents[3] / "shared" / "data"
IN_VOLTS = {"misalignment", "vibration_rig"}
"""Folders whose recordings say V of every channel: nobody knows of what they are."""


def a_file(folder: Path, **changes: Any) -> Path:
    """A recording of two currents and one accelerometer; None leaves a key out."""
    rng = np.random.default_rng(1)
    arrays: dict[str, Any] = {
        "x": rng.integers(-2000, 2000, (3, 1000)).astype(np.int16),
        "scale": np.array([0.01, 0.01, 0.002]),
        "fs": np.array(1000.0),
        "channels": np.array(["ib", "ic", "vib_radial"]),
        "units": np.array(["A", "A", "m/s2"]),
        "meta": np.array(json.dumps({"condition": "healthy"})),
    } | changes
    path = folder / "run_1.npz"
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})
    return path


def test_one_clock_is_assumed_only_within_a_kind(tmp_path: Path) -> None:
    current, vibration = read_recording(a_file(tmp_path)).device.streams
    assert [(c.name, c.kind, c.phase) for c in current.channels] == [
        ("ib", ChannelKind.CURRENT, "b"),
        ("ic", ChannelKind.CURRENT, "c"),
    ]
    assert vibration.channels[0].axis == "radial"
    assert (current.number, vibration.number) == (0, 1)


def test_the_key_stream_says_otherwise(tmp_path: Path) -> None:
    recording = read_recording(a_file(tmp_path, stream=np.array([4, 4, 4])))
    assert [(s.number, len(s.channels)) for s in recording.device.streams] == [(4, 3)]


def test_channels_may_have_their_own_rates_and_lengths(tmp_path: Path) -> None:
    rates, lengths = np.array([1000.0, 1000.0, 500.0]), np.array([1000, 1000, 500])
    recording = read_recording(a_file(tmp_path, fs=rates, n=lengths))
    assert [c.shape for c in recording.counts] == [(1000, 2), (500, 1)]


def test_without_units_the_names_tell_the_kind(tmp_path: Path) -> None:
    names = np.array(["ia", "vib_1", "speed"])
    recording = read_recording(a_file(tmp_path, units=None, channels=names))
    assert [s.channels[0].unit for s in recording.device.streams] == ["A", "m/s2", "rpm"]


def test_a_channel_of_no_known_kind_is_left_out_by_name(tmp_path: Path) -> None:
    recording = read_recording(a_file(tmp_path, units=np.array(["A", "A", "degC"])))
    assert recording.left_out == ("vib_radial",)
    assert len(recording.device.streams) == 1


def test_units_that_others_use_are_converted(tmp_path: Path) -> None:
    recording = read_recording(a_file(tmp_path, units=np.array(["mA", "kA", "g"])))
    before = read_recording(a_file(tmp_path))
    converted, plain = (
        [c for stream in r.device.streams for c in stream.channels] for r in (recording, before)
    )
    assert [c.unit for c in converted] == ["A", "A", "m/s2"]
    ratios = [c.scale / p.scale for c, p in zip(converted, plain, strict=True)]
    assert ratios == pytest.approx([1e-3, 1e3, 9.80665])


@pytest.mark.parametrize("unit", ["V", "mV", "counts"])
def test_a_current_in_a_unit_that_nobody_can_convert_is_refused(tmp_path: Path, unit: str) -> None:
    names = np.array(["ia", "ib", "vib"])
    with pytest.raises(RecordingError, match=f"ib: '{unit}' is not a unit of a current here, expected A, mA"):
        read_recording(a_file(tmp_path, channels=names, units=np.array(["A", unit, "m/s2"])))


def test_voltages_are_read_beside_the_currents_and_written_as_they_were(tmp_path: Path) -> None:
    named = np.array(["ia", "va", "probe"])
    recording = read_recording(
        a_file(
            tmp_path,
            channels=named,
            units=np.array(["A", "V", "kV"]),
            channel_phase=np.array(["a", "a", "bc"]),
        )
    )
    (stream,) = recording.device.streams
    assert [(c.kind, c.phase) for c in stream.channels] == [
        (ChannelKind.CURRENT, "a"),
        (ChannelKind.VOLTAGE, "a"),
        (ChannelKind.VOLTAGE, "bc"),
    ]
    write_recording(tmp_path / "again.npz", recording)
    assert read_recording(tmp_path / "again.npz").device.streams == recording.device.streams


def test_unknown_keys_are_kept(tmp_path: Path) -> None:
    recording = read_recording(a_file(tmp_path, weather=np.array([3, 4])))
    write_recording(tmp_path / "again.npz", recording)
    np.testing.assert_array_equal(read_recording(tmp_path / "again.npz").extra["weather"], [3, 4])


def test_pickled_data_is_never_loaded(tmp_path: Path) -> None:
    recording = read_recording(a_file(tmp_path, notes=np.array([{}], dtype=object)))
    assert recording.left_out == ("notes",)
    with pytest.raises(RecordingError):
        read_recording(a_file(tmp_path, x=np.array([[{}]], dtype=object)))


@pytest.mark.parametrize("changes", [{}, {"fs": np.array([1e3, 1e3, 5e2]), "n": np.array([1000, 1000, 500])}])
def test_what_is_written_is_read_again(tmp_path: Path, changes: dict[str, Any]) -> None:
    first = read_recording(a_file(tmp_path, **changes, offset=np.array([2.0, -1.0, 0.0])))
    (tmp_path / "again").mkdir()
    write_recording(tmp_path / "again" / "run_1.npz", first)
    second = read_recording(tmp_path / "again" / "run_1.npz")
    assert (second.device, second.meta, second.name) == (first.device, first.meta, first.name)
    for a, b in zip(first.counts, second.counts, strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.dtype == b.dtype


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"x": None}, "x is missing"),
        ({"x": np.zeros((3, 5))}, "x is float64"),
        ({"x": np.full((3, 5), 2**40)}, "beyond 32 bits"),
        ({"scale": np.array([1.0, 2.0])}, "scale is float64"),
        ({"scale": np.array([1.0, np.nan, 1.0])}, "scale holds nan"),
        ({"scale": np.array([1.0, 0.0, 1.0])}, "scale holds 0"),
        ({"offset": np.array([1.0, np.inf, 1.0])}, "offset holds inf"),
        ({"fs": np.array(0.0)}, "fs holds 0"),
        ({"fs": None}, "fs is missing"),
        ({"n": np.array([1, 2, 2000])}, "expected lengths"),
        ({"channels": np.array(["ia", "ia", "v"])}, "not all different"),
        ({"units": np.array(["K", "K", "K"])}, "known kind"),
        ({"meta": np.array("{")}, "not JSON"),
        ({"meta": np.array("[]")}, "not an object"),
        ({"stream": np.array([0, 0, 300])}, "0 to 255"),
        ({"stream": np.zeros(3, int), "fs": np.array([1.0, 1.0, 2.0])}, "differ in rate"),
        ({"x": np.zeros((1000, 3), np.int16)}, r"at most 64 channels; save x\.T"),
        ({"channels": np.array(["ia", "i\x1b[2J", "v"])}, r"'i\\x1b\[2J' is not plain text"),
        ({"channels": np.array(["ia", "i" * 65, "v"])}, "at most 64 characters"),
        ({"channels": np.array([b"ia", b"ib", b"v"])}, "expected one text for each of 3 rows"),
        ({"full_scale": np.array([1.0, np.inf, 1.0])}, "full_scale holds inf"),
        ({"offset": np.array([1.0, 1e300, 1.0])}, "within the 32 bits"),
        ({"meta": np.array("[" * 100_000)}, "meta is not JSON"),
        ({"n": np.array([1.0, 2.0, 3.0])}, "n is float64"),
        ({"units": np.array(["V", "V", "V"])}, r"none of the channels ib \(V\)"),
    ],
)
def test_a_wrong_recording_is_named_with_what_is_wrong(
    tmp_path: Path, changes: dict[str, Any], complaint: str
) -> None:
    path = a_file(tmp_path, **changes)
    with pytest.raises(RecordingError, match=complaint) as raised:
        read_recording(path)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    "rate_hz", [1e-300, 0.1, 1.0, 3.0, 9.9, 99.0, 1.1e6, 4e6, 1e9, 1e300, -1.0, np.nan, np.inf, -np.inf]
)
def test_a_rate_that_no_waveform_has_is_refused(tmp_path: Path, rate_hz: float) -> None:
    with pytest.raises(RecordingError, match=r"run_1\.npz: fs"):
        read_recording(a_file(tmp_path, fs=np.array(rate_hz)))


def test_a_rate_may_be_wrong_in_one_channel_only(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="fs: rate_hz 3 of vib_radial, expected 100 to 1000000"):
        read_recording(a_file(tmp_path, fs=np.array([1000.0, 1000.0, 3.0])))


def test_a_speed_needs_no_waveform(tmp_path: Path) -> None:
    path = a_file(tmp_path, units=np.array(["A", "A", "rpm"]), fs=np.array([1000.0, 1000.0, 1.0]))
    assert [stream.rate_hz for stream in read_recording(path).device.streams] == [1000.0, 1.0]


def test_more_values_a_second_than_can_be_looked_at_are_refused(tmp_path: Path) -> None:
    names = np.array([f"vib_{n}" for n in range(60)])
    changes = {"x": np.ones((60, 100), np.int16), "scale": np.ones(60), "channels": names}
    path = a_file(tmp_path, **changes, units=np.full(60, "m/s2"), fs=np.array(1e6))
    with pytest.raises(RecordingError, match=r"have 6e\+07 values per second, expected at most 4000000"):
        read_recording(path)


@pytest.mark.parametrize("scale", [1e308, 1e13, -1e200, 1e-31, 5e-324, np.nan, np.inf, -np.inf])
def test_a_scale_beyond_all_sensors_is_refused(tmp_path: Path, scale: float) -> None:
    with pytest.raises(RecordingError, match="scale holds"):
        read_recording(a_file(tmp_path, scale=np.array([0.01, scale, 0.002])))


@pytest.mark.parametrize(
    ("scale", "offset", "message"),
    [
        (1e9, 0.0, r"ic reaches .*e\+12 A, expected at most 1e\+09; correct its scale of 1e\+09 A per count"),
        (100.0, -2e9, r"ic reaches 2e\+11 A"),
        (-1e7, 0.0, "ic reaches"),
    ],
)
def test_values_that_no_sensor_measured_are_refused(
    tmp_path: Path, scale: float, offset: float, message: str
) -> None:
    changes = {"scale": np.array([0.01, scale, 0.002]), "offset": np.array([0.0, offset, 0.0])}
    with pytest.raises(RecordingError, match=message):
        read_recording(a_file(tmp_path, **changes))


@pytest.mark.parametrize(
    ("unit", "name", "to", "factor"),
    [
        ("mA", "ic", "A", 1e-3),
        ("kA", "ic", "A", 1e3),
        ("\u00b5A", "ic", "A", 1e-6),
        ("g", "vib_x", "m/s2", 9.80665),
        ("mg", "vib_x", "m/s2", 9.80665e-3),
        ("m/s\u00b2", "vib_x", "m/s2", 1.0),
        ("in/s", "vib_x", "mm/s", 25.4),
        ("r/min", "speed", "rpm", 1.0),
    ],
)
def test_values_in_other_units_are_converted(
    tmp_path: Path, unit: str, name: str, to: str, factor: float
) -> None:
    changes = {"units": np.array(["A", "A", unit]), "channels": np.array(["ia", "ib", name])}
    recording = read_recording(a_file(tmp_path, **changes, full_scale=np.array([1.0, 1.0, 50.0])))
    channel = next(c for s in recording.device.streams for c in s.channels if c.name == name)
    assert (channel.unit, channel.scale) == (to, pytest.approx(0.002 * factor))
    assert channel.full_scale == pytest.approx(50.0 * factor)


@pytest.mark.parametrize("key", ["x", "scale", "fs", "channels", "units", "meta", "n", "full_scale"])
def test_python_objects_are_refused_where_they_would_be_needed(tmp_path: Path, key: str) -> None:
    with pytest.raises(RecordingError, match=f"{key} holds Python objects, which are never loaded"):
        read_recording(a_file(tmp_path, **{key: np.array([{}, {}, {}], dtype=object)}))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"time,ia\n0,1\n"])
def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"x\.npz"):
        read_recording(path)


@pytest.mark.parametrize("harm", [0xFF, 0x01])
def test_a_compressed_recording_with_a_wrong_byte_anywhere_is_read_or_refused(
    tmp_path: Path, harm: int
) -> None:
    path = tmp_path / "x.npz"
    with np.load(a_file(tmp_path)) as file:
        np.savez_compressed(path, **{key: file[key] for key in file.files})
    whole = path.read_bytes()
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ harm]) + whole[place + 1 :])
        with contextlib.suppress(RecordingError):
            read_recording(path)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file"):
        read_recording(tmp_path / "none.npz")


def test_blocks_hold_every_scan_once_and_follow_the_time(tmp_path: Path) -> None:
    rates, lengths = np.array([1000.0, 1000.0, 333.0]), np.array([1000, 1000, 333])
    recording = read_recording(a_file(tmp_path, fs=rates, n=lengths))
    blocks = list(replay_blocks(recording, 0.03))
    for stream, counts in zip(recording.device.streams, recording.counts, strict=True):
        mine = [b for b in blocks if b.stream == stream.number]
        np.testing.assert_array_equal(np.concatenate([b.counts for b in mine]), counts)
        assert [b.first_scan for b in mine] == list(np.cumsum([0] + [len(b.counts) for b in mine[:-1]]))
    starts_s = [b.first_scan / recording.device.streams[b.stream].rate_hz for b in blocks]
    assert all(later >= earlier - 0.003 for earlier, later in pairwise(starts_s))


def test_all_real_recordings_are_read() -> None:
    if not REAL_DATA.is_dir():
        pytest.skip(f"NO REAL RECORDINGS: {REAL_DATA} is missing, so nothing real was read")
    paths = sorted(REAL_DATA.rglob("*.npz"))
    assert len(paths) >= 155
    for path in paths:
        if path.parent.name in IN_VOLTS:
            with pytest.raises(RecordingError, match=r"\(V\).* is of a known kind; give `units`"):
                read_recording(path)
            continue
        recording = read_recording(path)
        assert recording.left_out == ()
        assert recording.meta
