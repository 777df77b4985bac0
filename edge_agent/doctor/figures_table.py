"""The ordinary figures as a table, for people on a ladder, and as JSON."""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from edge_agent.acquire.samples import ChannelKind
from edge_agent.doctor.listener import Look
from edge_agent.doctor.signal import still_channels
from edge_agent.figures import RunningTime
from edge_agent.publish.documents import Measurements, Origin
from edge_agent.publish.json_values import Payload, iso_time, significant
from edge_agent.publish.payloads import payload_of
from edge_agent.refusals.catalogue import say_refusal
from edge_agent.verdict import WEAK_EVIDENCE
from edge_agent.windows.sliding import Window

NEAR_FULL_SCALE = 0.95
"""Share of its full scale from which a channel is named: judgement, peaks above it are soon cut off."""
_MIN_WIDTH = 6
"""Narrowest column, characters: judgement, `1737.4` fits."""
_NOTHING = "-"


def full_scale_shares(window: Window) -> dict[str, float]:
    """Return, by channel, the largest magnitude over the full scale; no entry where that is unknown."""
    shares = {}
    for stream in window.streams:
        for i, channel in enumerate(stream.stream.channels):
            values = channel.units(stream.counts[i, stream.valid])
            if channel.full_scale and values.size and i not in stream.dead:
                shares[channel.name] = float(np.abs(values).max()) / channel.full_scale
    return shares


def problems_of(look: Look, source_problem: str | None) -> list[str]:
    """Return what is wrong with source, channels and signals, in words; a weak signal is no problem here."""
    problems = [] if source_problem is None else [source_problem]
    refusal = look.analysis.refusal
    if refusal is not None and refusal.reason not in WEAK_EVIDENCE:
        problems.append(say_refusal(refusal))
    problems += [f"{name} always gives the same value" for name in still_channels(look)]
    shares = full_scale_shares(look.window).items()
    problems += [
        f"{name} reaches {share:.0%} of its full scale" for name, share in shares if share > NEAR_FULL_SCALE
    ]
    return problems


def figures_payload(origin: Origin, look: Look, problems: Sequence[str]) -> Payload:
    """Return a line as JSON: the keys of `<motor>/measurements` but its counters, shares and problems."""
    measured = payload_of(Measurements(origin, look.figures, RunningTime(), look.window.received_unix_s))
    counters = {field.name for field in fields(RunningTime)}
    return {
        **{key: value for key, value in measured.items() if key not in counters},
        "full_scale": {name: significant(share) for name, share in full_scale_shares(look.window).items()},
        "problems": list(problems),
    }


def columns(look: Look) -> list[str]:
    """Return the names of the columns after the time; `scale` is the largest share of a full scale."""
    cells = [f"{phase} A" for phase in look.figures.current_a]
    cells += ["unbalance", "Hz", "rpm", "load"]
    return [*cells, *(f"{name} mm/s" for name in _vibration(look.window)), "scale"]


def header(look: Look) -> str:
    """Return the first line of the table."""
    return _row("UTC", columns(look), columns(look), "problems")


def row(look: Look, problems: Sequence[str]) -> str:
    """Return one line of the table."""
    figures, shares = look.figures, full_scale_shares(look.window)
    cells = [_number(value, ".3g") for value in figures.current_a.values()]
    cells += [
        _number(figures.current_unbalance, ".1%"),
        _number(figures.line_frequency_hz, ".2f"),
        _number(figures.speed_rpm, ".0f"),
        _number(figures.load, ".0%"),
    ]
    cells += [_number(figures.vibration_mm_s.get(name), ".2f") for name in _vibration(look.window)]
    cells.append(_number(max(shares.values(), default=None), ".0%"))
    time = iso_time(look.window.received_unix_s)[11:19]
    return _row(time, columns(look), cells, "; ".join(problems))


def _vibration(window: Window) -> list[str]:
    channels = (channel for stream in window.streams for channel in stream.stream.channels)
    return [channel.name for channel in channels if channel.kind is ChannelKind.VIBRATION]


def _number(value: float | None, style: str) -> str:
    return _NOTHING if value is None else format(value, style)


def _row(time: str, names: Sequence[str], cells: Sequence[str], problems: str) -> str:
    aligned = (f"{cell:>{max(_MIN_WIDTH, len(name))}}" for name, cell in zip(names, cells, strict=True))
    return f"{time:<8} {' '.join(aligned)}  {problems}".rstrip()
