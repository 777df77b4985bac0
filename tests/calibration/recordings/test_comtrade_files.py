"""COMTRADE, written here from the text of the standard (IEEE C37.111-1999): ASCII and BINARY."""

import struct
from pathlib import Path

import numpy as np
import pytest
from damaged import damage, one_line_or_samples
from hypothesis import given, settings
from hypothesis import strategies as st
from three_phases import AMPERES, RATE_HZ, SCANS, TIME_S, amperes_of, names_of, rates_of

from calibration.recordings.columns import Description
from calibration.recordings.comtrade_files import read_comtrade
from edge_agent.acquire.recordings import RecordingError

STEP_A = 0.001
COUNTS = np.rint(AMPERES / STEP_A).astype(int)
NAMES = ("IA", "IB", "IC")


def a_header(
    form: str,
    *,
    unit: str = "A",
    ratio: str = "1,1,P",
    rates: str = f"1\n{RATE_HZ:g},{SCANS}",
    names: tuple[str, ...] = NAMES,
) -> str:
    analogue = (
        f"{n},{name},{name[-1]},,{unit},{STEP_A},0,0,-32767,32767,{ratio}" for n, name in enumerate(names, 1)
    )
    stamps = "01/05/2024,10:00:00.000000"
    lines = [
        "PUMP HOUSE,RELAY 7,1999",
        "4,3A,1D",
        *analogue,
        "1,TRIP,,,0",
        "50",
        rates,
        stamps,
        stamps,
        form,
        "1",
    ]
    return "\r\n".join(lines) + "\r\n"


def a_comtrade(folder: Path, form: str, header: str | None = None) -> Path:
    """The header, and the samples: number, microseconds, three values, one status."""
    stamps = np.rint(TIME_S * 1e6).astype(int)
    rows = [(n, t, *row, 0) for n, (t, row) in enumerate(zip(stamps, COUNTS, strict=True), 1)]
    if form == "ASCII":
        data = "".join(",".join(map(str, row)) + "\r\n" for row in rows).encode()
    else:
        data = b"".join(struct.pack("<IIhhhH", *row) for row in rows)
    (folder / "run_1.dat").write_bytes(data)
    path = folder / "run_1.cfg"
    path.write_text(header or a_header(form), newline="")
    return path


@pytest.mark.parametrize("form", ["ASCII", "BINARY"])
def test_channels_say_their_rate_and_their_unit(tmp_path: Path, form: str) -> None:
    recording = read_comtrade(a_comtrade(tmp_path, form), Description())
    assert (names_of(recording), rates_of(recording)) == ([["ia", "ib", "ic"]], [RATE_HZ])
    assert amperes_of(recording) == pytest.approx(COUNTS * STEP_A, abs=1e-6)
    assert recording.meta["imported"][0] == "2000 Hz as the file states, 200 scans (0.1 s)"


@pytest.mark.parametrize("form", ["ASCII", "BINARY"])
def test_stamps_tell_the_rate_where_the_header_does_not(tmp_path: Path, form: str) -> None:
    header = a_header(form, rates=f"0\n0,{SCANS}")
    recording = read_comtrade(a_comtrade(tmp_path, form, header), Description())
    assert rates_of(recording) == [pytest.approx(RATE_HZ)]


def test_kiloamperes_are_converted(tmp_path: Path) -> None:
    recording = read_comtrade(a_comtrade(tmp_path, "ASCII", a_header("ASCII", unit="kA")), Description())
    assert amperes_of(recording) == pytest.approx(1000 * COUNTS * STEP_A, abs=1e-3)


def test_the_secondary_side_becomes_the_current_of_the_motor_and_that_is_told(tmp_path: Path) -> None:
    header = a_header("BINARY", ratio="400,5,S")
    recording = read_comtrade(a_comtrade(tmp_path, "BINARY", header), Description())
    assert amperes_of(recording) == pytest.approx(80 * COUNTS * STEP_A, abs=1e-4)
    assert "IA x 400/5, from secondary to primary" in recording.meta["imported"]


def test_any_names_are_mapped(tmp_path: Path) -> None:
    header = a_header("ASCII", names=("Strom L1", "Strom L2", "Strom L3"))
    path = a_comtrade(tmp_path, "ASCII", header)
    with pytest.raises(RecordingError, match="none of the columns Strom L1"):
        read_comtrade(path, Description())
    names = {"Strom L1": "ia", "Strom L2": "ib", "Strom L3": "ic"}
    assert names_of(read_comtrade(path, Description(names=names))) == [["ia", "ib", "ic"]]


@pytest.mark.parametrize("form", ["ASCII", "BINARY"])
def test_samples_that_end_early_are_refused(tmp_path: Path, form: str) -> None:
    path = a_comtrade(tmp_path, form)
    data = path.with_suffix(".dat")
    data.write_bytes(data.read_bytes()[:1600])
    with pytest.raises(RecordingError, match=r"run_1\.cfg: it ends early: its header states 200 scans"):
        read_comtrade(path, Description())


@pytest.mark.parametrize("form", ["ASCII", "BINARY"])
def test_one_file_may_hold_header_and_samples(tmp_path: Path, form: str) -> None:
    path = a_comtrade(tmp_path, form)
    data = path.with_suffix(".dat").read_bytes()
    size = "" if form == "ASCII" else f": {len(data)}"
    parts = [b"--- file type: CFG ---\r\n", path.read_bytes(), b"--- file type: INF ---\r\n"]
    parts += [b"--- file type: HDR ---\r\n", f"--- file type: DAT {form}{size} ---\r\n".encode(), data]
    whole = tmp_path / "run_2.cff"
    whole.write_bytes(b"".join(parts))
    recording = read_comtrade(whole, Description())
    assert amperes_of(recording) == pytest.approx(COUNTS * STEP_A, abs=1e-6)


def test_letters_of_windows_are_read(tmp_path: Path) -> None:
    path = a_comtrade(tmp_path, "ASCII")
    path.write_bytes(path.read_bytes().replace(b"PUMP HOUSE", "L\u00fcfter".encode("cp1252")))
    assert rates_of(read_comtrade(path, Description())) == [RATE_HZ]


@pytest.mark.parametrize(
    ("found", "put", "message"),
    [
        (f",{SCANS}", ",99999999999", "it ends early: its header states 99999999999 scans, and "),
        ("4,3A,1D", "4,3999999999A,1D", "line 2 of its header does not state how many channels"),
        ("4,3A,1D", "", "line 2 of its header does not state how many channels"),
    ],
)
def test_sizes_that_cannot_be_take_no_memory(tmp_path: Path, found: str, put: str, message: str) -> None:
    path = a_comtrade(tmp_path, "BINARY", a_header("BINARY").replace(found, put, 1))
    with pytest.raises(RecordingError, match=message):
        read_comtrade(path, Description())


def test_a_rate_that_changes_is_refused(tmp_path: Path) -> None:
    header = a_header("ASCII", rates=f"2\n2000,100\n500,{SCANS}")
    with pytest.raises(RecordingError, match=r"its rate changes \(2000 Hz to scan 100, 500 Hz to scan 200\)"):
        read_comtrade(a_comtrade(tmp_path, "ASCII", header), Description())


def test_a_header_without_its_samples_is_refused(tmp_path: Path) -> None:
    path = a_comtrade(tmp_path, "ASCII")
    path.with_suffix(".dat").unlink()
    with pytest.raises(
        RecordingError, match=r"run_1\.dat with its samples is not beside it; copy both files"
    ):
        read_comtrade(path, Description())


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_damaged_header_is_one_error_or_still_a_recording(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = a_comtrade(tmp_path_factory.mktemp("comtrade"), data.draw(st.sampled_from(["ASCII", "BINARY"])))
    damage(path, data, head=400)
    assert one_line_or_samples(path, lambda p: read_comtrade(p, Description()))
