"""TDMS, written by npTDMS' own writer."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from damaged import damage, one_line_or_samples
from hypothesis import given, settings
from hypothesis import strategies as st
from nptdms import ChannelObject, TdmsWriter
from three_phases import AMPERES, RATE_HZ, TIME_S, amperes_of, names_of, rates_of

from calibration.recordings.columns import Description
from calibration.recordings.tdms_files import read_tdms
from edge_agent.acquire.recordings import RecordingError

SAID = {"wf_increment": 1 / RATE_HZ, "unit_string": "A"}
BY_PHASE = {"ia": AMPERES[:, 0], "ib": AMPERES[:, 1], "ic": AMPERES[:, 2]}


def a_tdms(folder: Path, *channels: ChannelObject) -> Path:
    path = folder / "run_1.tdms"
    with TdmsWriter(str(path)) as writer:
        writer.write_segment(list(channels))
    return path


def channels(values: dict[str, Any], said: dict[str, Any], group: str = "Currents") -> list[ChannelObject]:
    return [ChannelObject(group, name, data, properties=said) for name, data in values.items()]


def test_channels_say_their_rate_and_their_unit(tmp_path: Path) -> None:
    recording = read_tdms(a_tdms(tmp_path, *channels(BY_PHASE, SAID)), Description())
    assert (names_of(recording), rates_of(recording)) == ([["ia", "ib", "ic"]], [RATE_HZ])
    assert amperes_of(recording) == pytest.approx(AMPERES, abs=1e-6)
    assert recording.meta["imported"] == [
        "2000 Hz as the file states, 200 scans (0.1 s)",
        "ia, ib, ic in A, as the file states",
    ]


def test_milliamperes_are_converted(tmp_path: Path) -> None:
    in_ma = {name: 1000 * values for name, values in BY_PHASE.items()}
    recording = read_tdms(a_tdms(tmp_path, *channels(in_ma, SAID | {"unit_string": "mA"})), Description())
    assert amperes_of(recording) == pytest.approx(AMPERES, abs=1e-6)


def test_vibration_of_another_rate_has_a_clock_of_its_own(tmp_path: Path) -> None:
    vibration = {"vib_radial": np.sin(np.arange(500))}
    own = channels(vibration, {"wf_increment": 1 / 5000, "unit_string": "g"}, "Vibration")
    recording = read_tdms(a_tdms(tmp_path, *channels(BY_PHASE, SAID), *own), Description())
    assert names_of(recording) == [["ia", "ib", "ic"], ["vib_radial"]]
    assert rates_of(recording) == [RATE_HZ, pytest.approx(5000)]


def test_names_of_several_groups_are_mapped_with_their_group(tmp_path: Path) -> None:
    groups = [
        channels({"Current": BY_PHASE[name]}, SAID, group) for name, group in (("ia", "L1"), ("ib", "L2"))
    ]
    names = {"L1/Current": "ia", "L2/Current": "ib"}
    recording = read_tdms(a_tdms(tmp_path, *groups[0], *groups[1]), Description(names=names))
    assert amperes_of(recording) == pytest.approx(AMPERES[:, :2], abs=1e-6)


def test_a_channel_of_time_tells_the_rate(tmp_path: Path) -> None:
    recording = read_tdms(a_tdms(tmp_path, *channels({"Time": TIME_S, **BY_PHASE}, {})), Description())
    assert rates_of(recording) == [pytest.approx(RATE_HZ)]
    assert (
        "ia, ib, ic in A, since its name means that and the file states no unit" in recording.meta["imported"]
    )


def test_a_rate_that_nothing_states_is_asked_for(tmp_path: Path) -> None:
    path = a_tdms(tmp_path, *channels(BY_PHASE, {"unit_string": "A", "wf_increment": 1.0}))
    with pytest.raises(
        RecordingError, match=r"run_1\.tdms: nothing states the rate of ia, ib, ic; give --rate-hz"
    ):
        read_tdms(path, Description())
    assert rates_of(read_tdms(path, Description(rate_hz=RATE_HZ))) == [RATE_HZ]


def test_counts_are_asked_for_their_scale(tmp_path: Path) -> None:
    counts = {"ia": np.array([-5, 7, 9], np.int16)}
    path = a_tdms(tmp_path, *channels(counts, {"wf_increment": 0.001}))
    with pytest.raises(RecordingError, match="ia holds counts without a unit; give --scale ia=S"):
        read_tdms(path, Description())
    recording = read_tdms(path, Description(scales={"ia": 0.5}))
    assert amperes_of(recording)[:, 0].tolist() == [-2.5, 3.5, 4.5]
    assert recording.counts[0].dtype == np.int16


def test_what_contradicts_itself_is_refused(tmp_path: Path) -> None:
    path = a_tdms(tmp_path, *channels(BY_PHASE, SAID))
    with pytest.raises(RecordingError, match="ia has 2000 Hz as the file states, but 1000 Hz was given"):
        read_tdms(path, Description(rate_hz=1000.0))
    shorter = BY_PHASE | {"ib": BY_PHASE["ib"][:-9]}
    with pytest.raises(RecordingError, match="differ in length: ia 200, ib 191, ic 200 scans"):
        read_tdms(a_tdms(tmp_path, *channels(shorter, SAID)), Description())
    with pytest.raises(
        RecordingError, match="it has no column named Ix, as --map ia=Ix says, but ia, ib, ic"
    ):
        read_tdms(path, Description(names={"Ix": "ia"}))
    with pytest.raises(RecordingError, match=r"ia and ia \(ib\) are both channel ia"):
        read_tdms(path, Description(names={"ib": "ia"}))


def test_what_is_no_channel_is_told(tmp_path: Path) -> None:
    more = channels({"note": ["a", "b"], "Torque": TIME_S}, {})
    recording = read_tdms(a_tdms(tmp_path, *channels(BY_PHASE, SAID), *more), Description())
    assert recording.left_out == ("Torque",)


@pytest.mark.parametrize("content", [b"", b"TDSm", b"TDSm" + bytes(60), b"RIFF" + bytes(60)])
def test_no_tdms_is_one_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run_1.tdms"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"run_1\.tdms: "):
        read_tdms(path, Description())


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_one_error_or_still_a_recording(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = a_tdms(tmp_path_factory.mktemp("tdms"), *channels(BY_PHASE, SAID))
    damage(path, data, head=700)
    assert one_line_or_samples(path, lambda p: read_tdms(p, Description()))
