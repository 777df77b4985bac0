"""What was captured replays to the verdicts that were published, bit for bit, whatever the line was like."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from agents import Heard
from live_line import (
    a_motor,
    a_motor_whose_bars_break,
    an_agent,
    as_on_a_line,
    hear,
    live,
    place_of,
    replayed,
)
from plates import plate_yaml

from edge_agent import cli
from edge_agent.acquire.recordings import Recording, read_recording
from edge_agent.diagnose.model import Model
from edge_agent.publish.documents import Alarm, Diagnosis, Event, State
from edge_agent.publish.payloads import payload_of
from edge_agent.publish.sink import Request
from edge_agent.verdict import Verdict

MODEL = Model.load("builtin")
PLATE = plate_yaml(id="m")


@pytest.fixture(scope="module")
def motor() -> Recording:
    """Return a motor of which two bars break after seven seconds."""
    return a_motor_whose_bars_break(1_000_006)


def captures_of(folder) -> list:
    return sorted((folder / "captures").glob("*.npz"))


def of_bars(verdict: Verdict) -> Verdict:
    """Leave out conditions beside the bars: they rest on the windows before, and on what was learned."""
    return replace(verdict, others=())


def of_bars_in(path: Path, config: Path) -> list[Verdict]:
    return [of_bars(verdict) for verdict in replayed(path, config, MODEL)]


def published(said: Heard) -> dict:
    return {place_of(verdict): of_bars(verdict) for verdict in live(said)}


@pytest.mark.parametrize("seed", range(5))
def test_every_window_of_a_capture_has_the_verdict_that_was_published(tmp_path, motor, seed: int):
    agent, said, config = an_agent(tmp_path, MODEL, PLATE)
    hear(agent, motor.device, as_on_a_line(motor, np.random.default_rng(seed), first_scan=10**12))
    then, paths = published(said), captures_of(tmp_path)
    assert len(paths) >= 1
    for path in paths:
        found = {place_of(verdict): verdict for verdict in of_bars_in(path, config)}
        decided = read_recording(path).meta["diagnosis"]["window"]
        assert (decided["first_sample"], decided["samples"]) in found.keys() & then.keys()
        assert {place: then[place] for place in found} == found


def test_replay_prints_what_was_published_but_for_times(tmp_path, motor, capsys):
    agent, _, config = an_agent(tmp_path, MODEL, PLATE)
    hear(agent, motor.device, as_on_a_line(motor, np.random.default_rng(9), first_scan=77))
    path = captures_of(tmp_path)[0]
    assert cli.main(["replay", str(path), "-c", str(config), "--json"]) == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    kept = read_recording(path).meta["diagnosis"]
    same = [
        line
        for line in printed
        if line["kind"] == "diagnosis" and line["window"]["first_sample"] == kept["window"]["first_sample"]
    ]
    assert [untimed(line) for line in same] == [untimed(kept)]


def untimed(payload: dict) -> dict:
    window = {key: value for key, value in payload["window"].items() if key not in ("start", "end")}
    without = ("time", "latency_ms", "kind", "recording")
    return {key: value for key, value in payload.items() if key not in without} | {"window": window}


def test_phases_that_the_names_do_not_tell_are_kept(tmp_path, motor):
    currents, vibration = motor.device.streams
    channels = tuple(replace(c, name=f"L{n}") for n, c in enumerate(currents.channels))
    device = replace(motor.device, streams=(replace(currents, channels=channels), vibration))
    renamed = replace(motor, device=device)
    agent, said, config = an_agent(tmp_path, MODEL, PLATE)
    hear(agent, device, as_on_a_line(renamed, np.random.default_rng(2)))
    then = published(said)
    found = of_bars_in(captures_of(tmp_path)[0], config)
    assert found == [then[place_of(verdict)] for verdict in found] != []


def test_a_device_that_counts_anew_makes_a_capture_of_what_follows(tmp_path, motor):
    def blocks():
        rng = np.random.default_rng(3)
        yield from (b for n, b in enumerate(as_on_a_line(a_motor(1_000_008, 0, 5.0), rng, 5 * 10**6)))
        yield from as_on_a_line(motor, rng)

    agent, said, config = an_agent(tmp_path, MODEL, PLATE)
    hear(agent, motor.device, blocks())
    assert agent.lines[0].pipeline.windows.counts.device_restarts == 1
    then = published(said)
    for path in captures_of(tmp_path):
        found = of_bars_in(path, config)
        assert found == [then[place_of(verdict)] for verdict in found] != []


def test_event_state_and_alarm_name_the_capture_and_its_meta_tells_of_them(tmp_path, motor):
    agent, said, _ = an_agent(tmp_path, MODEL, PLATE)
    hear(agent, motor.device, as_on_a_line(motor, np.random.default_rng(0)))
    event = next(own for own in said.of(Event) if own.after.faulty)
    path = tmp_path / "captures" / event.captured
    documents = said.documents[said.documents.index(event) :]
    state = next(own for own in documents if isinstance(own, State))
    alarm = next(own for own in documents if isinstance(own, Alarm))
    assert event.captured.endswith("Z_m_broken_bars.npz")
    assert state.captured == alarm.latched.captured == event.captured
    meta = read_recording(path).meta
    assert payload_of(event) in meta["events"]
    deciding = [own for own in said.documents[: said.documents.index(event)] if isinstance(own, Diagnosis)]
    assert meta["diagnosis"] == payload_of(deciding[-1])
    assert meta["model"] == {"name": MODEL.spec.name, "sha256": MODEL.sha256}
    assert meta["configuration"]["window"] == {"length_s": 4.0, "step_s": 0.7}
    assert not {"mqtt", "notify", "http"} & set(meta["configuration"])
    assert (meta["captured"], meta["motor"]) == (event.captured, "m")


def test_other_windows_than_the_agent_had_are_cut_as_from_any_recording(tmp_path, motor, capsys):
    agent, _, config = an_agent(tmp_path, MODEL, PLATE)
    hear(agent, motor.device, as_on_a_line(motor, np.random.default_rng(9)))
    config.write_text(config.read_text().replace("length_s: 4", "length_s: 3"))
    assert cli.main(["replay", str(captures_of(tmp_path)[0]), "-c", str(config), "--json"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first["window"]["samples"] == round(3 * 1953.125)


def test_a_full_disk_costs_captures_and_no_diagnosis(tmp_path, motor, monkeypatch):
    def full(path, recording):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    agent, said, _ = an_agent(tmp_path, MODEL, PLATE)
    monkeypatch.setattr("edge_agent.captures.store.write_recording", full)
    hear(agent, motor.device, as_on_a_line(motor, np.random.default_rng(0)))
    assert [own.captured for own in said.of(Event)] != []
    assert list((tmp_path / "captures").iterdir()) == []
    health = agent._health.read(
        [agent._feeds[0].source], [agent.lines[0].pipeline.windows.counts], agent._sinks
    )
    assert (health.captures_written, health.windows_failed, health.windows_skipped) == (0, 0, 0)
    assert health.captures_failed >= 1
    assert health.windows_done == len(live(said)) >= 15


def test_the_command_capture_keeps_samples(tmp_path, motor):
    agent, _, config = an_agent(tmp_path, MODEL, PLATE, "{when: never}")
    replies = []

    def blocks():
        for number, block in enumerate(as_on_a_line(motor, np.random.default_rng(0))):
            if number == 100:
                replies.append(agent.lines[0]._remote.answer(Request("capture", {"seconds": 9})))
            yield block

    hear(agent, motor.device, blocks())
    (path,) = captures_of(tmp_path)
    assert [reply.data for reply in replies] == [{"captured": path.name}]
    assert len(replayed(path, config, MODEL)) >= 5
