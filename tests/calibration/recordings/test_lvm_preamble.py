"""LabVIEW measurement files, as "Write To Measurement File" makes them."""

from pathlib import Path

import pytest
from csv_tables import AMPERES, RATE_HZ, TIME_S, amperes_of, read

from calibration.recordings.columns import Description
from edge_agent.acquire.recordings import RecordingError

END = "***End_of_Header***"


def an_lvm(
    times: str = "One", names: str = "ia\tib\tic", *, comma: bool = False, unit: str = "Amps", **table: str
) -> str:
    """Both headers, names and scans; times stand in one column, in one for each channel, or in none."""
    said = {"X_Dimension": "Time", "X0": "0.0", "Delta_X": "0.000500"} | table
    lines = ["LabVIEW Measurement\t", "Writer_Version\t2", "Separator\tTab", f"X_Columns\t{times}"]
    lines += ["Date\t2024/05/01", "Time\t10:00:00,5", f"{END}\t", "\t", "Channels\t3", "Samples\t60\t60\t60"]
    lines += [f"Y_Unit_Label\t{unit}\t{unit}\t{unit}", *(f"{k}\t{v}\t{v}\t{v}" for k, v in said.items())]
    lines += [f"{END}\t\t\t"]
    if times == "Multi":
        lines.append("X_Value\t" + "\tX_Value\t".join(names.split("\t")) + "\tComment")
    else:
        lines.append(f"X_Value\t{names}\tComment")
    for time_s, row in zip(TIME_S, AMPERES, strict=True):
        cells = [f"{a:.6f}" for a in row]
        stamp = "" if times == "No" else f"{time_s:.6f}"
        body = f"\t{stamp}\t".join(cells) if times == "Multi" else "\t".join(cells)
        lines.append(f"{stamp}\t{body}")
    text = "\n".join(lines) + "\n"
    return text.replace(".", ",") if comma else text


@pytest.mark.parametrize("times", ["One", "Multi", "No"])
@pytest.mark.parametrize("comma", [False, True])
def test_the_table_is_read_with_what_its_headers_say(tmp_path: Path, times: str, comma: bool) -> None:
    recording = read(tmp_path, an_lvm(times, comma=comma))
    (stream,) = recording.device.streams
    assert [channel.name for channel in stream.channels] == ["ia", "ib", "ic"]
    assert stream.rate_hz == pytest.approx(RATE_HZ)
    assert amperes_of(recording) == pytest.approx(AMPERES, abs=1e-5)
    assert recording.meta["imported"][0] == "a table of LabVIEW"


def test_names_of_labview_are_mapped(tmp_path: Path) -> None:
    text = an_lvm(names="Untitled\tUntitled 1\tUntitled 2")
    names = {"Untitled": "ia", "Untitled 1": "ib", "Untitled 2": "ic"}
    assert amperes_of(read(tmp_path, text, Description(names=names))) == pytest.approx(AMPERES, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "LabVIEW Measurement\t\nWriter_Version\t2\n0\t1\n1\t2\n",
            "begins as a LabVIEW measurement file and has 0",
        ),
        (an_lvm().replace(END, "", 1), "has 1 lines"),
        (
            an_lvm() + "\n" + an_lvm().split("\t\n", 3)[-1],
            "2 tables of LabVIEW, each with a header of its own",
        ),
        (an_lvm(X_Dimension="Frequency"), "it runs over Frequency"),
        (an_lvm(Delta_X="0"), "states steps of 0, 0, 0 s between two scans"),
        (an_lvm(Delta_X="fast"), "states steps of fast"),
        (an_lvm(Delta_X="0.001"), "2000 Hz, but 1000 Hz was given"),
        (an_lvm(unit="Volts"), "ia .*is in Volts, which is not a unit of a current here; give --scale ia=S"),
    ],
)
def test_what_cannot_be_imported_is_said(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RecordingError, match=message):
        read(tmp_path, text)
