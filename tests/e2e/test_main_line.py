"""Serial bytes in, fault states out: everything real, from the pty to an independent subscriber."""

from pathlib import Path

from plant import Program, replay, write_config

from edge_agent.acquire.recordings import write_recording

STATE = "edge-agent/agent/motor/state"
EVENT = "edge-agent/agent/motor/event"
DIAGNOSIS = "edge-agent/agent/motor/diagnosis"


def states(subscriber):
    return [m.json()["state"] for m in subscriber.on(STATE)]


def equivalent_bars(subscriber):
    bars = subscriber.on(STATE)[-1].json()["broken_bars"]
    return bars["equivalent"] if bars else 0.0


def test_bars_that_break_under_load_raise_an_alarm(
    tmp_path, mosquitto, subscribe, start_daq, start_agent
) -> None:
    listener = subscribe(mosquitto.port, "edge-agent/#")
    daq = start_daq("--load", "0.75", "--broken-bars", "0", "--speed", "6")
    agent = start_agent(write_config(tmp_path, port=str(daq.link), broker_port=mosquitto.port))

    listener.wait_for(lambda _: "healthy" in states(listener))
    assert states(listener)[0] == "indeterminate"
    assert listener.on(STATE)[0].json()["reason"] == "starting"

    daq.tell("break 2")
    listener.wait_for(lambda _: "broken_bars" in states(listener))
    alarm = next(m.json() for m in listener.on(STATE) if m.json()["state"] == "broken_bars")
    assert alarm["severity"] in ("alarm", "danger")
    assert alarm["evidence"]["modalities_agree"] is True

    # The first windows of an alarm lie half before the break; those after it count the bars.
    listener.wait_for(lambda _: equivalent_bars(listener) > 1)

    assert agent.stop() == 0
    listener.wait_for(lambda _: listener.on("edge-agent/agent/status")[-1].payload == "offline")
    events = [m.json() for m in listener.on(EVENT)]
    assert [e["after"]["state"] for e in events][-1] == "broken_bars"
    assert len({e["id"] for e in events}) == len(events)


def without_times(payload):
    kept = {k: v for k, v in payload.items() if k not in ("time", "latency_ms", "recording", "kind")}
    window = dict(kept["window"])
    del window["start"], window["end"]
    return kept | {"window": window}


def test_replay_says_what_the_live_agent_said(
    tmp_path: Path, mosquitto, subscribe, start_daq, start_agent
) -> None:
    from calibration.simulator.recording import simulate
    from calibration.simulator.scenario import Scenario

    recording = tmp_path / "two_bars.npz"
    write_recording(recording, simulate(Scenario(seed=1_000_042, broken_bars=2, load=0.6, duration_s=20.0)))
    listener = subscribe(mosquitto.port, "edge-agent/#")
    daq: Program = start_daq("--play", str(recording))
    config = write_config(tmp_path, port=str(daq.link), broker_port=mosquitto.port)
    start_agent(config)
    replayed = [without_times(line) for line in replay(config, recording) if line["kind"] == "diagnosis"]
    assert len(replayed) == 5
    listener.wait_for(lambda _: len(listener.on(DIAGNOSIS)) == len(replayed))
    assert [without_times(m.json()) for m in listener.on(DIAGNOSIS)] == replayed
