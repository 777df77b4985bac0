"""Lines that are not scans: counted by what is wrong, and reported with what to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge_agent.acquire.drivers.decoder import Unread
from edge_agent.acquire.drivers.line_styles import LineError, show
from edge_agent.acquire.likeness import first_line, looks_like_text, looks_like_utf16
from edge_agent.acquire.settings import WANTED_CHANNELS, WANTED_RATE
from edge_agent.acquire.source import Silence

_KINDS_KEPT = 16
"""Kinds of refused lines that are told apart: judgement, more than a device mixes."""


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
        """Why most of the lines are not scans, and the first of these; None if none was refused."""
        return max(self._kinds.values(), key=lambda kind: kind.lines).text if self._kinds else None

    @property
    def advice(self) -> str:
        """What to do about them; empty if nothing is known."""
        return max(self._kinds.values(), key=lambda kind: kind.lines).advice if self._kinds else ""

    def add(self, line: bytes, error: LineError, advise: Callable[[bytes, LineError], str]) -> None:
        """Count a line that is no scan by what is wrong with it, and remember the first of its kind.

        `advise` is asked once for each kind what to do about it.
        """
        key = error.counted, error.columns
        if key not in self._kinds:
            if len(self._kinds) >= _KINDS_KEPT:
                return
            self._kinds[key] = _Kind(f"{error}: {show(line)}", advise(line, error))
        self._kinds[key].lines += 1

    def forget(self) -> None:
        """Start over."""
        self._kinds.clear()

    def explain(
        self, unread: Unread, *, described: bool, channels: bool, rate: bool, header: Sequence[str]
    ) -> Silence | None:
        """Return why lines bring no samples; None if the bytes are not lines.

        `described` says whether anything told what the lines are, `channels` and `rate` whether the YAML has
        them, and `header` which columns a line named.
        """
        sample = unread.sample
        if looks_like_utf16(sample):
            line = first_line(sample.replace(b"\0", b""))
            return unread.silence("utf16", f"lines in UTF-16 arrive: {line}; let the DAQ send ASCII or UTF-8")
        if not looks_like_text(sample):
            return None
        if self.text is None:
            ended = b"\n" in sample or b"\r" in sample
            said = "text arrives that is not a scan" if ended else "text arrives without an end of line"
            text = f"{said}: {first_line(sample)}; let the DAQ send each scan as a line of its own"
            return unread.silence("no scans", text)
        text = f"{unread.refused} lines came{unread.pace}, but they are not scans: {self.text}"
        advice = self.advice if described else _describe_them(channels, rate, header)
        return Silence(
            "refused lines", f"{text}; {advice}" if advice else text, "refused_lines", unread.refused
        )


def recognise_lines(unread: Unread, expected: str) -> str | None:
    """Return a hint that the bytes are lines of text, and what to set; None if they are not."""
    sample = unread.sample
    if not looks_like_text(sample) and not looks_like_utf16(sample):
        return None
    line = first_line(sample.replace(b"\0", b""))
    return (
        f"lines of text come{unread.pace}, not {expected}: {line}; set acquisition.driver: csv_lines "
        f"and {WANTED_RATE}, and add {WANTED_CHANNELS}"
    )


def _describe_them(channels: bool, rate: bool, header: Sequence[str]) -> str:
    """Return what to write into the YAML for lines of which nothing says what they are."""
    wanted = [what for what, there in ((WANTED_CHANNELS, channels), (WANTED_RATE, rate)) if not there]
    advice = f"put into the YAML {', and '.join(wanted)}"
    if not header:
        return advice
    return (
        f"{advice}; the header names {', '.join(header)}: "
        "channels with these names are found, and other columns ignored"
    )
