"""A motor has an entity for each sensor and each answer."""

from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.publish.home_assistant.motor_entities import Sensors, motor_components, sensors_of
from edge_agent.verdict import BAR_STATES, Reason


def test_phases_and_vibration_channels_of_all_streams_are_found() -> None:
    currents = [Channel(f"i{p}", ChannelKind.CURRENT, "A", 1.0, phase=p) for p in "ba"]
    others = [
        Channel("vib_x", ChannelKind.VIBRATION, "m/s2", 1.0),
        Channel("n", ChannelKind.SPEED, "rpm", 1.0),
    ]
    device = Device("daq", "1", "1", (Stream(0, 1e4, tuple(currents)), Stream(1, 1e4, tuple(others))))
    assert sensors_of(device) == Sensors(("a", "b"), ("vib_x",))


def test_each_sensor_has_its_entity_and_no_other_is_invented() -> None:
    components = motor_components("base/motor-1", 180, Sensors(("b",), ("drive-end.axial",)))
    found = [name for name in components if name.startswith(("current_", "vibration_"))]
    assert found == ["current_b", "vibration_drive-end.axial"]
    assert "vibration_mm_s['drive-end.axial']" in str(
        components["vibration_drive-end.axial"]["value_template"]
    )


def test_voltages_bring_power_and_energy_and_without_them_there_is_neither() -> None:
    channels = [Channel(f"v{p}", ChannelKind.VOLTAGE, "V", 1.0, phase=p) for p in ("bc", "ab")]
    sensors = sensors_of(Device("daq", "1", "1", (Stream(0, 1e4, tuple(channels)),)))
    assert sensors == Sensors(voltages=("ab", "bc"))
    more = motor_components("base/motor-1", 180, sensors)
    fewer = motor_components("base/motor-1", 180, Sensors())
    assert sorted(more.keys() - fewer.keys()) == [
        "energy", "power", "power_factor", "voltage_ab", "voltage_bc", "voltage_unbalance"
    ]  # fmt: skip
    assert more["energy"]["state_class"] == "total_increasing"
    assert more["energy"]["device_class"] == "energy"


def test_every_state_and_every_reason_can_be_shown() -> None:
    components = motor_components("base/motor-1", 180, Sensors())
    assert components["state"]["options"] == components["change"]["event_types"] == list(BAR_STATES)
    assert components["reason"]["options"] == list(Reason)


def test_values_come_from_the_topics_of_the_motor() -> None:
    components = motor_components("base/motor-1", 180, Sensors())
    topics = {name: component["state_topic"] for name, component in components.items()}
    assert topics["fault"] == "base/motor-1/alarm"
    assert topics["load"] == "base/motor-1/state"
    assert topics["speed"] == topics["running_hours"] == "base/motor-1/measurements"
    assert topics["change"] == "base/motor-1/event"


def test_only_the_upper_sideband_is_off_at_first() -> None:
    components = motor_components("base/motor-1", 180, Sensors(("a",), ("vib",)))
    off = [name for name, component in components.items() if component.get("enabled_by_default") is False]
    assert off == ["upper_sideband"]


def test_baseline_and_trend_are_diagnostic_and_come_from_their_own_topics() -> None:
    components = motor_components("base/motor-1", 180, Sensors())
    own = {name: entity for name, entity in components.items() if "entity_category" in entity}
    assert {name: entity["state_topic"] for name, entity in own.items()} == {
        "baseline": "base/motor-1/baseline",
        "baseline_progress": "base/motor-1/baseline",
        "growth": "base/motor-1/baseline",
        "growth_rate": "base/motor-1/trend",
    }
