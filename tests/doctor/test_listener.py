"""Windows of a source with what they show, whatever the source does."""

import time

import pytest
from doctored import recording
from plates import PLATE

from edge_agent.acquire.recordings import replay_blocks
from edge_agent.acquire.source import News, PortLost, PortOpened, Silence
from edge_agent.doctor import listener as module
from edge_agent.doctor.listener import Listener
from edge_agent.verdict import Reason


class Played:
    """A source that gives what it was told to, once."""

    problem: str | None = None
    understands_nothing = False
    waiting_blocks = 0

    def __init__(self, *news: News) -> None:
        self._news = list(news)

    def poll(self, timeout_s: float) -> list[tuple[float, News]]:
        given, self._news = self._news, []
        return [(time.monotonic(), item) for item in given]

    def silence(self) -> Silence:
        return Silence("nothing", "no samples come")


def a_listener(*news: News) -> Listener:
    return Listener(PLATE, Played(*news), 3.0, 1.0)  # type: ignore[arg-type]


def test_each_window_comes_with_its_figures() -> None:
    listener = a_listener(PortOpened("p"), recording().device, *replay_blocks(recording(), 0.1))
    looks = listener.listen(0.0)
    assert len(looks) == 8  # 3 s each, one a second, of ten seconds
    assert listener.opened
    assert listener.device == recording().device
    assert all(look.figures.running and look.figures.line_frequency_hz for look in looks)


def test_a_window_whose_analysis_fails_costs_itself_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*given: object) -> None:
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr(module, "measure_figures", fail)
    looks = a_listener(recording().device, *replay_blocks(recording(), 0.1)).listen(0.0)
    assert {look.analysis.refusal.reason for look in looks if look.analysis.refusal} == {
        Reason.ANALYSIS_FAILED
    }
    assert "of all things" in caplog.text


def test_a_lost_port_is_known_until_it_is_there_again() -> None:
    lost = PortLost("p", "gone")
    listener = a_listener(PortOpened("p"), lost)
    listener.listen(0.0)
    assert listener.lost == lost
    listener = a_listener(lost, PortOpened("p"))
    listener.listen(0.0)
    assert listener.lost is None


def test_silence_is_told_after_some_seconds_only(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = a_listener()
    assert listener.silence() is None
    listener._samples_s -= 6.0
    assert listener.silence() == Silence("nothing", "no samples come")
