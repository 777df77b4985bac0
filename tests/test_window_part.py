"""The newest part of a window whose load stepped, and what it may say."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from answers import NAMEPLATE, RATE_HZ, SOUND, TWO_BARS, a_model, a_window

from edge_agent import pipeline
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.signals.analysis import Analyser
from edge_agent.verdict import Reason, State
from edge_agent.windows.part import newest_part
from edge_agent.windows.sliding import Window

LIGHT = a_window(slip=0.02, lower=0.0, upper=0.0, amplitude_a=2.4)
BROKEN = a_window()
SOUND_WINDOW = a_window(lower=0.0004, upper=-0.0002)


def joined(first: Window, then: Window) -> Window:
    """Two windows, one after the other, as one."""
    streams = tuple(
        replace(
            a, counts=np.concatenate([a.counts, b.counts], axis=1), valid=np.concatenate([a.valid, b.valid])
        )
        for a, b in zip(first.streams, then.streams, strict=True)
    )
    return replace(first, length_s=first.length_s + then.length_s, streams=streams)


def answers_to(
    window: Window, probabilities: tuple[float, ...] = TWO_BARS, folder: Path | None = None
) -> Iterator[Answer]:
    line = Pipeline(NAMEPLATE, a_model(probabilities), window.length_s, window.length_s, folder)
    line.configure(Device("daq", "", "", tuple(s.stream for s in window.streams)))
    for stream in window.streams:
        yield from line.push(SampleBlock(stream.stream.number, 0, stream.counts.T))


def test_the_newest_part_holds_the_last_samples_of_every_stream() -> None:
    whole = joined(LIGHT, BROKEN)
    part = newest_part(replace(whole, start_s=10.0), 6.0)
    assert (part.start_s, part.length_s) == (16.0, 6.0)
    for own, of_whole, then in zip(part.streams, whole.streams, BROKEN.streams, strict=True):
        assert own.first_scan == of_whole.first_scan + round(6.0 * RATE_HZ)
        np.testing.assert_array_equal(own.counts, then.counts)
        assert own.valid.size == then.valid.size


@pytest.mark.parametrize(
    ("then", "probabilities", "state"),
    [(BROKEN, TWO_BARS, State.BROKEN_BARS), (SOUND_WINDOW, SOUND, State.HEALTHY)],
)
def test_a_window_whose_load_stepped_answers_by_what_came_since(
    then: Window, probabilities: tuple[float, ...], state: State
) -> None:
    (answer,) = answers_to(joined(LIGHT, then), probabilities)
    assert answer.verdict.refusal.reason is Reason.UNSTEADY
    assert answer.told is answer.by_stretch
    assert (answer.told.state, answer.told.evidence.stretch_s) == (state, 5.5)
    assert answer.looked
    span, whole = answer.told.window, answer.verdict.window
    assert span.end_unix_s == whole.end_unix_s
    assert span.end_unix_s - span.start_unix_s == pytest.approx(5.5)
    assert span.first_sample + span.samples == whole.first_sample + whole.samples


def test_of_two_steps_the_newer_one_counts() -> None:
    half = joined(newest_part(LIGHT, 2.0), newest_part(SOUND_WINDOW, 4.0))
    (answer,) = answers_to(joined(BROKEN, half), SOUND)
    assert (answer.told.state, answer.told.evidence.stretch_s) == (State.HEALTHY, 3.5)


def test_where_no_step_shows_the_newest_half_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "steady_s", lambda stream, line_hz: 12.0)
    (answer,) = answers_to(joined(LIGHT, BROKEN))
    assert answer.told.evidence.stretch_s == 6.0


def test_parts_too_short_to_be_sure_of_are_not_asked() -> None:
    (answer,) = answers_to(joined(LIGHT, newest_part(BROKEN, 3.9)))
    assert answer.verdict.refusal.reason is Reason.UNSTEADY
    assert answer.by_stretch is None


def test_a_window_that_answers_or_stands_still_asks_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    off = a_window(amplitude_a=0.0)
    lengths: list[float] = []
    analyse = Analyser.analyse
    monkeypatch.setattr(
        Analyser, "analyse", lambda own, window: lengths.append(window.length_s) or analyse(own, window)
    )
    for window in (joined(BROKEN, BROKEN), joined(off, off)):
        (answer,) = answers_to(window)
        assert answer.told is answer.verdict
    assert lengths == [12.0, 12.0]


def test_a_part_that_cannot_be_analysed_costs_its_own_answer_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    analyse = Analyser.analyse
    monkeypatch.setattr(
        Analyser, "analyse", lambda own, window: analyse(own, window) if window.length_s == 12.0 else 1 / 0
    )
    (answer,) = answers_to(joined(LIGHT, BROKEN), folder=tmp_path)
    assert answer.by_stretch is None
    assert answer.verdict.refusal.reason is Reason.UNSTEADY
    assert list(tmp_path.iterdir())
