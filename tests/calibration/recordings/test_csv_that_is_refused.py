"""Text tables that say too little or two things at once are refused, in our own words."""

from pathlib import Path

import pytest
from csv_tables import PREAMBLE, SEMICOLONS, a_table, each_line, read

from calibration.recordings.columns import Description
from calibration.recordings.csv_files import read_csv
from edge_agent.acquire.overrides import ChannelOverride
from edge_agent.acquire.recordings import RecordingError
from edge_agent.acquire.samples import ChannelKind

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


def test_names_for_another_number_of_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        RecordingError, match="--columns names 2 columns, the scans have 4; name each, with _ for"
    ):
        read(tmp_path, a_table(), Description(columns=("time_s", "ia")))


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
