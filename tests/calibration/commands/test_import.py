"""The command `edge-calibrate import`, and what `edge-agent replay` makes of its recordings."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lab_recordings import a_lab_file, some_signals
from nptdms import ChannelObject, TdmsWriter
from plates import plate_yaml
from scipy.io import wavfile

from calibration.cli import main
from calibration.learning.data.examples import DatasetManifest
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import read_recording, write_recording
from edge_agent.cli import main as agent
from edge_agent.config import load_settings

CONFIG = f"""\
motor: {plate_yaml(id="pump-7")}
acquisition: {{driver: csv_lines, port: /dev/null, rate_hz: 2000}}
window: {{length_s: 1.5}}
mqtt: {{host: localhost}}
"""
CHANNELS = """\
channels:
  - {name: ia, kind: current, phase: a, scale: 0.001}
  - {name: ib, kind: current, phase: b, scale: 0.001}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("agent.yaml").write_text(CONFIG)
    Path("channels.yaml").write_text(CONFIG + CHANNELS)
    return tmp_path


def a_csv(path: str, amperes: float = 3.0, digits: int = 0) -> str:
    """Two phases of 60 Hz, in mA with so many decimals."""
    t = np.arange(5000) / 2000
    phases = [1000 * amperes * np.sqrt(2) * np.cos(2 * np.pi * (60 * t - k / 3)) for k in range(2)]
    np.savetxt(path, np.transpose(phases), f"%.{digits}f", ",", header="ia,ib", comments="")
    return path


def import_(*arguments: str) -> int:
    return main(["import", *arguments, "--out", "out"])


def replayed(config: str, recording: str, capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    capsys.readouterr()
    assert agent(["replay", recording, "-c", config, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    diagnosis = next(line for line in lines if line["kind"] == "diagnosis")
    evidence: dict[str, float] = diagnosis["evidence"]
    return evidence


def test_a_laboratory_file_becomes_recordings_that_replay(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = a_lab_file(folder, some_signals(), some_signals(current_a=0.01))
    assert import_(str(source)) == 0
    told = capsys.readouterr()
    assert told.out.splitlines() == ["out/r1b-torque05-0.npz"]
    assert "repetition 1: left out, " in told.err
    assert [path.name for path in Path("out").iterdir()] == ["r1b-torque05-0.npz"]
    evidence = replayed("agent.yaml", "out/r1b-torque05-0.npz", capsys)
    assert evidence["line_frequency_hz"] == pytest.approx(60.0, abs=0.01)


def test_counts_of_a_csv_replay_with_the_configuration_that_they_were_imported_with(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_(a_csv("run.csv"), "-c", "channels.yaml", "--broken-bars", "2") == 0
    assert "scales of its own" not in capsys.readouterr().err
    recording = read_recording(Path("out/run.npz"))
    assert recording.device.streams[0].rate_hz == 2000.0
    assert recording.device.streams[0].channels[0].scale == 0.001
    assert (recording.meta["broken_bars"], recording.meta["motor_id"]) == (2, "pump-7")
    assert recording.meta["nameplate"]["rated_current_a"] == 2.98
    evidence = replayed("channels.yaml", "out/run.npz", capsys)
    assert evidence["line_frequency_hz"] == pytest.approx(60.0, abs=0.01)


@pytest.mark.parametrize("digits", [0, 3])
@pytest.mark.parametrize("config", ["agent.yaml", "channels.yaml"])
def test_a_scale_is_applied_once_whatever_it_is_replayed_with(
    folder: Path, capsys: pytest.CaptureFixture[str], digits: int, config: str
) -> None:
    assert import_(a_csv("run.csv", digits=digits), "-c", "channels.yaml") == 0
    capsys.readouterr()
    assert agent(["replay", "out/run.npz", "-c", config, "--json"]) == 0
    told = capsys.readouterr()
    diagnosis = json.loads(told.out.splitlines()[0])
    assert diagnosis["reason"] not in ("motor_off", "wrong_scale")
    settings = load_settings(Path(config))
    (channel, _) = settings.apply_to_recording(read_recording(Path("out/run.npz")).device).streams[0].channels
    peak_a = np.abs(read_recording(Path("out/run.npz")).counts[0][:, 0]).max() * channel.scale
    assert peak_a == pytest.approx(3.0 * 2**0.5, rel=1e-3)
    assert ("keeps its own scales" in told.err) is (config == "channels.yaml" and digits > 0)


def test_a_wav_is_described_by_the_configuration(folder: Path) -> None:
    wavfile.write("run.wav", 4000, np.arange(200, dtype=np.int16).reshape(-1, 2))
    assert import_("run.wav", "-c", "channels.yaml", "--motor-id", "fan-3") == 0
    recording = read_recording(Path("out/run.npz"))
    assert [c.name for c in recording.device.streams[0].channels] == ["ia", "ib"]
    assert recording.meta["motor_id"] == "fan-3"


def test_a_recording_is_checked_and_passed_through(folder: Path) -> None:
    import_(a_csv("run.csv"), "--rate-hz", "2000")
    assert main(["import", "out/run.npz", "--out", "again", "--broken-bars", "0"]) == 0
    before, after = read_recording(Path("out/run.npz")), read_recording(Path("again/run.npz"))
    assert after.device == before.device
    assert np.array_equal(after.counts[0], before.counts[0])
    assert after.meta == before.meta | {"broken_bars": 0}


def test_what_is_refused_keeps_nothing_else_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.npz").write_bytes(b"PK no archive")
    Path("bad.mat").write_bytes(b"")
    Path("notes.txt").write_text("ia")
    Path("empty.csv").write_text("")
    sources = ["bad.npz", "bad.mat", "notes.txt", "nowhere.csv", "empty.csv", a_csv("run.csv")]
    assert import_(*sources, "--rate-hz", "2000") == 1
    told = capsys.readouterr()
    assert told.out.splitlines() == ["out/run.npz"]
    for source in sources[:-1]:
        assert f"edge-calibrate import: {source}: " in told.err
    assert "Traceback" not in told.err
    assert [path.name for path in Path("out").iterdir()] == ["run.npz"]


def test_no_recording_is_written_over_another(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("b").mkdir()
    assert import_(a_csv("run.csv", 1.0), a_csv("b/run.csv", 2.0), "--rate-hz", "2000") == 1
    assert "b/run.csv: out/run.npz was just written from run.csv" in capsys.readouterr().err
    assert import_("out/run.npz") == 1
    assert "out/run.npz: it lies where it would be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run.csv", "--rate-hz", "0"], "--rate-hz: 0 is not positive"),
        (["run.csv", "--rate-hz", "nan"], "--rate-hz: nan is not positive"),
        (["run.csv", "--broken-bars", "-1"], "--broken-bars: -1 is negative"),
        (["run.csv", "--load", "-0.5"], "--load: -0.5 is not a finite torque of at least 0"),
        (["run.csv", "--load", "nan"], "--load: nan is not a finite torque of at least 0"),
        (["run.csv", "-c", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["run.csv", "--rate-hz", "inf"], "--rate-hz: inf is not positive"),
    ],
)
def test_wrong_usage_is_told(
    folder: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_(*arguments) == 2
    assert message in capsys.readouterr().err
    assert not Path("out").exists()


@pytest.mark.parametrize("option", ["--broken-bars", "--load"])
def test_what_a_laboratory_file_says_itself_is_not_said_again(
    folder: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = a_lab_file(folder, some_signals())
    assert import_(str(source), option, "1") == 2
    assert f"{option}: {source} says it itself; import it apart" in capsys.readouterr().err
    assert not Path("out").exists()


def test_what_was_concluded_is_told_and_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("run.csv").write_text("time_ms;Strom L1 [mA];U\n0,0;1,5;230\n0,5;2,5;231\n")
    assert import_("run.csv", "--map", "ia=Strom L1") == 0
    told = capsys.readouterr()
    concluded = ["2000 Hz from column time_ms, 2 scans (0.001 s)", "ia (Strom L1) in mA, as the file states"]
    assert f"run.csv: taken: {'; '.join(concluded)}\n" in told.err
    assert "run.csv: left out: U\n" in told.err
    assert read_recording(Path("out/run.npz")).meta["imported"] == concluded


@pytest.mark.parametrize(
    "option",
    ["--map=ia", "--map=ia=", "--map==x", "--map=ia=x,ib=x", "--map=ia=x,ia=y", "--scale=ia", "--scale=ia=0"],
)
def test_half_a_pair_is_wrong_usage(folder: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
    with pytest.raises(SystemExit) as ended:
        import_("run.csv", option)
    assert ended.value.code == 2
    assert "is not like ia=" in capsys.readouterr().err


def test_volts_of_a_clamp_are_asked_for_their_scale(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("run.csv").write_text("Time,Channel A\n(s),(V)\n\n0.0,0.25\n0.001,0.5\n")
    assert import_("run.csv", "--map", "ia=Channel A") == 1
    assert "give --scale ia=S, where S is A per V" in capsys.readouterr().err
    assert import_("run.csv", "--map", "ia=Channel A", "--scale", "ia=10") == 0
    recording = read_recording(Path("out/run.npz"))
    (channel,) = recording.device.streams[0].channels
    assert (recording.counts[0][:, 0] * channel.scale).tolist() == pytest.approx([2.5, 5.0])


def test_a_scale_of_no_channel_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("run.csv").write_text("time_s,ia\n0.0,0.25\n0.001,0.5\n")
    assert import_("run.csv", "--scale", "ib=10") == 1
    assert "--scale names ib, the channels are ia; correct it" in capsys.readouterr().err


def test_tdms_and_comtrade_go_the_same_way(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = {"wf_increment": 0.001, "unit_string": "A"}
    with TdmsWriter("line.tdms") as writer:
        writer.write_segment([ChannelObject("Line", "L1", np.arange(5.0), properties=said)])
    stamp = "01/05/2024,10:00:00.000000\n"
    channel = "1,L1,A,,A,0.5,0,0,-99,99,1,1,P"
    Path("relay.cfg").write_text(f"S,D,1999\n1,1A,0D\n{channel}\n50\n1\n1000,3\n{stamp}{stamp}ASCII\n1\n")
    Path("relay.dat").write_text("1,0,2\n2,1000,4\n3,2000,6\n")
    assert import_("line.tdms", "relay.cfg", "--map", "ia=L1") == 0
    for name in ("line", "relay"):
        (stream,) = read_recording(Path(f"out/{name}.npz")).device.streams
        assert (stream.rate_hz, [channel.name for channel in stream.channels]) == (1000.0, ["ia"])
    capsys.readouterr()
    assert import_("relay.dat", "--columns", "_,time_us,ia") == 1
    assert (
        "relay.dat: it holds the samples of a COMTRADE recording; import its .cfg" in capsys.readouterr().err
    )


def test_sources_and_a_folder_are_needed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["import", "run.csv"])
    assert ended.value.code == 2
    assert "--out" in capsys.readouterr().err


@pytest.mark.parametrize("columns", ["", "ia,,ib", "ia,ia", "_", "_,_", ","])
def test_columns_without_names_are_wrong_usage(
    folder: Path, capsys: pytest.CaptureFixture[str], columns: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        import_("run.csv", "--columns", columns)
    assert ended.value.code == 2
    assert "names columns not at all or twice; e.g. time_s,ia,ib,_" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["run.txt", "run.TXT", "run.tsv", "run.dat", "run.asc", "run.CSV"])
def test_text_is_known_by_any_of_its_suffixes(folder: Path, name: str) -> None:
    Path(name).write_text("0,000\t1,5\t9\n0,001\t2,5\t9\n")
    assert import_(name, "--columns", "time_s,ia,_") == 0
    (stream,) = read_recording(Path("out/run.npz")).device.streams
    assert [(c.name, stream.rate_hz) for c in stream.channels] == [("ia", 1000.0)]


def test_what_of_a_file_is_not_used_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("run.csv").write_text("time_s,ia [A],note\n0.0000,1.5,x\n0.0005,2.5,y\nEnd of data\n")
    assert import_("run.csv", "-c", "channels.yaml") == 0
    assert (
        "run.csv: left out: note, the configured scale of ia [A], whose unit the file states, line 4"
        in capsys.readouterr().err
    )
    (channel,) = read_recording(Path("out/run.npz")).device.streams[0].channels
    assert read_recording(Path("out/run.npz")).counts[0][1, 0] * channel.scale == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("slow.csv", b"time_s,ia\n0,1\n1,2\n2,3\n"),
        ("page.csv", b"<html>"),
        ("zip.csv", b"PK\x03\x04"),
        ("cut.wav", b"RIFF"),
        ("bomb.npz", b"PK\x03\x04"),
        ("array.npz", b"\x93NUMPY"),
        ("folder.csv", None),
    ],
)
def test_what_is_refused_has_no_traceback(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None
) -> None:
    if content is None:
        Path(name).mkdir()
    else:
        Path(name).write_bytes(content)
    assert import_(name) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"edge-calibrate import: {name}: ")
    assert len(told.splitlines()) == 1


def test_options_win_over_what_a_recording_says_and_that_over_the_configuration(folder: Path) -> None:
    Path("channels.yaml").write_text((CONFIG + CHANNELS).replace("pump-7", "fan-3"))
    assert import_(a_csv("run.csv"), "-c", "channels.yaml", "--load", "0.5") == 0
    options = ["-c", "agent.yaml", "--load", "1", "--out", "again"]
    assert main(["import", "out/run.npz", *options]) == 0
    meta = read_recording(Path("again/run.npz")).meta
    assert (meta["motor_id"], meta["nameplate"]["id"], meta["load"]) == ("fan-3", "fan-3", 1.0)
    assert main(["import", "out/run.npz", *options, "--motor-id", "saw-1"]) == 0
    assert read_recording(Path("again/run.npz")).meta["motor_id"] == "saw-1"


def test_imported_recordings_of_a_site_can_be_learned_from(folder: Path) -> None:
    Path("own").mkdir()
    made = simulate(Scenario(seed=1, broken_bars=1, load=0.9, duration_s=5.0))
    write_recording(Path("own/found.npz"), replace(made, meta={}))
    truth = ["-c", "agent.yaml", "--broken-bars", "1", "--load", "0.9"]
    assert import_("own/found.npz", a_csv("run.csv"), "--rate-hz", "2000", *truth) == 0
    options = ["--source", "out", "--windows", "2", "--length-s", "2", "--jobs", "1"]
    assert main(["dataset", *options, "--out", "learned"]) == 0
    found, sine = DatasetManifest.load(Path("learned")).recordings
    assert (found.file, found.label, found.load, found.examples) == ("found.npz", 1, 0.9, 2)
    assert (sine.file, sine.examples, sine.refused) == ("run.npz", 0, 2)
