"""Real measurements, through replay and through the live agent. They judge; nothing is tuned on them."""

from collections import Counter

import pytest
from plant import PLATE as RIG
from plant import real_recordings, replay, write_config

RIG_OF_TWO_POLES = RIG.replace("poles: 4", "poles: 2").replace("1715", "3430")
"""The rig's shaft turns at 57 Hz, so it almost surely has two poles; its plate is not known."""
STATOR = """\
motor: {id: motor, rated_power_kw: 0.56, rated_voltage_v: 230, rated_current_a: 6.6, rated_speed_rpm: 1725,
        line_frequency_hz: 60, poles: 4}
"""
CWRU = """\
motor: {id: motor, rated_power_kw: 1.5, rated_voltage_v: 230, rated_current_a: 5.8, rated_speed_rpm: 1730,
        line_frequency_hz: 60, poles: 4}
"""
LAB = """\
motor: {{id: motor, rated_power_kw: 0.75, rated_voltage_v: 415, rated_current_a: 1.9, rated_speed_rpm: 1420,
        line_frequency_hz: 50, poles: 4, speed_rpm: {speed_rpm}}}
"""
ONE_RIG_WINDOW = "{length_s: 2.133, step_s: 2.133}"
LAB_LOWER_SIDEBANDS_DBC = {
    "1290rpm_0bars": -45.8,
    "1290rpm_1bars": -42.8,
    "1290rpm_2bars": -38.6,
    "1290rpm_3bars": -38.9,
    "1420rpm_0bars": -48.9,
    "1420rpm_1bars": -47.8,
    "1420rpm_2bars": -50.5,
    "1420rpm_3bars": -45.6,
}
"""What a Blackman window shows; the floor is about -52 at 1290 rpm and -55 at 1420 rpm."""


def diagnoses(config, recordings):
    lines = [line for line in replay(config, *recordings) if line["kind"] == "diagnosis"]
    return {line["recording"].rsplit("/", 1)[1].removesuffix(".npz"): line for line in lines}


@pytest.mark.parametrize("plate", [RIG_OF_TWO_POLES, RIG], ids=["2 poles", "4 poles"])
def test_the_rig_with_broken_bars_is_called_broken_and_the_others_are_not(tmp_path, plate):
    recordings = real_recordings("rig_currents_vibration")
    found = diagnoses(write_config(tmp_path, plate=plate, window=ONE_RIG_WINDOW), recordings)
    assert len(found) == len(recordings)
    broken = {name for name, line in found.items() if line["state"] == "broken_bars"}
    assert broken == {name for name in found if name.startswith("broken_rotor_bars")}
    print(Counter((name[:-3], line["state"], line["reason"]) for name, line in found.items()))
    assert sum(line["state"] == "healthy" for line in found.values()) >= 80
    for name, line in found.items():
        evidence = line["evidence"]
        assert evidence["phase_order"] == ("acb" if name.startswith("healthy") else "abc")
        assert (evidence["current_unbalance"] > 0.06) == name.startswith("phase_unbalance")
        assert 0.97 * 0.047 < evidence["slip"] < 1.03 * 0.062


def test_a_motor_without_load_is_not_judged(tmp_path):
    recordings = real_recordings("stator_short")
    found = diagnoses(write_config(tmp_path, plate=STATOR, window="{length_s: 5, step_s: 5}"), recordings)
    assert {line["reason"] for line in found.values()} == {"speed_unknown"}
    unbalance = {name: line["evidence"]["current_unbalance"] for name, line in found.items()}
    healthy = [value for name, value in unbalance.items() if name.startswith("healthy")]
    worst = [value for name, value in unbalance.items() if "40pct" in name]
    assert max(healthy) < 0.06
    assert min(worst) > 0.1


def test_vibration_alone_tells_the_speed_and_calls_no_rotor_broken(tmp_path):
    recordings = real_recordings("cwru")
    found = diagnoses(write_config(tmp_path, plate=CWRU, window="{length_s: 10, step_s: 10}"), recordings)
    assert {line["state"] for line in found.values()} == {"indeterminate"}
    speeds_rpm = {
        name: 1800 * (1 - line["evidence"]["slip"])
        for name, line in found.items()
        if line["evidence"]["slip"]
    }
    assert len(speeds_rpm) >= 19
    for name, speed_rpm in speeds_rpm.items():
        assert speed_rpm == pytest.approx(float(name.split("_")[0]), rel=0.01)


@pytest.mark.parametrize("speed_rpm", [1290, 1420, 1490])
def test_coarse_recordings_of_a_second_say_what_stands_out_and_no_more(tmp_path, speed_rpm):
    recordings = [p for p in real_recordings("lab_brb") if p.name.startswith(str(speed_rpm))]
    config = write_config(tmp_path, plate=LAB.format(speed_rpm=speed_rpm), window="{length_s: 1, step_s: 1}")
    found = diagnoses(config, recordings)
    assert found[f"{speed_rpm}rpm_0bars"]["state"] == "indeterminate"
    if speed_rpm == 1490:
        assert found["1490rpm_0bars"]["reason"] == "load_too_low"
        return
    for name, line in found.items():
        lower_dbc = line["evidence"]["lower_sideband_dbc"]
        assert lower_dbc == pytest.approx(LAB_LOWER_SIDEBANDS_DBC[name], abs=1.55)
        assert line["evidence"]["detection_limit_bars"] is not None
        assert line["state"] != "healthy"
    if speed_rpm == 1290:
        assert found["1290rpm_2bars"]["severity"] in ("watch", "alarm", "danger")
        assert found["1290rpm_3bars"]["severity"] in ("watch", "alarm", "danger")


@pytest.mark.parametrize(
    ("folder", "name", "plate", "length_s"),
    [
        ("rig_currents_vibration", "broken_rotor_bars_03", RIG_OF_TWO_POLES, "2.133"),
        ("rig_currents_vibration", "healthy_03", RIG_OF_TWO_POLES, "2.133"),
        ("rig_currents_vibration", "mass_unbalance_05", RIG_OF_TWO_POLES, "2.133"),
        ("stator_short", "phase_a_40pct_1", STATOR, "5"),
        ("cwru", "1772_B_7_DE12", CWRU, "10"),
        ("lab_brb", "1290rpm_2bars", LAB.format(speed_rpm=1290), "1"),
    ],
)
def test_played_in_a_loop_the_live_agent_says_the_same_and_names_what_is_missing(
    tmp_path, mosquitto, subscribe, start_daq, start_agent, folder, name, plate, length_s
):
    (recording,) = [p for p in real_recordings(folder) if p.stem == name]
    listener = subscribe(mosquitto.port, "edge-agent/#")
    daq = start_daq("--play", str(recording), "--loop")
    config = write_config(
        tmp_path,
        port=str(daq.link),
        broker_port=mosquitto.port,
        plate=plate,
        window=f"{{length_s: {length_s}, step_s: {length_s}}}",
    )
    agent = start_agent(config)
    listener.wait_for(lambda _: listener.on("edge-agent/agent/motor/diagnosis"))
    live = listener.on("edge-agent/agent/motor/diagnosis")[0].json()
    (replayed,) = diagnoses(config, [recording]).values()
    for key in ("state", "severity", "reason", "broken_bars", "evidence", "probabilities"):
        assert live[key] == replayed[key]
    said = " ".join(agent.lines)
    if folder == "rig_currents_vibration":
        assert "phase a is missing" in said
        assert "separate clocks" in said
    elif folder == "cwru":
        assert "no current" in said
    elif folder == "lab_brb":
        assert "phases b and c are missing" in said
    else:
        assert "no vibration" in said
