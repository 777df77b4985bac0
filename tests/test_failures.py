"""An exception costs its window, which is refused, counted, logged once and kept; minutes of them end it."""

import json
from pathlib import Path

import numpy as np
import pytest
from agents import StopsAfter, agent_of
from answers import a_window, replay
from plates import PLATE

from edge_agent import failures
from edge_agent.acquire.drivers.block_frames import encode_data, encode_description
from edge_agent.acquire.recordings import read_recording
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.agent import Agent
from edge_agent.cli import OneLineFormatter
from edge_agent.diagnose.model import Model
from edge_agent.failures import FailedWindows, WindowsFailError
from edge_agent.pipeline import Pipeline
from edge_agent.publish.documents import Diagnosis
from edge_agent.publish.sink import Sink
from edge_agent.signals.analysis import Analyser, Analysis
from edge_agent.supervision import Flag
from edge_agent.verdict import Evidence, Reason

MODEL = Model.load("builtin")
RATE_HZ = 1000.0
DEVICE = Device(
    "daq",
    "",
    "",
    (Stream(0, RATE_HZ, tuple(Channel(f"i{p}", ChannelKind.CURRENT, "A", 0.01, phase=p) for p in "abc")),),
)


def seconds_of_samples(seconds: float) -> list[SampleBlock]:
    counts = np.random.default_rng(1).integers(-900, 900, (round(seconds * RATE_HZ), 3)).astype(np.int16)
    return [SampleBlock(0, first, counts[first : first + 100]) for first in range(0, len(counts), 100)]


def a_line(folder: Path | None = None) -> Pipeline:
    line = Pipeline(PLATE, MODEL, 1.0, 1.0, folder)
    line.configure(DEVICE)
    return line


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch):
    """Make the analysis of some windows raise: `failing(ValueError("x"), windows={1, 2})`."""

    def fail(*errors: BaseException, windows=range(10**9), stage=(Analyser, "analyse")) -> None:
        done, work, number = getattr(*stage), iter(range(10**9)), [0]

        def analyse(self, *args):
            number[0] = next(work)
            if number[0] in windows:
                raise errors[number[0] % len(errors)]
            return done(self, *args)

        monkeypatch.setattr(*stage, analyse)

    return fail


def run_through(line: Pipeline, seconds: float) -> list:
    return [answer for block in seconds_of_samples(seconds) for answer in line.push(block)]


@pytest.mark.parametrize(
    "error",
    [
        ValueError("negative dimensions"),
        ZeroDivisionError(),
        MemoryError(),
        IndexError("0"),
        RuntimeError("x\ny"),
    ],
)
def test_a_window_that_raises_is_refused_and_the_next_is_judged(failing, error: Exception) -> None:
    failing(error, windows={1})
    answers = run_through(a_line(), 4.0)
    reasons = [answer.verdict.refusal.reason for answer in answers]
    assert len(reasons) == 4
    assert reasons[1] is Reason.ANALYSIS_FAILED
    assert Reason.ANALYSIS_FAILED not in (reasons[0], reasons[2], reasons[3])
    assert answers[1].verdict.refusal.value == 1


def test_a_network_that_raises_costs_the_window_too(failing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Analyser, "analyse", lambda self, window: Analysis(Evidence(), None, inputs=object()))
    failing(RuntimeError("onnx"), stage=(Model, "infer"))
    (answer,) = run_through(a_line(), 1.0)
    assert answer.verdict.refusal.reason is Reason.ANALYSIS_FAILED


def test_what_stops_the_process_on_purpose_is_let_through(failing) -> None:
    failing(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        run_through(a_line(), 1.0)


def test_three_failed_windows_in_a_row_make_the_state_indeterminate(failing) -> None:
    failing(ValueError("x"))
    assert run_through(a_line(), 3.0)[-1].state.refusal.reason is Reason.ANALYSIS_FAILED


def test_each_kind_is_logged_once_with_its_traceback(failing, caplog: pytest.LogCaptureFixture) -> None:
    failing(ValueError("one"), ZeroDivisionError("two"))
    run_through(a_line(), 20.0)
    assert [record.exc_info[0] for record in caplog.records] == [ValueError, ZeroDivisionError]
    assert "windows_failed" in caplog.records[0].getMessage()


def test_a_message_that_varies_does_not_fill_the_log(failing, caplog: pytest.LogCaptureFixture) -> None:
    failing(*(ValueError(f"at {n}") for n in range(200)))
    run_through(a_line(), 200.0)
    assert len(caplog.records) == failures._MAX_KINDS


def test_the_samples_of_a_failed_window_can_be_replayed(failing, tmp_path: Path) -> None:
    failing(ValueError("odd"), windows={2})
    answers = run_through(a_line(tmp_path / "failed"), 4.0)
    (path,) = (tmp_path / "failed").iterdir()
    kept = read_recording(path)
    assert kept.device.streams == DEVICE.streams
    np.testing.assert_array_equal(kept.counts[0], answers[2].window.streams[0].counts.T)
    assert kept.extra["valid_0"].all()
    assert "ValueError: odd" in kept.meta["error"]
    assert "Traceback" in "".join(kept.meta["traceback"])


def test_a_window_without_one_scan_is_counted_and_keeps_nothing(failing, tmp_path: Path) -> None:
    failing(ValueError("empty"))
    line = Pipeline(PLATE, MODEL, 0.5, 0.5, tmp_path / "failed")
    line.configure(Device("d", "", "", (Stream(0, 0.9, (Channel("n", ChannelKind.SPEED, "rpm", 1.0),)),)))
    answers = list(line.push(SampleBlock(0, 0, np.ones((5, 1), np.int16))))
    assert {answer.verdict.refusal.reason for answer in answers} == {Reason.ANALYSIS_FAILED}
    assert not (tmp_path / "failed").exists()


def test_only_the_latest_few_are_kept(failing, tmp_path: Path) -> None:
    failing(*(ValueError(f"kind {n}") for n in range(9)))
    run_through(a_line(tmp_path), 9.0)
    kept = [read_recording(path).meta["error"] for path in tmp_path.iterdir()]
    assert len(kept) == failures.MAX_KEPT
    assert {text.split()[2] for text in kept} == {"4", "5", "6", "7", "8"}


def test_no_more_bytes_are_kept_than_allowed(
    failing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "MAX_KEPT_BYTES", 20_000)  # a window has 6 kB of counts
    failing(*(ValueError(f"kind {n}") for n in range(5)))
    run_through(a_line(tmp_path), 5.0)
    assert 0 < sum(path.stat().st_size for path in tmp_path.iterdir()) <= 20_000
    monkeypatch.setattr(failures, "MAX_KEPT_BYTES", 5_000)
    before = sorted(tmp_path.iterdir())
    FailedWindows(1.0, tmp_path).failed(a_window(), ValueError("large"))
    assert sorted(tmp_path.iterdir()) == before


def test_a_full_disk_costs_the_file_only(failing, tmp_path: Path, monkeypatch, caplog) -> None:
    def full(path: Path, recording: object) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(failures, "write_recording", full)
    failing(ValueError("x"))
    assert len(run_through(a_line(tmp_path), 2.0)) == 2
    assert list(tmp_path.iterdir()) == []
    assert "No space left on device" in caplog.text


def test_a_folder_that_cannot_be_made_costs_the_file_only(failing, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    failing(ValueError("x"))
    assert len(run_through(a_line(tmp_path / "file" / "failed"), 2.0)) == 2


def test_half_a_file_of_a_power_cut_is_cleared_away(failing, tmp_path: Path) -> None:
    (tmp_path / "window-1.part").write_bytes(b"half")
    failing(ValueError("x"))
    run_through(a_line(tmp_path), 1.0)
    assert [path.suffix for path in tmp_path.iterdir()] == [".npz"]


@pytest.mark.parametrize(("step_s", "windows"), [(1.0, 300), (2.0, 150), (0.1, 3000), (60.0, 5)])
def test_only_minutes_without_one_good_window_end_it(step_s: float, windows: int) -> None:
    failed, window = FailedWindows(step_s), a_window(length_s=0.5)
    for _ in range(windows - 1):
        failed.failed(window, ValueError("x"))
    failed.check()
    failed.passed()
    for _ in range(windows - 1):
        failed.failed(window, ValueError("x"))
    failed.check()
    assert failed.failed(window, ValueError("x")).limit == windows
    with pytest.raises(WindowsFailError, match=f"{windows} windows in a row failed.*ValueError: x"):
        failed.check()


def an_agent(tmp_path: Path, *more: Sink) -> Agent:
    config = tmp_path / "agent.yaml"
    config.write_text(
        f"motor: {PLATE.model_dump_json(exclude_none=True)}\nacquisition: {{port: {tmp_path / 'port'}}}\n"
        f"mqtt: {{host: 127.0.0.1, port: 1}}\nstate_dir: {tmp_path}\nwindow: {{length_s: 1, step_s: 1}}\n"
    )
    return agent_of(config, MODEL, *more)


def send(agent: Agent, seconds: float) -> None:
    agent._feeds[0].source._queue.put(encode_description(DEVICE))
    for sequence, block in enumerate(seconds_of_samples(seconds)):
        agent._feeds[0].source._queue.put(encode_data(block, RATE_HZ, sequence))


def test_the_agent_counts_failed_windows_in_its_health_and_keeps_their_samples(
    failing, tmp_path: Path
) -> None:
    failing(ValueError("x"), windows={0, 1})
    stop = Flag()
    agent = an_agent(tmp_path, heard := StopsAfter(stop, 4))
    send(agent, 4.5)
    agent.run(stop)
    found = [diagnosis.verdict.refusal for diagnosis in heard.of(Diagnosis)]
    assert [refusal.reason is Reason.ANALYSIS_FAILED for refusal in found] == [True, True, False, False]
    assert found[0].quantity == "windows_failed_in_a_row"
    assert len(list((tmp_path / "failed_windows").glob("*.npz"))) == 1
    health = agent._health.read(
        [agent._feeds[0].source], [agent.lines[0].pipeline.windows.counts], agent._sinks
    )
    assert (health.windows_failed, health.windows_done) == (2, 4)


def test_the_agent_ends_with_a_clear_message_when_no_window_can_be_analysed(
    failing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "MAX_FAILING_S", 3.0)
    failing(ValueError("x"))
    agent = an_agent(tmp_path)
    send(agent, 5.0)
    with pytest.raises(WindowsFailError, match=r"failed_windows.*error of the program"):
        agent.run(Flag())


def test_replay_prints_the_refusal_and_goes_on_to_the_next_recording(
    failing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(ValueError("x"), windows={0})
    windows = {"first.npz": a_window(), "second.npz": a_window()}
    assert replay(monkeypatch, tmp_path, "--json", windows=windows) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    by_recording = {
        Path(line["recording"]).name: line["reason"] for line in said if line["kind"] == "diagnosis"
    }
    assert by_recording["first.npz"] == "analysis_failed"
    assert by_recording["second.npz"] != "analysis_failed"


@pytest.mark.parametrize("options", [(), ("--explain",), ("--plot", "pictures")])
def test_replay_can_say_and_draw_a_window_that_failed(
    failing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys, options: tuple[str, ...]
) -> None:
    failing(ValueError("x"))
    monkeypatch.chdir(tmp_path)
    assert replay(monkeypatch, tmp_path, *options) == 0
    assert "analysis_failed (windows_failed_in_a_row 1.0" in capsys.readouterr().out


def test_the_log_is_one_line_a_failure(failing, caplog: pytest.LogCaptureFixture) -> None:
    failing(ValueError("many\nlines"))
    run_through(a_line(), 1.0)
    (record,) = caplog.records
    said = OneLineFormatter(in_journal=False).format(record)
    assert len(said.splitlines()) == 1
    assert "Traceback" in said
