"""Simulated motors say what agents say: by the shipped schemas, and a state of the usual size."""

from schemas import check_payload

from calibration.fleet.motor import SimulatedMotor
from edge_agent.publish.payloads import encode, payload_of

NOW_S = 1_800_000_000.0


def test_each_document_is_as_its_schema_says() -> None:
    motor = SimulatedMotor("pump-7", "m", 1)
    for _ in range(2):
        for document in (
            motor.state(NOW_S),
            motor.alarm(NOW_S),
            motor.baseline(NOW_S),
            motor.trend(NOW_S),
            motor.info(NOW_S),
            motor.measurements(NOW_S),
            motor.health(NOW_S),
            motor.repair(NOW_S) if motor.is_broken else motor.break_bar(NOW_S),
        ):
            check_payload(type(document).__name__.lower(), payload_of(document))


def test_a_state_has_the_size_of_a_real_one() -> None:
    assert 1200 < len(encode(payload_of(SimulatedMotor("pump-7", "m", 1).state(NOW_S)))) < 2500


def test_numbers_of_events_rise_also_within_one_millisecond() -> None:
    motor = SimulatedMotor("pump-7", "m", 1)
    numbers = [motor.break_bar(NOW_S).number, motor.repair(NOW_S).number, motor.break_bar(NOW_S).number]
    assert numbers == sorted(set(numbers))


def test_a_repaired_motor_has_an_alarm_that_was_cleared() -> None:
    motor = SimulatedMotor("pump-7", "m", 1)
    motor.break_bar(NOW_S)
    assert payload_of(motor.alarm(NOW_S))["active"] is True
    motor.repair(NOW_S + 60)
    alarm = payload_of(motor.alarm(NOW_S + 60))
    assert (alarm["active"], alarm["fault"]) == (False, "broken_bars")
    assert payload_of(motor.state(NOW_S + 60))["state"] == "healthy"
