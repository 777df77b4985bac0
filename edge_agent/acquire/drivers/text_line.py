"""What one line of text means: which column belongs to which channel, and the number in each.

The number of channels and their names decide how a line is read, never its looks alone: what fits in no
way, or in none that is certain, is refused with the reason.
"""

import re
from collections.abc import Callable, Sequence

from edge_agent.acquire.drivers.line_styles import (
    HEXADECIMAL,
    SEPARATORS,
    WITH_UNIT,
    Fields,
    LineError,
    header_names,
    is_name,
    is_words,
    show,
    split_commas,
    split_decimal_comma,
    split_plain,
    split_strong,
    unquoted,
    value_of,
    with_point,
)
from edge_agent.acquire.samples import Channel

_PLAIN_NUMBERS = (
    "let the DAQ print one scan a line, as decimal numbers with comma, semicolon, tab or blanks between them"
)
_NUMBERS = re.compile(rb"\d+(?:[.,]\d+)?")
"""Numbers in a line that was not read, to see whether it holds more than one. For messages only."""
_MINUS_SIGN = "\N{MINUS SIGN}".encode()
"""The sign of typography, U+2212, which Python does not take for a minus."""


class LineReader:
    """Reads the lines of one stream; the way in which the last one could be read is tried first."""

    def __init__(
        self, channels: Sequence[Channel], indexed: bool = False, columns: Sequence[str] = ()
    ) -> None:
        """Expect these channels; `columns` names all columns in order, and then wins over any header."""
        self._channels = tuple(channels)
        self._names = [channel.name for channel in channels]
        self._indexed = indexed
        self._width = len(self._names) + indexed
        self._pick: list[int] | None = None
        self._given = bool(columns)
        self.header: list[str] = []
        """Names of the columns by the last header that was believed, or by the first of all."""
        self._contradiction = ""
        self._styles: list[Callable[[bytes], Fields | None]] = [
            split_plain,
            split_decimal_comma,
            split_commas,
            self._labelled,
            self._with_units,
        ]
        if columns and not self._name_columns(columns):
            missing = ", ".join(self._missing(columns))
            self._contradiction = f"acquisition.columns names no column for {missing}"

    @property
    def picks(self) -> bool:
        """True if the columns have names, and others than the channels' may be among them."""
        return self._pick is not None

    def read(self, line: bytes) -> list[float]:
        """Return the numbers of a line in the order of the channels, behind the index where there is one.

        NaN stands where a channel gave no value. Raises LineError if the line is no scan.
        """
        if not self._contradiction and b"_" not in line:  # Python takes 1_0 for a number
            fields = self._styles[0](line)
            if fields is not None and len(fields) == self._width:
                try:
                    return list(map(float, self._picked(fields)))
                except ValueError:
                    pass  # perhaps a channel without a value, or another way to write
        return self._search(line)

    def take_header(self, line: bytes) -> str | None:
        """Take a line that names channels for the header of the columns.

        Return in words what that changes, empty if nothing; None for a line that names no channel. One
        that does not name them all changes no columns that are known already.
        """
        names = header_names(line)
        if names is None:
            return None
        folded = [name.casefold() for name in self._names]
        if not any(name.casefold() in folded for name in names):
            if SEPARATORS.search(line):  # else any words might be a header
                self.header = self.header or names
            return None
        if self._given or names == self.header:
            return ""
        if self._name_columns(names):
            self.header, self._contradiction = names, ""
            ignored = [names[i] for i in range(len(names)) if i not in (self._pick or ())]
            read = ", ".join(self._names)
            return f"the header names the columns: {read} are read" + (
                f", {', '.join(ignored)} ignored" if ignored else ""
            )
        if self._pick is not None:
            return ""
        self.header = names
        return self._doubt(names)

    def advice(self, line: bytes, columns: int) -> str:
        """Return what to do about a line of so many columns, which are not the channels'; 0 of one that is
        written in no way that is known."""
        if not columns:
            return _PLAIN_NUMBERS
        if columns == 1 and len(_NUMBERS.findall(line)) > 1:
            return _PLAIN_NUMBERS
        if self._given:
            return "acquisition.columns must hold all columns of a line, in order, and no others"
        if self._pick is not None:
            return f"the header names {self._width} columns, and the lines must have as many"
        if len(self.header) == columns:
            missing = ", ".join(self._missing(self.header))
            return (
                f"the header names {', '.join(self.header)}, but no {missing}: give the channels these "
                "names, or set acquisition.columns to all columns in order, with the names of the channels, "
                f"e.g. {self._example(columns)}"
            )
        if columns == 2 * self._width and b"," in line:
            return "if these are decimal commas, let the DAQ put ; between the numbers, or print points"
        if columns > self._width:
            return (
                "if a column is not a channel, such as a time stamp or an index, set "
                f"acquisition.columns to all columns in order, e.g. {self._example(columns)}"
            )
        return "channels must hold one entry for each column, in order"

    def _search(self, line: bytes) -> list[float]:
        """Find a way to read a line, and remember it. Raises LineError if there is none."""
        if self._contradiction:
            raise LineError("wrong_columns", self._contradiction)
        bare = unquoted(line.replace(_MINUS_SIGN, b"-"))
        first_error: LineError | None = None
        for style in tuple(self._styles):
            try:
                fields = style(bare)
                if fields is not None and len(fields) == self._width + 1 and not fields[-1]:
                    fields.pop()  # a separator behind the last number
                if fields is not None and len(fields) == self._width:
                    row = _values(self._picked(fields))
                    self._styles.remove(style)
                    self._styles.insert(0, style)
                    return row
            except LineError as error:
                first_error = error if first_error is None or error.certain else first_error
        if line[:1] in (b"{", b"["):
            raise LineError("malformed", "JSON, where numbers with separators between them are expected")
        raise first_error or self._wrong_columns(len(split_plain(bare)))

    def _picked(self, fields: Fields) -> Fields:
        return fields if self._pick is None else [fields[i] for i in self._pick]

    def _wrong_columns(self, columns: int) -> LineError:
        if self._pick is not None:
            expected = f"{self._width} have names"
        else:
            channels = f"{len(self._names)} channel{'s' * (len(self._names) != 1)}"
            expected = f"an index and {channels}" if self._indexed else channels
        return LineError("wrong_columns", f"{columns} column{'s' * (columns != 1)}, {expected}", columns)

    def _labelled(self, line: bytes) -> Fields | None:
        """Return the values of `ia:2.1,ib:3.2` by the names of the channels; None for anything else."""
        if self._pick is not None or (b":" not in line and b"=" not in line):
            return None
        joined = re.sub(rb"\s*[:=]\s*", b":", line)
        pairs = [part.split(b":") for part in _parts(joined) if part.strip()]
        if not all(len(pair) == 2 and is_name(pair[0]) for pair in pairs):
            return None
        labels = [name.decode().strip() for name, _ in pairs]
        positions = _positions(self._names, labels)
        if positions is None or self._indexed:
            missing = (
                ", ".join(name for name in self._names if name not in labels) or "all of the channels once"
            )
            raise LineError(
                "wrong_columns",
                f"the labels {', '.join(labels)} do not name {missing}; "
                "give the channels the names of the labels",
                certain=True,
            )
        values = [pairs[i][1] for i in positions]
        return [_bare(channel, value) for channel, value in zip(self._channels, values, strict=True)]

    def _with_units(self, line: bytes) -> Fields | None:
        """Return the numbers of `2.1 A,3.2 A`; raises LineError for units that are not the channels'."""
        if self._pick is not None or self._indexed:
            return None
        fields = [field.strip() for field in (split_strong(line) or line.split(b","))]
        matched = [WITH_UNIT.fullmatch(field) for field in fields]
        if len(fields) != self._width or not any(matched):
            return None
        units = {match[2].decode("utf-8", "replace") for match in matched if match}
        if all(map(HEXADECIMAL.fullmatch, fields)) and units != {self._channels[0].unit}:
            return None
        return [_bare(channel, field) for channel, field in zip(self._channels, fields, strict=True)]

    def _name_columns(self, names: Sequence[str]) -> bool:
        """Read by name from now on, if every channel has one column."""
        positions = _positions(self._names, names)
        if positions is None or (self._indexed and 0 in positions):
            return False
        self._pick = [0, *positions] if self._indexed else positions
        self._width = len(names)
        return True

    def _doubt(self, names: list[str]) -> str:
        """Return what is wrong with a header that lacks a channel, and refuse what contradicts."""
        said = f"the header names {', '.join(names)}, but no {', '.join(self._missing(names))}"
        if len(names) == self._width:
            own = names[self._indexed :]
            if any(name in own and own.index(name) != place for place, name in enumerate(self._names)):
                self._contradiction = f"{said}, and others are in another order than in channels"
                return self._contradiction
            return f"{said}: the columns are read in the order of channels"
        return f"{said}: {self.advice(b'', len(names))}"

    def _missing(self, names: Sequence[str]) -> list[str]:
        there = {name.casefold() for name in names}
        return [name for name in self._names if name.casefold() not in there] or [
            "one column for each channel"
        ]

    def _example(self, columns: int) -> str:
        spare = max(0, columns - len(self._names))
        before = ["time", *(f"other{n}" for n in range(1, spare))][:spare]
        return f"[{', '.join([*before, *self._names])}]"


def _values(fields: Fields) -> list[float]:
    """Return the number in each field, NaN if there is no value. Raises LineError if it is no scan.

    Words behind numbers stand for a sensor that fails; in front they may be the name of the line, behind
    which all columns stand one further.
    """
    if fields and is_words(fields[0]):
        raise LineError("malformed", f"{show(fields[0])} is not a number")
    return [value_of(field) for field in fields]


def _parts(line: bytes) -> Fields:
    """Split where it is certain that something separates; at blanks only where nothing else does."""
    return split_strong(line) or split_commas(line) or split_plain(line)


def _bare(channel: Channel, field: bytes) -> bytes:
    """Return a number without its unit. Raises LineError for a unit that is not the channel's."""
    match = WITH_UNIT.fullmatch(field.strip())
    if match is not None:
        _check_unit(channel, match[2])
    return with_point(field.strip() if match is None else match[1])


def _check_unit(channel: Channel, unit: bytes) -> None:
    """Raise LineError for a unit that is not that of the channel's numbers."""
    said = unit.decode("utf-8", "backslashreplace").replace("²", "2").replace("^", "").rstrip(",;")
    if said != channel.unit:
        raise LineError(
            "malformed",
            f"{channel.name} comes in {said!r}, but its channel is in {channel.unit}: "
            "let the DAQ print bare numbers, and give scale and unit of the channel for them",
            certain=True,
        )
    if abs(channel.scale) != 1.0 or channel.offset != 0.0:
        raise LineError(
            "malformed",
            f"{channel.name} comes in {channel.unit} already, but its channel has scale "
            f"{channel.scale:g} and offset {channel.offset:g}: set scale: 1 and offset: 0",
            certain=True,
        )


def _positions(wanted: Sequence[str], names: Sequence[str]) -> list[int] | None:
    """Return the position of each wanted name, capitals or not; None unless each occurs once."""
    for fold in (str, str.casefold):
        folded = [fold(name.strip()) for name in names]
        if len({fold(name) for name in wanted}) == len(wanted) and all(
            folded.count(fold(name)) == 1 for name in wanted
        ):
            return [folded.index(fold(name)) for name in wanted]
    return None
