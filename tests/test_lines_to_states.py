"""Lines of text to states: what one bad value, or one bad sensor, costs."""

import logging
from dataclasses import replace

import numpy as np
import pytest

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.drivers.csv_lines import CsvDecoder
from edge_agent.acquire.samples import Channel, ChannelKind, Device
from edge_agent.diagnose.model import Model
from edge_agent.pipeline import Pipeline
from edge_agent.publish.documents import Diagnosis, Origin
from edge_agent.publish.payloads import payload_of
from edge_agent.refusals.catalogue import say_refusal
from edge_agent.verdict import Reason, State

MODEL = Model.load("builtin")


@pytest.fixture(scope="module")
def currents():
    """Rate, and currents of a motor with two broken bars, (scans, 3), in counts and in A."""
    recording = simulate(Scenario(seed=1_000_007, broken_bars=2, load=0.7, duration_s=8.0))
    for stream, counts in zip(recording.device.streams, recording.counts, strict=True):
        if stream.channels[0].kind is ChannelKind.CURRENT:
            scale = np.array([c.scale for c in stream.channels[:3]])
            offset = np.array([c.offset for c in stream.channels[:3]])
            return stream.rate_hz, counts[:, :3] - offset.astype(int), (counts[:, :3] - offset) * scale, scale
    raise AssertionError("no currents")


def amperes(currents, **tokens):
    """Lines of three currents in A and a vibration; `tokens` put a text into a column of each n-th line."""
    _, _, values, _ = currents
    noise = np.random.default_rng(0).normal(0, 0.5, len(values))
    lines = []
    for k, (row, shake) in enumerate(zip(values.tolist(), noise.tolist(), strict=True)):
        fields = [f"{value:.4f}" for value in (*row, shake)]
        for column, (token, every) in tokens.items():
            if k % every == every - 1:
                fields[("ia", "ib", "ic", "vib_radial").index(column)] = token
        lines.append(",".join(fields))
    return "\n".join(["x", *lines, ""]).encode()


def answers(data, rate_hz, channels, pieces=4096):
    """The verdicts of the windows, and how often the line began."""
    decoder, began, found = CsvDecoder(channels, rate_hz), 0, []
    line = Pipeline(Scenario().motor.nameplate, MODEL, 4.0, 1.0)
    for start in range(0, len(data), pieces):
        for part in decoder.push(data[start : start + pieces]):
            if isinstance(part, Device):
                began += 1
                line.configure(part)
            else:
                found += [answer.verdict for answer in line.push(part)]
    return found, began


def channels_in(scales):
    phases = (
        Channel(f"i{p}", ChannelKind.CURRENT, "A", s, phase=p) for p, s in zip("abc", scales, strict=True)
    )
    return tuple(phases)


VIBRATION = Channel("vib_radial", ChannelKind.VIBRATION, "m/s2", 1.0, axis="radial")


@pytest.mark.parametrize(
    "dead",
    [
        {},
        {"vib_radial": ("nan", 1)},
        {"vib_radial": ("", 1)},
        {"vib_radial": ("ovf", 3)},
        {"vib_radial": ("--", 50)},
        {"vib_radial": ("inf", 1000)},
    ],
)
def test_a_dead_accelerometer_leaves_the_currents_their_answer(currents, dead):
    found, began = answers(amperes(currents, **dead), currents[0], (*channels_in((1, 1, 1)), VIBRATION))
    assert len(found) >= 4
    assert {verdict.state for verdict in found} == {State.BROKEN_BARS}
    assert {verdict.window.lost_samples for verdict in found} == {0}
    assert began == 1


@pytest.mark.parametrize("column", ["ia", "ib", "ic"])
@pytest.mark.parametrize("token", ["nan", "", "ovf"])
def test_a_dead_current_is_a_missing_phase_with_its_name(currents, column, token):
    found, _ = answers(
        amperes(currents, **{column: (token, 1)}), currents[0], (*channels_in((1, 1, 1)), VIBRATION)
    )
    assert {verdict.refusal.reason for verdict in found} == {Reason.MISSING_PHASE}
    assert {verdict.refusal.channel for verdict in found} == {column}
    assert column in say_refusal(found[0].refusal)
    payload = payload_of(Diagnosis(Origin("a", "m", "n", "0"), found[0], 0.0))
    assert payload["trigger"]["channel"] == column


def test_a_current_that_is_missing_now_and_then_costs_these_scans_alone(currents):
    found, _ = answers(amperes(currents, ib=("nan", 9000)), currents[0], (*channels_in((1, 1, 1)), VIBRATION))
    assert {verdict.state for verdict in found} == {State.BROKEN_BARS}
    assert all(0 < verdict.window.lost_samples <= 5 for verdict in found)


@pytest.mark.parametrize(
    "odd", [{}, {1000: "139.5"}, {5000: "0.25", 5001: "-17.5"}, dict.fromkeys(range(0, 70000, 97), "1.5")]
)
def test_decimal_points_among_whole_counts_change_no_state(currents, odd):
    rate_hz, counts, _, scale = currents
    lines = [",".join(map(str, row)) for row in counts.astype(int).tolist()]
    for at, text in odd.items():
        lines[at] = ",".join([f"{int(lines[at].split(',')[0])}.{text[-1]}", *lines[at].split(",")[1:]])
    data = "\n".join(["x", *lines, ""]).encode()
    found, began = answers(data, rate_hz, channels_in(scale))
    assert {verdict.state for verdict in found} == {State.BROKEN_BARS}
    assert began == 1


def test_decimal_and_whole_numbers_give_the_same_answers(currents):
    rate_hz, counts, values, scale = currents
    whole = "\n".join(["x", *(",".join(map(str, row)) for row in counts.astype(int).tolist()), ""]).encode()
    decimal = "\n".join(
        ["x", *(";".join(f"{v:.5f}".replace(".", ",") for v in row) for row in values.tolist()), ""]
    )
    by_counts, _ = answers(whole, rate_hz, channels_in(scale))
    by_amperes, _ = answers(decimal.encode(), rate_hz, channels_in((1, 1, 1)))
    for one, other in zip(by_counts, by_amperes, strict=True):
        assert one.state is other.state
        assert one.evidence.equivalent_bars == pytest.approx(other.evidence.equivalent_bars, rel=1e-3)


def test_a_header_that_an_arduino_prints_is_enough(currents, caplog):
    caplog.set_level(logging.INFO)
    rate_hz, counts, _, scale = currents
    raw = counts.astype(int) + 512
    lines = [f"{k // 10},{ia},{ib},{ic}" for k, (ia, ib, ic) in enumerate(raw.tolist())]
    channels = tuple(replace(channel, offset=512.0) for channel in channels_in(scale))
    found, began = answers("\r\n".join(["millis,ia,ib,ic", *lines, ""]).encode(), rate_hz, channels)
    assert {verdict.state for verdict in found} == {State.BROKEN_BARS}
    assert began == 1
    assert "ia, ib, ic are read, millis ignored" in caplog.text
