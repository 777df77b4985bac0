"""Over a serial line: the capture that an event names replays to the very diagnosis that was published."""

from pathlib import Path

import pytest
from plant import PLATE, real_recordings, replay, write_config

from edge_agent.acquire.recordings import read_recording

TOPIC = "edge-agent/agent/motor"
BEFORE_AND_AFTER = "seconds_before: 5, seconds_after: 1"


def untimed(payload: dict) -> dict:
    """Return a diagnosis without what depends on when it was made."""
    window = {key: value for key, value in payload["window"].items() if key not in ("start", "end")}
    without = ("time", "latency_ms", "recording", "kind", "findings")  # these rest on the windows before
    return {key: value for key, value in payload.items() if key not in without} | {"window": window}


def replayed_like(config: Path, path: Path, published: list[dict]) -> int:
    """Return how many diagnoses of a capture were published; each must be as it was."""
    then = {payload["window"]["first_sample"]: untimed(payload) for payload in published}
    found = [untimed(line) for line in replay(config, path) if line["kind"] == "diagnosis"]
    both = [payload for payload in found if payload["window"]["first_sample"] in then]
    assert [then[payload["window"]["first_sample"]] for payload in both] == both
    return len(both)


def captured(folder: Path, agent) -> Path:
    """Wait until the first capture is written; return it."""
    agent.wait_for(lambda line: "the samples are kept" in line)
    return sorted((folder / "state" / "captures").glob("*.npz"))[0]


def test_the_event_of_a_simulated_motor(tmp_path, mosquitto, subscribe, start_daq, start_agent):
    listener = subscribe(mosquitto.port, "edge-agent/#")
    daq = start_daq("--broken-bars", "2", "--load", "0.7", "--seed", "1000007")
    config = write_config(
        tmp_path,
        port=str(daq.link),
        broker_port=mosquitto.port,
        window="{length_s: 4, step_s: 0.7}\ncaptures: {" + BEFORE_AND_AFTER + "}",
    )
    agent = start_agent(config)
    path = captured(tmp_path, agent)
    listener.wait_for(lambda _: listener.on(f"{TOPIC}/event"))
    event = listener.on(f"{TOPIC}/event")[0].json()
    assert event["captured"] == event["verdict"]["captured"] == path.name
    assert event["id"] in [own["id"] for own in read_recording(path).meta["events"]]
    published = [message.json() for message in listener.on(f"{TOPIC}/diagnosis")]
    assert replayed_like(config, path, published) >= 1


@pytest.mark.parametrize("name", ["broken_rotor_bars_03", "healthy_03"])
def test_a_real_recording(tmp_path, mosquitto, subscribe, start_daq, start_agent, name):
    (recording,) = [p for p in real_recordings("rig_currents_vibration") if p.stem == name]
    listener = subscribe(mosquitto.port, "edge-agent/#")
    daq = start_daq("--play", str(recording), "--loop")
    config = write_config(
        tmp_path,
        port=str(daq.link),
        broker_port=mosquitto.port,
        plate=PLATE.replace("poles: 4", "poles: 2").replace("1715", "3430"),
        window="{length_s: 2.133, step_s: 0.5}\ncaptures: {when: all, " + BEFORE_AND_AFTER + "}",
    )
    path = captured(tmp_path, start_agent(config))
    listener.wait_for(lambda _: listener.on(f"{TOPIC}/diagnosis"))
    published = [message.json() for message in listener.on(f"{TOPIC}/diagnosis")]
    assert replayed_like(config, path, published) >= 1
