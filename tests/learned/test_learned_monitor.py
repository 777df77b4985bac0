"""The monitor learns from windows that share no sample, of a sound motor, and keeps it over restarts."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from answers import SOUND, a_window, an_answer
from taught import BARS, NAMEPLATE, current_at, order_of

from edge_agent.acquire.samples import Device
from edge_agent.learned.memory import FILE_VERSION
from edge_agent.learned.monitor import LearnedMotor
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer
from edge_agent.refusals import of_bars
from edge_agent.signals.slip.known import SlotBars
from edge_agent.state_file import StateFile
from edge_agent.verdict import State, Verdict
from edge_agent.windows.sliding import Window

WINDOW_S = 12.0
LOADS = (0.02, 0.045)


def with_slot_lines(slip: float, *signs: int, air_gap: bool = True) -> Window:
    """A window of 12 s of the motor with 28 bars, without vibration, at the current of a slip."""
    amplitude_a = np.sqrt(2) * current_at(slip)
    window = a_window(
        length_s=WINDOW_S, lower=4e-4, upper=-3e-4, slip=slip, amplitude_a=amplitude_a, vibration=False
    )
    current = window.current
    seconds = np.arange(current.counts.shape[1]) / current.stream.rate_hz
    orders = [(order_of(slip, sign), 0.01) for sign in signs]
    orders += [(1 - (1 - slip) / 2, 0.005)] if air_gap else []
    counts = current.counts.astype(np.float64)
    for order, size_a in orders:
        for phase in range(3):
            counts[phase] += 1000 * size_a * np.cos(2 * np.pi * (order * 60.0 * seconds - phase / 3))
    return replace(window, streams=(replace(current, counts=np.rint(counts).astype(np.int16)),))


@pytest.fixture(scope="module")
def at_loads() -> list[Answer]:
    """One window at each of two loads, with both slot lines and the air gap."""
    return [an_answer(with_slot_lines(slip, 1, -1), SOUND) for slip in LOADS]


class Site:
    """A monitor, its file, and windows that come in turn."""

    def __init__(self, folder: Path, nameplate: Nameplate = NAMEPLATE) -> None:
        self.path, self.nameplate, self.start_s = folder / "learned.json", nameplate, 0.0
        self.restart()

    def restart(self) -> None:
        """Begin as after a restart."""
        file = StateFile(self.path, FILE_VERSION)
        self.learned = LearnedMotor(self.nameplate, file, clock=lambda: 0.0)
        self.learned.begin(Device("made up", "", "", (a_window().current.stream,)))

    def run(self, answers: list[Answer], step_s: float = WINDOW_S, accused: bool = False) -> bool:
        """Let them come; return whether any of them made more known."""
        more = False
        for answer in answers:
            window = replace(answer.window, start_s=self.start_s)
            more |= self.learned.take(replace(answer, window=window), accused)
            self.start_s += step_s
        return more


def test_bars_and_line_are_learned_at_two_loads_and_kept(tmp_path: Path, at_loads: list[Answer]) -> None:
    site = Site(tmp_path)
    assert site.learned.known is None
    assert site.run(at_loads * 3)
    known = site.learned.known
    assert known is not None
    assert known.slots is not None
    assert (known.slots.bars, known.slots.is_true) == (BARS, True)
    assert known.line is not None
    assert known.line.slip(current_at(0.03)) == pytest.approx(0.03, rel=0.05)
    site.learned.save()
    site.restart()
    assert site.learned.known == known


def test_windows_that_share_samples_are_one_look(tmp_path: Path, at_loads: list[Answer]) -> None:
    site = Site(tmp_path)
    assert not site.run(at_loads * 3, step_s=2.0)


def test_nothing_is_learned_while_the_plate_is_accused(tmp_path: Path, at_loads: list[Answer]) -> None:
    site = Site(tmp_path)
    assert not site.run(at_loads * 3, accused=True)
    assert site.learned.status.looks == 0


def test_a_broken_rotor_teaches_its_slip_alone_and_for_the_audit(
    tmp_path: Path, at_loads: list[Answer]
) -> None:
    site = Site(tmp_path)
    broken = [replace(one, verdict=_broken(one.verdict)) for one in at_loads]
    assert not site.run(broken * 3)
    assert site.learned.known is None
    assert site.learned.status.looks == 0
    site.learned.save()
    site.restart()
    found = site.learned.found
    assert found.slots is None
    assert found.line is not None
    assert found.line.slip(current_at(0.03)) == pytest.approx(0.03, rel=0.05)


def test_what_a_sound_rotor_taught_stays_when_it_breaks(tmp_path: Path, at_loads: list[Answer]) -> None:
    site = Site(tmp_path)
    site.run(at_loads * 3)
    known = site.learned.known
    site.run([replace(one, verdict=_broken(one.verdict)) for one in at_loads] * 10)
    assert site.learned.known == known


@pytest.mark.parametrize("doubted", [False, True])
def test_slots_teach_no_slip_where_bars_show_at_another_one(tmp_path: Path, doubted: bool) -> None:
    stated = NAMEPLATE.model_copy(update={"rotor_bars": BARS})
    windows = [with_slot_lines(slip, 1, -1, air_gap=False) for slip in LOADS]
    answers = [an_answer(window, SOUND, stated) for window in windows]
    assert {one.analysis.slips.source for one in answers if one.analysis.slips} == {"slots"}
    if doubted:
        refusal = of_bars.BARS_AT_ANOTHER_SLIP.refuse(0.9)
        answers = [replace(one, verdict=replace(one.verdict, refusal=refusal)) for one in answers]
    site = Site(tmp_path, stated)
    site.run(answers * 3)
    assert (site.learned.found.line is None) is doubted


def _broken(verdict: Verdict) -> Verdict:
    return replace(verdict, state=State.BROKEN_BARS, refusal=None)


def test_another_plate_or_scale_makes_it_forget(tmp_path: Path, at_loads: list[Answer]) -> None:
    site = Site(tmp_path)
    site.run(at_loads * 3)
    site.learned.save()
    site.nameplate = NAMEPLATE.model_copy(update={"rated_current_a": 3.1})
    site.restart()
    assert site.learned.known is None


def test_to_ask_for_news_works_nothing_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent asks in each turn of its loop, and hardly ever is there any."""
    site = Site(tmp_path)
    monkeypatch.delattr(LearnedMotor, "status")
    assert site.learned.has_news()
    assert not site.learned.has_news()


def test_news_come_once(tmp_path: Path, at_loads: list[Answer]) -> None:
    site = Site(tmp_path)
    site.learned.has_news()
    assert not site.learned.has_news()
    site.run(at_loads * 3)
    assert site.learned.has_news()
    assert not site.learned.has_news()
    status = site.learned.status
    assert (status.rotor_bars, status.rotor_bars_possible, status.used) == (BARS, (BARS,), ("slots", "line"))
    assert status.rotor_bars_confidence == pytest.approx(5 / 6)
    assert status.speed_at_rated_current_rpm == pytest.approx(NAMEPLATE.rated_speed_rpm, abs=15)
    assert status.reason.startswith("learned: the slot lines are those of 28 rotor bars and the slip")


def test_a_number_of_bars_that_is_configured_is_contradicted_and_not_replaced(
    tmp_path: Path, at_loads: list[Answer]
) -> None:
    stated = NAMEPLATE.model_copy(update={"rotor_bars": 34})
    site = Site(tmp_path, stated)
    site.run([an_answer(one.window, SOUND, stated) for one in at_loads] * 3)
    assert site.learned.found.slots == SlotBars(BARS, (1, -1), True)
    known = site.learned.known
    assert known is not None
    assert known.slots is None


@pytest.mark.parametrize("text", ["[]", '{"version": 1, "about": "x", "lessons": {"looks": {"0": [{}]}}}'])
def test_a_file_that_is_none_is_put_aside(tmp_path: Path, text: str) -> None:
    (tmp_path / "learned.json").write_text(text)
    site = Site(tmp_path)
    assert site.learned.known is None
    assert (tmp_path / "learned.json.unusable").exists()


def test_what_is_kept_is_plain_json(tmp_path: Path, at_loads: list[Answer]) -> None:
    site = Site(tmp_path)
    site.run(at_loads * 3)
    site.learned.save()
    kept = json.loads(site.path.read_text())
    assert kept["lessons"]["slots"]["bars"] == BARS
    assert len(kept["lessons"]["looks"]) == 2
