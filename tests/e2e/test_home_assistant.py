"""Home Assistant learns of a motor's sensors from the DAQ itself, and nothing of it stays when it is off."""

from pathlib import Path

from plant import write_config

AGENT, MOTOR = (f"homeassistant/device/agent/{device}/config" for device in ("agent", "motor"))
SENSORS = {"current_a", "current_b", "current_c", "vibration_vib_radial"}


def sensors_told(listener) -> set[str]:
    told = [message.json() for message in listener.on(MOTOR) if message.payload]
    return SENSORS & told[-1]["components"].keys() if told else set()


def test_sensors_that_the_daq_describes_become_entities_until_it_is_switched_off(
    tmp_path: Path, mosquitto, subscribe, start_daq, start_agent
) -> None:
    listener = subscribe(mosquitto.port)
    config = write_config(tmp_path, port=str(start_daq().link), broker_port=mosquitto.port)
    plain = config.read_text()
    config.write_text(plain + "homeassistant: {enabled: true}\n")
    agent = start_agent(config)
    listener.wait_for(lambda _: sensors_told(listener) == SENSORS)
    assert listener.on(AGENT)
    assert agent.stop() == 0

    config.write_text(plain)
    start_agent(config)
    listener.wait_for(lambda _: not listener.on(AGENT)[-1].payload and not listener.on(MOTOR)[-1].payload)
