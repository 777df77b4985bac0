"""The stream of samples on its way to verdicts: pieces of any length, lost samples, another device."""

from dataclasses import replace

import pytest

from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.acquire.samples import SampleBlock
from edge_agent.diagnose.model import Model
from edge_agent.pipeline import Pipeline
from edge_agent.verdict import Reason, State


def a_line(scenario_recording, length_s=4.0, step_s=1.0):
    line = Pipeline(Scenario().motor.nameplate, Model.load("builtin"), length_s, step_s)
    line.configure(scenario_recording.device)
    return line


def undated(verdict):
    others = tuple(replace(other, window=None) for other in verdict.others)
    return replace(verdict, latency_ms=None, window=None, others=others)


def verdicts(recording, block_s=0.1, lost=()):
    line, found = a_line(recording), []
    for number, block in enumerate(replay_blocks(recording, block_s)):
        if number not in lost:
            found += [undated(answer.verdict) for answer in line.push(block)]
    return found


def test_broken_bars_are_found_in_every_window(two_bars):
    found = verdicts(two_bars)
    assert len(found) == 5
    assert {verdict.state for verdict in found} == {State.BROKEN_BARS}


@pytest.mark.parametrize("block_s", [0.0128, 0.05, 1.7])
def test_the_pieces_in_which_samples_come_change_no_verdict(two_bars, block_s):
    assert verdicts(two_bars, block_s) == verdicts(two_bars)


def test_a_second_of_lost_samples_is_refused_and_no_more(two_bars):
    found = verdicts(two_bars, lost=range(60, 80))
    reasons = [verdict.refusal and verdict.refusal.reason for verdict in found]
    assert Reason.LOST_SAMPLES in reasons
    assert {r for r in reasons if r is not None} == {Reason.LOST_SAMPLES}


def test_a_changed_device_starts_over(two_bars):
    line = a_line(two_bars)
    blocks = list(replay_blocks(two_bars, 0.1))
    for block in blocks[:60]:
        list(line.push(block))
    line.configure(two_bars.device)
    moved = [SampleBlock(b.stream, b.first_scan, b.counts) for b in blocks[60:]]
    answers = [answer for block in moved for answer in line.push(block)]
    assert all(answer.window.streams[0].lost_samples == 0 for answer in answers)


def test_windows_are_skipped_whole_when_the_work_is_behind(two_bars):
    line = a_line(two_bars)
    answers = [a for block in replay_blocks(two_bars, 0.1) for a in line.push(block, behind=True)]
    assert answers == []
    assert line.windows.counts.windows_skipped == 5
