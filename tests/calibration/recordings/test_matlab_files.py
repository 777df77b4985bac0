"""MATLAB files with any names: v5 written by scipy, v7.3 by h5py as MATLAB lays it out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from damaged import damage, one_line_or_samples
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.io import savemat
from three_phases import AMPERES, RATE_HZ, TIME_S, amperes_of, names_of, rates_of

from calibration.recordings.columns import Description
from calibration.recordings.importers import parts_of
from edge_agent.acquire.recordings import Recording, RecordingError

Writer = Callable[[Path, dict[str, Any]], None]
NAMED = {"Current_A": AMPERES[:, 0], "Current_B": AMPERES[:, 1], "Current_C": AMPERES[:, 2]}
NAMES = {"Current_A": "ia", "Current_B": "ib", "Current_C": "ic"}


def v5(path: Path, content: dict[str, Any]) -> None:
    savemat(path, content, do_compression=True)


def v7_3(path: Path, content: dict[str, Any]) -> None:
    """Arrays transposed, structs as groups, text as characters with their class; 512 bytes of text before."""
    with h5py.File(path, "w", userblock_size=512) as file:
        _add(file, content)
        file.create_group("#refs#").create_dataset("a", data=np.arange(9.0))
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\2IM")


def _add(group: Any, content: dict[str, Any]) -> None:
    for name, value in content.items():
        if isinstance(value, dict):
            _add(group.create_group(name), value)
        elif isinstance(value, str):
            text = group.create_dataset(
                name, data=np.frombuffer(value.encode("utf-16-le"), np.uint16)[:, None]
            )
            text.attrs["MATLAB_class"] = np.bytes_("char")
        else:
            array = np.atleast_2d(np.asarray(value))
            group.create_dataset(name, data=array.T).attrs["MATLAB_class"] = np.bytes_("double")


def imported(path: Path, **said: Any) -> Recording:
    (part,) = parts_of(path, Description(**said))
    return part.read()


@pytest.fixture(params=[v5, v7_3], ids=["v5", "v7.3"])
def write(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    def to_file(content: dict[str, Any]) -> Path:
        path = tmp_path / "run_1.mat"
        request.param(path, content)
        return path

    return to_file


Write = Callable[[dict[str, Any]], Path]


def test_vectors_of_any_name_are_mapped(write: Write) -> None:
    recording = imported(write(NAMED | {"fs": RATE_HZ, "note": "pump 7"}), names=NAMES)
    assert (names_of(recording), rates_of(recording)) == ([["ia", "ib", "ic"]], [RATE_HZ])
    assert amperes_of(recording) == pytest.approx(AMPERES, abs=1e-6)
    assert recording.meta["imported"][0].startswith("fs = 2000 taken as the rate in Hz")


def test_a_vector_of_time_tells_the_rate(write: Write) -> None:
    recording = imported(write(NAMED | {"t": TIME_S[:, None]}), names=NAMES)
    assert rates_of(recording) == [pytest.approx(RATE_HZ)]
    assert recording.meta["imported"][0] == "2000 Hz from t, 200 scans (0.1 s)"


def test_fields_of_a_struct_and_columns_of_a_matrix_are_series(write: Write) -> None:
    path = write({"rec": {"I": AMPERES, "dt": 1 / RATE_HZ}})
    recording = imported(path, names={"rec.I.1": "ia", "rec.I.2": "ib", "rec.I.3": "ic"})
    assert rates_of(recording) == [pytest.approx(RATE_HZ)]
    assert amperes_of(recording) == pytest.approx(AMPERES, abs=1e-6)


def test_series_may_lie_in_rows(write: Write) -> None:
    recording = imported(write({"I": AMPERES.T, "fs": RATE_HZ}), names={"I.1": "ia", "I.3": "ic"})
    assert amperes_of(recording) == pytest.approx(AMPERES[:, [0, 2]], abs=1e-6)
    assert recording.left_out == ("I.2",)


def test_a_time_in_single_precision_is_not_uneven(write: Write) -> None:
    path = write(NAMED | {"t": (TIME_S + 100).astype(np.float32)})
    assert rates_of(imported(path, names=NAMES)) == [pytest.approx(RATE_HZ, rel=1e-3)]


def test_a_number_that_is_no_rate_can_be_left_out(write: Write) -> None:
    path = write(NAMED | {"Ts": 0.9, "fs": RATE_HZ})
    assert rates_of(imported(path, names=NAMES | {"Ts": "_"})) == [RATE_HZ]


def test_what_it_cannot_know_is_asked_for(write: Write) -> None:
    path = write(NAMED)
    with pytest.raises(
        RecordingError, match="none of the columns Current_A, Current_B, Current_C is of a known"
    ):
        imported(path)
    with pytest.raises(RecordingError, match="nothing states the rate of ia"):
        imported(path, names=NAMES)
    assert rates_of(imported(path, names=NAMES, rate_hz=RATE_HZ)) == [RATE_HZ]
    with pytest.raises(RecordingError, match="ia holds counts without a unit; give --scale ia=S"):
        imported(write({"ia": np.arange(9, dtype=np.int16), "fs": 1000.0}))


def test_a_file_without_series_is_refused(write: Write) -> None:
    with pytest.raises(RecordingError, match=r"run_1\.mat: it holds no series of numbers"):
        imported(write({"note": "nothing", "fs": 1000.0}))


@pytest.mark.parametrize(
    "content", [b"", b"MATLAB 5.0", b"MATLAB 7.3 MAT-file", b"\x89HDF\r\n\x1a\n", bytes(999)]
)
def test_no_matlab_file_is_one_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run_1.mat"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"run_1\.mat: ") as told:
        imported(path)
    assert "\n" not in str(told.value)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_one_error_or_still_a_recording(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("matlab") / "run_1.mat"
    data.draw(st.sampled_from([v5, v7_3]))(path, NAMED | {"fs": RATE_HZ})
    damage(path, data, head=1500)
    assert one_line_or_samples(path, lambda p: imported(p, names=NAMES))
