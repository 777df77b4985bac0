"""Text tables as measuring programs, sheets and loggers export them: read, or refused in our own words."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from calibration.recordings.columns import Description
from calibration.recordings.csv_files import read_csv
from edge_agent.acquire.overrides import ChannelOverride
from edge_agent.acquire.recordings import Recording, RecordingError
from edge_agent.acquire.samples import Channel, ChannelKind

RATE_HZ = 2000.0
SCANS = 60
TIME_S = np.arange(SCANS) / RATE_HZ
AMPERES = np.stack([9 * np.cos(2 * np.pi * (50 * TIME_S - k / 3)) for k in range(3)], axis=1).round(5)
THREE = tuple(Channel(f"i{p}", ChannelKind.CURRENT, "A", 20.0, phase=p) for p in "abc")


def a_table(
    header: str = "time_s,ia,ib,ic",
    separator: str = ",",
    decimal: str = ".",
    scale: float = 1.0,
    time: float = 1.0,
) -> str:
    """Three phases of 50 Hz at 2 kHz, five decimals."""
    lines = [header]
    for t, row in zip(TIME_S, AMPERES, strict=True):
        cells = [f"{t * time:.5f}", *(f"{a * scale:.5f}" for a in row)]
        lines.append(separator.join(cell.replace(".", decimal) for cell in cells))
    return "\n".join(lines) + "\n"


def read(folder: Path, text: str | bytes, description: Description | None = None) -> Recording:
    path = folder / "run_1.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_csv(path, description or Description())


def amperes_of(recording: Recording) -> np.ndarray:
    (stream,) = recording.device.streams
    scales = np.array([channel.scale for channel in stream.channels])
    offsets = np.array([channel.offset for channel in stream.channels])
    assert {channel.unit for channel in stream.channels} == {"A"}
    return np.asarray((recording.counts[0] - offsets) * scales)


def each_line(text: str, change: Callable[[str], str]) -> str:
    return "\n".join(change(line) for line in text.splitlines()) + "\n"


def quoted(text: str) -> str:
    return each_line(text, lambda line: ";".join(f'"{cell}"' for cell in line.split(";")))


SEMICOLONS = a_table("time_s;ia;ib;ic", ";", ",")
PREAMBLE = "Model,XYZ\nSample Rate,2000\n\nSource,CH1,CH2,CH3\n"

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


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "points for thousands": (
        a_table("time_s;ia;ib;ic", ";").replace("0.00100;", "0.00100;1.234.567"),
        r"line 4: ia is '1\.234\.567.*', expected a number",
    ),
    "commas for thousands between semicolons": (
        a_table("time_s;ia;ib;ic", ";").replace("9.00000;", "9,000.00;"),
        "line 2: ia is '9,000.00', expected a number; export it without thousands separators",
    ),
    "commas for thousands in quotes": (
        each_line(
            a_table(scale=1000),
            lambda line: ",".join(f'"{float(c):,.3f}"' if c[-1].isdigit() else c for c in line.split(",")),
        ),
        "'9,000.000', expected a number; export it without thousands separators",
    ),
    "whole numbers with commas for thousands": (
        "time_s;ia\n0.000;999\n0.001;1,000\n0.002;998\n",
        "line 3: ia is '1,000' and elsewhere '999', so its comma may separate thousands or decimals",
    ),
    "apostrophes for thousands": (
        "time_s,ia\n0.000,999.5\n0.001,1'000.5\n0.002,998.5\n",
        r"line 3: ia is .1'000\.5., expected a number; export it without thousands separators",
    ),
    "commas for thousands between commas": (
        "time_s,ia\n0.000,999.5\n0.001,1,000.5\n0.002,998.5\n",
        r"line 3 has 3 columns, expected 2 as in line 2; .*thousands separators",
    ),
    "decimal points and decimal commas": (
        SEMICOLONS.replace("0,01000;", "0.01000;"),
        r"holds decimal points \(line 22: time_s is '0\.01000'\) and commas within numbers \(line 2: ",
    ),
    "decimal commas between commas": (
        a_table(decimal=","),
        "the header names 4 columns, the scans have 8; .*commas occur both between columns and",
    ),
    "units behind numbers": (
        each_line(a_table(), lambda line: line if line[0] == "t" else line + " A"),
        r"line 2: ic is '-4\.50000 A', expected a number; export it without units",
    ),
    "units behind one number": (
        a_table().replace("9.00000,", "9.00000 A,"),
        r"line 2: ia is '9\.00000 A', expected a number; export it without units",
    ),
    "hexadecimal numbers": ("ia,ib\n0x1F,0x2E\n0x2F,0x3E\n", "holds 0 scans.*line 2 is '0x1F,0x2E'"),
    "one hexadecimal number": (
        "ia,ib\n1,2\n3,0x3E\n5,6\n",
        "line 3: ib is '0x3E', expected a number; export it in decimal",
    ),
    "an empty cell": (
        "time_s,ia,ib\n0.000,1,2\n0.001,,2\n0.002,1,2\n",
        "line 3: ia is '', expected a number; it is empty; cut the file there",
    ),
    "a word among numbers": (
        "time_s,ia,ib\n0.000,1,2\n0.001,ovf,2\n0.002,1,2\n",
        "line 3: ia is 'ovf', expected a number; correct it, cut the file there, or leave the column out",
    ),
    "a word that begins a line among numbers": ("ia,ib\n1,2\nx,2\n1,2\n", "line 3: ia is 'x'"),
    "an underscore within a number": ("ia,ib\n1,2\n1_000,2\n1,2\n", "line 3: ia is '1_000'"),
    "a line that is too short": ("ia,ib\n1,2\n1\n1,2\n", "line 3 has 1 columns, expected 2 as in line 2"),
    "a line that is too long": ("ia,ib\n1,2\n1,2,3\n1,2\n", "line 3 has 3 columns, expected 2"),
    "a short last line that is not cut off": ("ia,ib\n1,2\n3,4\n1\n", "line 4 has 1 columns, expected 2"),
    "a second recording behind the first": (
        a_table() + a_table(),
        "line 62 names the channels again: it holds several recordings; cut it there",
    ),
    "no names": (
        a_table("").lstrip("\n"),
        r"first line holds numbers \(0\.00000, \.\.\.\), expected channel names; give them with --columns",
    ),
    "names of units only": (
        a_table("s,A,A,A"),
        "none of the columns s, A, A, A is of a known kind; call them ia",
    ),
    "channels of an oscilloscope": (
        PREAMBLE + a_table("Second,Volt,Volt,Volt"),
        r"none of the columns CH1 \(Volt\), CH2 \(Volt\), CH3 \(Volt\) is of a known kind",
    ),
    "currents in volts": (
        a_table("time_s,ia,ib,ic\ns,V,V,V"),
        "ia is in V, which is not a unit of a current here; .* with scale: A per V",
    ),
    "one channel twice": (a_table("time_s,ia,IA,ic"), "names ia, IA, ic are not all different"),
    "a time of day": (
        each_line(a_table(), lambda line: line if line[0] == "t" else "10:00:00.5" + line[7:]),
        "time_s holds text, no seconds; give --rate-hz, or a column time_s",
    ),
    "a rate in the preamble that time contradicts": (
        PREAMBLE.replace("2000", "5000") + a_table(),
        "time_s says 2000 Hz, but 5000 Hz was given",
    ),
    "words alone": ("A pump.\nIt runs.\n", "holds 0 scans, .*line 2 is 'It runs.'"),
    "blank lines alone": ("\n\n \n", "is empty"),
    "an Excel sheet": (b"PK\x03\x04" + bytes(50), "it is a zip archive, perhaps an Excel"),
    "an old Excel sheet": (b"\xd0\xcf\x11\xe0" + bytes(50), "a sheet of an old Excel"),
    "gzip": (b"\x1f\x8b" + bytes(50), "compressed with gzip"),
    "a PDF": (b"%PDF-1.7\n", "it is a PDF"),
    "zeros among the lines": (
        a_table().replace("0.01000", "0.0\0000"),
        r"line 22 holds the control character",
    ),
    "UTF-16 that is cut": (a_table().encode("utf-16")[:-1], "can't decode byte .* as utf-16 text"),
    "a page of the web": ("<html>\n<body>no such file</body>\n</html>\n", "holds 0 scans"),
    "JSON lines": ('{"ia": 1.5}\n{"ia": 2.5}\n', "holds 0 scans"),
    "values of 1e308": ("time_s,ia\n0.000,1e308\n0.001,-1e308\n", r"ia reaches 1e\+308 A, expected at most"),
    "numbers beyond floating point": ("time_s,ia\n0.000,1e999\n0.001,1\n", "scan 0 of ia is not finite"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_in_our_own_words(tmp_path: Path, name: str) -> None:
    text, message = REFUSED[name]
    with pytest.raises(RecordingError, match=message) as refused:
        read(tmp_path, text)
    assert str(refused.value).startswith(f"{tmp_path / 'run_1.csv'}: ")
    assert "\n" not in str(refused.value)


def test_a_file_that_is_too_long_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "run_1.csv"
    with path.open("wb") as file:
        file.truncate(2**29 + 1)
    with pytest.raises(RecordingError, match=r"has 512 MiB, expected at most 512; cut it into several files"):
        read_csv(path, Description())


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


def test_names_for_another_number_of_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        RecordingError, match="--columns names 2 columns, the scans have 4; name each, with _ for"
    ):
        read(tmp_path, a_table(), Description(columns=("time_s", "ia")))


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    text = each_line(a_table(), lambda line: line + (",status,vib_x" if line[0] == "t" else ",OK,"))
    assert read(tmp_path, text + "End,of,data\n\nby,me\n").left_out == ("status", "vib_x", "lines 62 to 64")


@pytest.mark.parametrize(
    ("header", "scale"),
    [
        ("time_s,ia [A],ib [A],ic [A]", 1.0),
        ("time_s,ia,ib,ic\ns,A,A,A", 1.0),
        ("time_s,ia (mA),ib (mA),ic (mA)", 1000.0),
        ("time_s,CH1 (A),CH2 (A),CH3 (A)", 1.0),
        ("Source,CH1,CH2,CH3\nSecond,Ampere,Ampere,Ampere", 1.0),
    ],
)
def test_a_unit_that_the_file_states_wins_over_a_configured_scale(
    tmp_path: Path, header: str, scale: float
) -> None:
    recording = read(tmp_path, a_table(header, scale=scale), Description(THREE))
    assert amperes_of(recording) == pytest.approx(AMPERES, abs=1e-4)
    assert len(recording.left_out) == 3
    assert "the configured scale of " in recording.left_out[0]


@pytest.mark.parametrize(
    "header",
    [
        "time_s,ia,ib,ic",
        "Source,CH1,CH2,CH3\nSecond,Volt,Volt,Volt",
        "time_s,ia [V],ib [V],ic [V]",
        "time_s,IA,IB,IC",
        "",
    ],
)
def test_a_configured_scale_is_applied_where_the_file_states_no_unit_of_it(
    tmp_path: Path, header: str
) -> None:
    described = THREE if header else (Channel("time_s", ChannelKind.SPEED, "rpm", 1.0), *THREE)
    recording = read(
        tmp_path, a_table(header).lstrip("\n"), Description(described, None if header else RATE_HZ)
    )
    channels = recording.device.streams[0].channels[-3:]
    amperes = recording.counts[0][:, -3:] * [channel.scale for channel in channels]
    assert amperes == pytest.approx(20 * AMPERES, abs=1e-4)
    assert [channel.name for channel in channels] == ["ia", "ib", "ic"]


def test_a_channel_without_a_scale_takes_what_name_or_unit_tell(tmp_path: Path) -> None:
    described = (ChannelOverride("ia", phase="b"), ChannelOverride("ib", phase="a"))
    recording = read(tmp_path, a_table(), Description(described))
    assert [channel.phase for channel in recording.device.streams[0].channels] == ["b", "a", "c"]
    assert amperes_of(recording) == pytest.approx(AMPERES, abs=1e-5)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "time_s,CH1,CH2,CH3",
            "CH1 has no unit, and channel ia of the configuration has no scale; add scale",
        ),
        (
            "time_s,CH1 (V),CH2 (V),CH3 (V)",
            r"CH1 \(V\) is in V, and channel ia of the configuration has no scale",
        ),
        (
            "time_s,ia (V),ib (V),ic (V)",
            r"ia \(V\) is in V, and channel ia of the configuration has no scale",
        ),
    ],
)
def test_where_nobody_says_what_a_number_is_worth_it_is_refused(
    tmp_path: Path, header: str, message: str
) -> None:
    described = tuple(ChannelOverride(f"i{p}", ChannelKind.CURRENT, phase=p) for p in "abc")
    with pytest.raises(RecordingError, match=message):
        read(tmp_path, a_table(header), Description(described))


@pytest.mark.parametrize(
    ("unit", "to", "factor"),
    [("g", "m/s2", 9.80665), ("mg", "m/s2", 9.80665e-3), ("m/s^2", "m/s2", 1.0), ("mm/s", "mm/s", 1.0)],
)
def test_vibration_in_other_units_is_converted(tmp_path: Path, unit: str, to: str, factor: float) -> None:
    text = f"time_s,acc_x [{unit}],vib_y\n" + "".join(f"{n / 1000},{n},1\n" for n in range(9))
    recording = read(tmp_path, text)
    (acc, vib) = recording.device.streams[0].channels
    assert (acc.kind, acc.unit, acc.scale) == (ChannelKind.VIBRATION, to, pytest.approx(factor))
    assert (vib.unit, vib.scale) == ("m/s2", 1.0)
