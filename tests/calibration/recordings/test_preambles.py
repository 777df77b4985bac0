"""What oscilloscopes write before or beside their tables."""

import re
from pathlib import Path

import numpy as np
import pytest
from csv_tables import AMPERES, RATE_HZ, TIME_S, amperes_of, read

from calibration.recordings.columns import Description
from edge_agent.acquire.recordings import RecordingError

ROWS = [[f"{t:.6e}", *(f"{a:.6e}" for a in row)] for t, row in zip(TIME_S, AMPERES, strict=True)]
CHANNELS = {"CH1": "ia", "CH2": "ib", "CH3": "ic"}
AS_A = Description(names=CHANNELS)
AS_V = Description(names=CHANNELS, scales={"ia": 1.0, "ib": 1.0, "ic": 1.0})


def rows(*, time: bool = True, trail: str = "") -> str:
    return "".join(",".join(row if time else row[1:]) + trail + "\n" for row in ROWS)


def tektronix(units: str = "A,A,A", label: str = "") -> str:
    return (
        f"Model,MSO44\nFirmware Version,1.28.6\n\nHorizontal Units,s\nSample Interval,5.0e-04\n"
        f"Record Length,60\nVertical Units,{units}\n,,,\n{label}TIME,CH1,CH2,CH3\n{rows()}"
    )


def tektronix_beside() -> str:
    said = [
        ("Record Length", "60"),
        ("Sample Interval", "5.0e-04"),
        ("Source", "CH1"),
        ("Vertical Units", "A"),
    ]
    said += [("", "")] * (len(ROWS) - len(said))
    lines = (f"{key},{value},,{t},{a},\n" for (key, value), (t, a, *_) in zip(said, ROWS, strict=True))
    return "".join(lines)


def rigol() -> str:
    numbered = (f"{n},{','.join(row[1:])},,\n" for n, row in enumerate(ROWS))
    first = "X,CH1,CH2,CH3,Start,Increment,\nSequence,Volt,Volt,Volt,-6.0e-03,5.0e-04\n"
    return first + "".join(numbered)


SCOPES = {
    "Tektronix": (tektronix(), AS_A),
    "Tektronix with labels": (tektronix(label="Label,ia,ib,ic\n"), Description()),
    "Tektronix in volts": (tektronix("V,V,V"), AS_V),
    "Rigol with a sequence": (rigol(), AS_V),
    "Rigol without time": (
        "CH1V,CH2V,CH3V,t0 =-6.0e-03s, tInc = 5.0e-04,\n" + rows(time=False, trail=",,"),
        AS_V,
    ),
    "Rigol with time": ("Time(s),CH1V,CH2V,CH3V,t0 = 0s, tInc = 5.0e-04\n" + rows(trail=",,"), AS_V),
    "Rigol of today": ("Time(s),CH1(V),CH2(V),CH3(V)\n" + rows(trail=","), AS_V),
    "PicoScope": (
        "Time,CH1,CH2,CH3\n(s),(A),(A),(A)\n\n" + rows(),
        AS_A,
    ),
    "PicoScope with semicolons": (
        "Time;CH1;CH2;CH3\n(s);(A);(A);(A)\n\n" + rows().replace(",", ";").replace(".", ","),
        AS_A,
    ),
}


@pytest.mark.parametrize("name", SCOPES)
def test_tables_of_oscilloscopes_are_read(tmp_path: Path, name: str) -> None:
    text, description = SCOPES[name]
    recording = read(tmp_path, text, description)
    (stream,) = recording.device.streams
    assert [channel.name for channel in stream.channels] == ["ia", "ib", "ic"]
    assert stream.rate_hz == pytest.approx(RATE_HZ)
    assert amperes_of(recording) == pytest.approx(AMPERES, abs=1e-5)


def test_a_preamble_beside_the_numbers_is_taken_from_them(tmp_path: Path) -> None:
    recording = read(tmp_path, tektronix_beside(), AS_A_ALONE)
    assert amperes_of(recording)[:, 0] == pytest.approx(AMPERES[:, 0], abs=1e-5)
    assert recording.meta["imported"][0] == "a table of a Tektronix oscilloscope"


AS_A_ALONE = Description(names={"CH1": "ia"})


@pytest.mark.parametrize("text", [tektronix("V,V,V"), rigol()])
def test_volts_without_a_scale_are_asked_for(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecordingError, match=r"give --scale ia=S, where S is A per V"):
        read(tmp_path, text, AS_A)


@pytest.mark.parametrize("text", [tektronix(), rigol(), tektronix_beside()])
def test_channels_without_a_phase_are_asked_for(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecordingError, match=re.escape("(--map 'ia=CH1', or --columns)")):
        read(tmp_path, text)


@pytest.mark.parametrize("interval", ["0", "-1e-3", "nan", "fast"])
def test_an_interval_that_cannot_be_is_refused(tmp_path: Path, interval: str) -> None:
    text = tektronix().replace("5.0e-04\nRecord", f"{interval}\nRecord")
    with pytest.raises(RecordingError, match=f"states an interval of '{interval}' s between two scans"):
        read(tmp_path, text, AS_A)


def test_a_preamble_and_a_column_of_time_must_agree(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="2000 Hz, but 1000 Hz was given"):
        read(tmp_path, tektronix().replace("5.0e-04\nRecord", "1.0e-03\nRecord"), AS_A)


@pytest.mark.parametrize(
    "text",
    [
        "X,CH1,Start,Increment\nSequence,Volt\n0,1\n1,2\n",
        "t0 = 1, tInc = 2\n1,2\n",
        "Record Length,1,,,\n",
        "Model,X\nTIME,\n",
    ],
)
def test_half_a_preamble_is_one_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecordingError):
        read(tmp_path, text)


def test_lines_keep_their_numbers(tmp_path: Path) -> None:
    lines = tektronix().splitlines()
    lines[40] = lines[40].replace("e", "x")
    with pytest.raises(RecordingError, match="line 41"):
        read(tmp_path, "\n".join(lines), AS_A)


def test_empty_columns_at_both_ends_need_no_name(tmp_path: Path) -> None:
    text = "time_s,ia,ib,ic\n" + "".join(f",,{','.join(row)},,\n" for row in ROWS)
    assert np.allclose(amperes_of(read(tmp_path, text)), AMPERES, atol=1e-5)
