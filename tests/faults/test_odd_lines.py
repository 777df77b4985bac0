"""Whatever a device describes and sends: each window gets an answer, and the answer can be said."""

import numpy as np
import odd_lines
import pytest
from odd_lines import OddLine, a_nearly_right_line, an_odd_line, answers_of
from plates import PLATE

from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.diagnose.model import Model
from edge_agent.verdict import Reason, State

MODEL = Model.load_for_agent("builtin")
UNITS = {ChannelKind.CURRENT: "A", ChannelKind.VIBRATION: "m/s2", ChannelKind.SPEED: "rpm"}
FOUND_ONCE = [1168, 1887, 56, 215, 0, 18, 31, 34, 103, 163, 177, 260]
"""Odd lines that once ended the process, each at another place."""


def a_device(*streams: tuple[float, str]) -> Device:
    """A device of streams, each a rate and the kinds of its channels, e.g. (2000.0, "iii")."""
    kinds = {"i": ChannelKind.CURRENT, "v": ChannelKind.VIBRATION, "n": ChannelKind.SPEED}
    return Device(
        "d",
        "",
        "",
        tuple(
            Stream(
                number, rate_hz,
                tuple(
                    Channel(f"c{number}{k}", kinds[kind], UNITS[kinds[kind]], 0.01)
                    for k, kind in enumerate(letters)
                ),
            )
            for number, (rate_hz, letters) in enumerate(streams)
        ),
    )  # fmt: skip


def a_line_of(device: Device, signal: str, length_s: float, step_s: float) -> OddLine:
    random, counts = np.random.default_rng(1), []
    for stream in device.streams:
        shape = (int((length_s + 2 * step_s) * stream.rate_hz) + 2, len(stream.channels))
        line = 500 * np.sin(2 * np.pi * 60 * np.arange(shape[0])[:, None] / stream.rate_hz + np.zeros(shape))
        made = {"zero": np.zeros(shape), "noise": random.integers(-900, 900, shape), "line": line}[signal]
        counts.append(np.rint(made).astype(np.int16))
    return OddLine(PLATE, device, length_s, step_s, tuple(counts), 0.0, 0.0, 1)


@pytest.mark.parametrize("block", range(8))
def test_odd_devices_plates_and_signals_end_no_window_with_an_exception(block: int) -> None:
    for seed in range(50 * block, 50 * block + 50):
        odd = an_odd_line(seed)
        try:
            answers_of(odd, MODEL)
        except Exception as error:
            raise AssertionError(str(odd)) from error


@pytest.mark.parametrize("block", range(4))
def test_currents_that_are_nearly_right_end_no_window_with_an_exception(block: int) -> None:
    for seed in range(20 * block, 20 * block + 20):
        odd = a_nearly_right_line(seed)
        try:
            answers_of(odd, MODEL)
        except Exception as error:
            raise AssertionError(str(odd)) from error


@pytest.mark.parametrize("seed", FOUND_ONCE)
def test_what_once_ended_the_process_is_answered(seed: int) -> None:
    answers_of(an_odd_line(seed), MODEL)


@pytest.mark.parametrize("seed", [5068, 6323, 20_435])
def test_a_line_at_next_to_no_frequency_a_silent_band_and_an_empty_second_stream_are_answered(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(odd_lines, "_MAX_VALUES", 20_000)  # what was drawn depends on it
    answers_of(an_odd_line(seed), MODEL)


def test_a_rotor_of_few_bars_for_its_poles_has_not_all_side_lines_of_the_slots() -> None:
    answers_of(a_nearly_right_line(10_484), MODEL)


@pytest.mark.parametrize("signal", ["zero", "noise", "line"])
@pytest.mark.parametrize("rate_hz", [0.1, 1.0, 2.0, 3.0, 20.0, 100.0])
@pytest.mark.parametrize("channels", ["i", "ii", "iii", "iiiv"])
def test_currents_too_slow_for_the_line_are_refused_by_their_rate(
    channels: str, rate_hz: float, signal: str
) -> None:
    answers = answers_of(a_line_of(a_device((rate_hz, channels)), signal, 12.0, 2.0), MODEL)
    refusals = {answer.verdict.refusal for answer in answers}
    assert {(r.reason, r.quantity, r.value) for r in refusals if r} == {
        (Reason.OUT_OF_DOMAIN, "current_rate_hz", rate_hz)
    }
    assert len(refusals) == 1


@pytest.mark.parametrize("signal", ["zero", "noise", "line"])
@pytest.mark.parametrize(
    "streams",
    [
        ((200.0, "i"), (1.0, "v")),
        ((2000.0, "i"), (1.0, "v")),
        ((2000.0, "iii"), (10.0, "vv"), (0.5, "n")),
        ((1.0, "n"),),
        ((1.0, "v"),),
        ((15.0, "v"), (1.0, "n")),
        ((5000.0, "v"), (2.0, "iii")),
    ],
)
@pytest.mark.parametrize("length_s", [0.5, 1.0])
def test_a_stream_with_few_scans_in_a_short_window_ends_nothing(
    streams: tuple[tuple[float, str], ...], length_s: float, signal: str
) -> None:
    answers = answers_of(a_line_of(a_device(*streams), signal, length_s, length_s / 2), MODEL)
    assert answers
    assert all(answer.verdict.state is State.INDETERMINATE for answer in answers)


def test_a_device_without_currents_says_so_even_with_a_window_shorter_than_a_scan() -> None:
    answers = answers_of(a_line_of(a_device((1.0, "n")), "noise", 0.5, 0.5), MODEL)
    assert {answer.verdict.refusal.reason for answer in answers} == {Reason.MISSING_PHASE}
