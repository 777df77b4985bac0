"""Lines that are no scans: counted by what is wrong with them, and told with what to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.acquire.drivers.decoder import Unread
from edge_agent.acquire.drivers.line_styles import LineError, show
from edge_agent.acquire.likeness import first_line, looks_like_text, looks_like_utf16
from edge_agent.acquire.source import Silence

_KINDS_KEPT = 16
"""Kinds of refused lines that are told apart: judgement, more than a device mixes."""
_RATE = "acquisition.rate_hz, the scans a second as the DAQ takes them"
_CHANNELS = (
    "channels with one entry for each column, as {name: ia, kind: current, phase: a, unit: A, "
    "scale: <A per count>, offset: <counts at 0 A>}"
)


@dataclass(slots=True)
class _Kind:
    """Lines that are no scans for one reason."""

    text: str
    """The reason, and the first of them."""
    advice: str
    lines: int = 0


class RefusedLines:
    """Remembers, for each thing that can be wrong with a line, the first line and how many there were."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, int], _Kind] = {}

    @property
    def text(self) -> str | None:
        """Why most of the lines are no scans, and the first of these; None where none was refused."""
        return max(self._kinds.values(), key=lambda kind: kind.lines).text if self._kinds else None

    @property
    def advice(self) -> str:
        """What to do about them; empty where nothing is known."""
        return max(self._kinds.values(), key=lambda kind: kind.lines).advice if self._kinds else ""

    def add(self, line: bytes, error: LineError, advice: str) -> None:
        """Count a line that is no scan by what is wrong with it, and remember the first of its kind."""
        key = error.counted, error.columns
        if key not in self._kinds:
            if len(self._kinds) >= _KINDS_KEPT:
                return
            self._kinds[key] = _Kind(f"{error}: {show(line)}", advice)
        self._kinds[key].lines += 1

    def forget(self) -> None:
        """Begin anew."""
        self._kinds.clear()

    def explain(
        self, unread: Unread, *, described: bool, channels: bool, header: Sequence[str]
    ) -> Silence | None:
        """Say why lines bring no samples; None where the bytes are no lines.

        `described` says whether anything told what the lines are, `channels` whether the YAML has some, and
        `header` which columns a line named.
        """
        sample = unread.sample
        if looks_like_utf16(sample):
            line = first_line(sample.replace(b"\0", b""))
            return unread.silence("utf16", f"lines in UTF-16 come: {line}; let the DAQ send ASCII or UTF-8")
        if not looks_like_text(sample):
            return None
        if self.text is None:
            ended = b"\n" in sample or b"\r" in sample
            said = "text comes that is no scan" if ended else "text comes without an end of line"
            text = f"{said}: {first_line(sample)}; let the DAQ send each scan as a line of its own"
            return unread.silence("no scans", text)
        a_second = unread.refused / unread.seconds if unread.seconds >= 1.0 else 0.0
        rate = f", about {a_second:.0f} a second" if a_second >= 1.0 else ""
        text = f"{unread.refused} lines came{rate}, but they are no scans: {self.text}"
        advice = self.advice if described else _describe_them(channels, header)
        return Silence(
            "refused lines", f"{text}; {advice}" if advice else text, "refused_lines", unread.refused
        )


def recognise_lines(sample: bytes, expected: str) -> str | None:
    """Say that bytes are lines of text rather than what is expected, and what to set; else None."""
    if not looks_like_text(sample) and not looks_like_utf16(sample):
        return None
    return (
        f"lines of text come, not {expected}: {first_line(sample.replace(bytes(1), b''))}; set "
        f"acquisition.driver: csv_lines, acquisition.rate_hz to the lines a second, and {_CHANNELS}"
    )


def _describe_them(channels: bool, header: Sequence[str]) -> str:
    """Say what to write into the YAML for lines of which nothing says what they are."""
    advice = f"put into the YAML {_RATE}" if channels else f"put into the YAML {_CHANNELS}, and {_RATE}"
    if not header:
        return advice
    return (
        f"{advice}; the header names {', '.join(header)}: "
        "channels with these names are found, and other columns ignored"
    )
