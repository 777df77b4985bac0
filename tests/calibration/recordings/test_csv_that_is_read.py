"""Text tables as measuring programs, sheets and loggers export them are read."""

from pathlib import Path

import pytest
from csv_tables import AMPERES, PREAMBLE, RATE_HZ, SEMICOLONS, a_table, amperes_of, each_line, read

from calibration.recordings.columns import Description


def quoted(text: str) -> str:
    return each_line(text, lambda line: ";".join(f'"{cell}"' for cell in line.split(";")))


READ: dict[str, str | bytes] = {
    "as we write it": a_table(),
    "semicolons and decimal commas": SEMICOLONS,
    "tabs": a_table("time_s\tia\tib\tic", "\t"),
    "tabs and decimal commas": a_table("time_s\tia\tib\tic", "\t", ","),
    "blanks": a_table("time_s ia ib ic", "  "),
    "blanks and decimal commas": a_table("time_s ia ib ic", " ", ","),
    "bars": a_table("time_s|ia|ib|ic", "|"),
    "a blank behind each comma": a_table("time_s, ia, ib, ic", ", "),
    "a line of units": a_table("time_s,ia,ib,ic\ns,A,A,A"),
    "a line of units in brackets": a_table("time,ia,ib,ic\n[s],[A],[A],[A]"),
    "a line of units without one for time": a_table("time_s,ia,ib,ic\n,A,A,A"),
    "units in brackets": a_table("Time (s),Ia (A),Ib (A),Ic (A)"),
    "units in square brackets": a_table("Time [s],ia [A],ib [A],ic [A]"),
    "milliamperes": a_table("time_s,ia [mA],ib [mA],ic [mA]", scale=1000),
    "a line of milliamperes": a_table("time_s,ia,ib,ic\ns,mA,mA,mA", scale=1000),
    "kiloamperes": a_table("time_s,ia (kA),ib (kA),ic (kA)", scale=0.001),
    "milliseconds": a_table("Time (ms),ia,ib,ic", time=1e3),
    "milliseconds in the name": a_table("time_ms,ia,ib,ic", time=1e3),
    "milliseconds in a line of units": a_table("Time,ia,ib,ic\nms,A,A,A", time=1e3),
    "microseconds": a_table("Time (us),ia,ib,ic", time=1e6),
    "microseconds with a Greek letter": a_table("Time [\u00b5s],ia,ib,ic", time=1e6),
    "micros of an Arduino": a_table("micros,ia,ib,ic", time=1e6),
    "time without a unit": a_table("t,ia,ib,ic"),
    "time in German": a_table("Zeit [s];ia;ib;ic", ";", ","),
    "capitals": a_table("TIME_S,IA,Ib,iC"),
    "underscores": a_table("time_s,I_a,I_b,I_c"),
    "sep=;": "sep=;\n" + SEMICOLONS,
    "sep=; in quotes": '"sep=;"\r\n' + SEMICOLONS,
    "quoted numbers": quoted(SEMICOLONS),
    "quoted decimal commas between commas": quoted(SEMICOLONS).replace(";", ","),
    "quoted names": a_table('"time_s","ia","ib","ic"'),
    "empty last columns": each_line(a_table(), lambda line: line + ",,"),
    "an empty last column without a name": each_line(
        a_table("time_s,ia,ib,ic"), lambda line: line + ","
    ).replace("ic,\n", "ic\n", 1),
    "an empty first column": each_line(a_table(), lambda line: "," + line),
    "an index without a name": each_line(a_table(), lambda line: "," + line).replace("\n,", "\n7,"),
    "a preamble with the rate": PREAMBLE + a_table(),
    "a preamble with numbers": "1\n2\nChannels: 3\n\n" + a_table(),
    "comments before the names": "# pump 7\n# 2024-05-01 10:00:00\n" + a_table(),
    "names as a comment": "# " + a_table(),
    "a footer": a_table() + "\nEnd of data\nChecksum,0x17AF\n",
    "a footer of averages": a_table() + "Average,0.1,0.2,0.3\n",
    "a last line that is cut off": a_table() + "0.03000,1.2",
    "no end of the last line": a_table().rstrip("\n"),
    "empty lines": a_table().replace("\n", "\n\n"),
    "CR and LF": a_table().replace("\n", "\r\n"),
    "CR alone": a_table().replace("\n", "\r"),
    "a byte order mark": a_table().encode("utf-8-sig"),
    "UTF-16 with a mark": a_table().encode("utf-16"),
    "UTF-16 without a mark": a_table().encode("utf-16-le"),
    "UTF-16, big end first": a_table().encode("utf-16-be"),
    "UTF-32": a_table().encode("utf-32"),
    "Windows letters": a_table("Zeit [s],ia,ib,ic,")
    .replace("\n", ",\n")
    .replace(",,", ",T [\u00b0C]", 1)
    .encode("cp1252"),
    "zeros behind the end": a_table().encode() + bytes(512),
    "Ctrl-Z behind the end": a_table() + "\x1a",
    "exponents": each_line(
        a_table(),
        lambda line: line if line[0] == "t" else ",".join(f"{float(c):.6E}" for c in line.split(",")),
    ),
    "plus signs": each_line(
        a_table(), lambda line: line.replace(",", ",+").replace("+-", "-") if line[0] != "t" else line
    ),
    "a column of text": each_line(a_table(), lambda line: line + (",status" if line[0] == "t" else ",OK")),
    "a clock beside the time": each_line(
        a_table(), lambda line: ("clock," if line[0] == "t" else "10:00:00.5,") + line
    ),
    "a sensor that is not there": each_line(
        a_table(), lambda line: line + (",vib_x" if line[0] == "t" else ",")
    ),
    "a sensor without numbers": each_line(
        a_table(), lambda line: line + (",vib_x" if line[0] == "t" else ",nan")
    ),
}


@pytest.mark.parametrize("name", READ)
def test_is_read(tmp_path: Path, name: str) -> None:
    recording = read(tmp_path, READ[name])
    (stream,) = recording.device.streams
    assert [channel.name.lower().replace("_", "")[:2] for channel in stream.channels] == ["ia", "ib", "ic"]
    assert [channel.phase for channel in stream.channels] == ["a", "b", "c"]
    assert stream.rate_hz == pytest.approx(RATE_HZ, rel=1e-4)
    digits = 2e-2 if name == "kiloamperes" else 1e-5
    assert amperes_of(recording) == pytest.approx(AMPERES, abs=digits)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (a_table("").lstrip("\n"), "time_s,ia,ib,ic"),
        (a_table("").lstrip("\n").replace(",", ";").replace(".", ","), "time_s,ia,ib,ic"),
        (a_table("Zeit,R,S,T"), "time_s,ia,ib,ic"),
        (a_table("s,A,A,A"), "time_s,ia,ib,ic"),
        (each_line(a_table("x,y,z,w"), lambda line: line + ",99"), "time_s,ia,ib,ic,_"),
        (each_line(a_table("x,y,z,w"), lambda line: line + ","), "time_s,ia,ib,ic"),
        (each_line(a_table("x,y,z,w", time=1e3), lambda line: "1," + line), "_,time_ms,ia,ib,ic"),
    ],
)
def test_columns_can_be_named(tmp_path: Path, text: str, columns: str) -> None:
    recording = read(tmp_path, text, Description(columns=tuple(columns.split(","))))
    assert [channel.name for channel in recording.device.streams[0].channels] == ["ia", "ib", "ic"]
    assert recording.device.streams[0].rate_hz == pytest.approx(RATE_HZ, rel=1e-4)
    assert amperes_of(recording) == pytest.approx(AMPERES, abs=1e-5)


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    text = each_line(a_table(), lambda line: line + (",status,vib_x" if line[0] == "t" else ",OK,"))
    assert read(tmp_path, text + "End,of,data\n\nby,me\n").left_out == ("status", "vib_x", "lines 62 to 64")
