"""Why an open port brings no samples, as far as what comes instead tells: said to people."""

import re
from dataclasses import dataclass

from edge_agent.acquire.drivers.block_frames import FrameDecoder
from edge_agent.acquire.drivers.csv_lines import CsvDecoder
from edge_agent.acquire.likeness import first_line, looks_like_frames, looks_like_text, looks_like_utf16
from edge_agent.acquire.settings import WANTED_CHANNELS, WANTED_RATE, SerialSettings


@dataclass(frozen=True, slots=True)
class Silence:
    """Why no samples come."""

    key: str
    """The same for as long as the reason is of the same kind, whatever lines and numbers show it."""
    text: str
    """The reason in words, and what to do."""
    quantity: str = "silent_s"
    """What was counted: refused_lines, refused_frames, refused_bytes or refused_descriptions."""
    refused: int = 0
    """How many came since the last sample; 0 where nothing comes that could be refused."""


@dataclass(frozen=True, slots=True)
class Unread:
    """What came since the last sample, or since the start."""

    sample: bytes
    """Its newest bytes."""
    size: int
    """How many bytes it is."""
    refused: int
    """Lines or frames in it."""
    lines_a_second: float | None = None
    """Ends of lines in a second; None as long as that is not known."""


def explain_silence(
    settings: SerialSettings, decoder: FrameDecoder | CsvDecoder, unread: Unread, device_problem: str | None
) -> Silence:
    """Say why samples do not come though bytes do."""
    problem = decoder.description_problem or device_problem
    if problem is not None:
        text = f"no samples come: the device describes itself wrongly: {problem}"
        return Silence("description", text, "refused_descriptions", max(1, decoder.counts.bad_descriptions))
    if isinstance(decoder, CsvDecoder):
        return _of_lines(settings, decoder, unread)
    return _of_frames(settings, decoder, unread)


def _of_lines(settings: SerialSettings, decoder: CsvDecoder, unread: Unread) -> Silence:
    sample = unread.sample
    if looks_like_frames(sample):
        text = "block frames come, not lines of text: set acquisition.driver: block_frames"
        return _bytes("frames", text, unread)
    if looks_like_utf16(sample):
        line = first_line(sample.replace(b"\0", b""))
        return _bytes("utf16", f"lines in UTF-16 come: {line}; let the DAQ send ASCII or UTF-8", unread)
    if not looks_like_text(sample):
        return _bytes(
            "no text",
            "bytes come that are no text: check acquisition.baud_rate "
            f"(now {settings.baud_rate}) and acquisition.driver (now csv_lines)",
            unread,
        )
    if decoder.refused_line is None:
        line = first_line(sample)
        ended = b"\n" in sample or b"\r" in sample
        said = "text comes that is no scan" if ended else "text comes without an end of line"
        return _bytes("no scans", f"{said}: {line}; let the DAQ send each scan as a line of its own", unread)
    advice = decoder.advice
    if decoder.counts.undescribed and not settings.channels:
        rate_too = "" if settings.rate_hz else f", and {WANTED_RATE}"
        advice = f"put into the YAML {WANTED_CHANNELS}{rate_too}"
    elif decoder.counts.undescribed:
        advice = f"put into the YAML {WANTED_RATE}"
    if decoder.counts.undescribed and decoder.header:
        advice += (
            f"; the header names {', '.join(decoder.header)}: "
            "channels with these names are found, and other columns ignored"
        )
    text = f"{unread.refused} lines came{_pace(unread)}, but they are no scans: {decoder.refused_line}"
    text += f"; {advice}" if advice else ""
    return Silence("refused lines", text, "refused_lines", unread.refused)


def _of_frames(settings: SerialSettings, decoder: FrameDecoder, unread: Unread) -> Silence:
    counts = decoder.counts
    if counts.contradicting:
        text = "samples come with another rate, stream or number of channels than the device describes"
        return Silence("contradicting", text, "refused_frames", max(1, unread.refused))
    if counts.undescribed:
        text = "frames come, but nothing says what is in them: give channels in the YAML, one for each column"
        return Silence("undescribed", text, "refused_frames", max(1, unread.refused))
    if looks_like_text(unread.sample) or looks_like_utf16(unread.sample):
        line = first_line(unread.sample.replace(b"\0", b""))
        return _bytes(
            "text",
            f"lines of text come{_pace(unread)}, not block frames: {line}; set acquisition.driver: csv_lines "
            f"and {WANTED_RATE}, and add {WANTED_CHANNELS}",
            unread,
        )
    ends = len(re.findall(b"\0+", unread.sample))
    return _bytes(
        "no frames",
        f"bytes come, but {'no frame is whole' if ends else 'no frame ends'}: check acquisition.baud_rate "
        f"(now {settings.baud_rate}) and acquisition.driver (now block_frames)",
        unread,
    )


def _pace(unread: Unread) -> str:
    """Say how many lines come in a second, which is what `rate_hz` is to be; empty where that is unknown."""
    pace = unread.lines_a_second
    return f", about {pace:.0f} a second" if pace is not None and pace >= 1.0 else ""


def _bytes(key: str, text: str, unread: Unread) -> Silence:
    return Silence(key, f"{text} ({unread.size} bytes came)", "refused_bytes", unread.size)
