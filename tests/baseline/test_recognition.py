"""Another motor, a sensor that drifts, and growth: each has its own name."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_looks import DrawnMotor, a_reference

from edge_agent.baseline.recognition import Change, Recognition
from edge_agent.limits import BASELINE


class Site:
    """A motor that was learned, and what is recognised of what runs there later."""

    def __init__(self, bars: float = 0.15) -> None:
        self.motor = DrawnMotor(np.random.default_rng(3), bars=bars, load_spread=0.05)
        self.reference = a_reference(self.motor)
        self.recognition = Recognition()
        self.slots_show: bool | None = None

    def know_slots(self, share: float) -> None:
        """Let the slot lines show in such a share of the looks of the baseline."""
        self.reference = replace(self.reference, slots_share=share)

    def run(self, looks: int = 3 * BASELINE.run_looks) -> Change:
        for look in self.motor.looks(looks):
            if look.load_bin in self.reference.cells:
                self.recognition.take(replace(look, slots_show=self.slots_show), self.reference)
        return self.recognition.change

    def after_a_stop(self) -> Change:
        self.recognition.begin_run()
        return self.run()


def test_the_motor_that_was_learned_is_recognised_after_each_stop() -> None:
    site = Site()
    assert {site.after_a_stop() for _ in range(50)} == {Change.NONE}


def test_a_rotor_that_shows_fewer_bars_after_a_stop_is_another_one() -> None:
    site = Site()
    site.motor.bars = 0.02
    assert site.after_a_stop() is Change.NOT_THIS_MOTOR
    assert site.recognition.evidence == "fewer equivalent bars"


def test_another_current_and_another_unbalance_after_a_stop_are_another_motor() -> None:
    site = Site()
    site.motor.current_factor, site.motor.unbalance = 1.6, 0.06
    assert site.after_a_stop() is Change.NOT_THIS_MOTOR
    assert "another current at the same slip, another unbalance" in site.recognition.evidence


def test_slot_lines_that_are_gone_after_a_stop_are_another_motor() -> None:
    site = Site()
    site.know_slots(0.97)
    site.slots_show = False
    assert site.after_a_stop() is Change.NOT_THIS_MOTOR
    assert site.recognition.evidence == "the lines of its rotor slots are gone"


@pytest.mark.parametrize(("share", "slots_show"), [(0.9, False), (0.97, True), (0.97, None)])
def test_slot_lines_that_did_not_always_show_or_may_be_hidden_say_nothing(
    share: float, slots_show: bool | None
) -> None:
    site = Site()
    site.know_slots(share)
    site.slots_show = slots_show
    assert site.after_a_stop() is Change.NONE


def test_slot_lines_are_missed_at_a_load_without_a_baseline_too() -> None:
    site = Site()
    site.know_slots(0.97)
    site.slots_show, site.motor.load, site.motor.load_spread = False, 1.1, 0.01
    site.recognition.begin_run()
    for look in site.motor.looks(BASELINE.run_looks):
        assert look.load_bin not in site.reference.cells
        site.recognition.take(replace(look, slots_show=False), site.reference)
    assert site.recognition.change is Change.NOT_THIS_MOTOR


def test_slot_lines_that_fade_within_a_run_are_no_other_motor() -> None:
    site = Site()
    site.know_slots(0.97)
    site.slots_show = True
    site.run()
    site.slots_show = False
    assert site.run() is Change.NONE


def test_it_stays_another_motor_until_the_first_one_is_back() -> None:
    site = Site()
    site.motor.bars = 0.02
    assert site.after_a_stop() is site.run(100) is Change.NOT_THIS_MOTOR
    site.motor.bars = 0.15
    assert site.run(100) is Change.NOT_THIS_MOTOR
    assert site.after_a_stop() is Change.NONE


def test_a_bar_that_breaks_is_neither_another_motor_nor_a_sensor() -> None:
    site = Site()
    site.motor.growth_bars = 1.0
    assert site.run() is site.after_a_stop() is Change.NONE


@pytest.mark.parametrize("after_stop", [True, False])
def test_one_gain_that_moves_is_a_sensor(after_stop: bool) -> None:
    site = Site()
    site.run()
    site.motor.unbalance = 0.05
    assert (site.after_a_stop() if after_stop else site.run()) is Change.SENSOR_DRIFT
    assert site.recognition.evidence == "another unbalance of the currents"
    site.motor.unbalance = 0.015
    assert site.run() is Change.NONE
    assert site.recognition.evidence == ""


@pytest.mark.parametrize("factor", [0.5, 1.5])
def test_a_scale_of_all_currents_that_moves_is_a_sensor(factor: float) -> None:
    site = Site()
    site.run()
    site.motor.current_factor = factor
    assert site.run() is Change.SENSOR_DRIFT


def test_a_cold_rotor_that_draws_a_fifth_more_is_none() -> None:
    site = Site()
    site.motor.current_factor = 1.2
    assert site.after_a_stop() is Change.NONE


def test_fewer_bars_within_a_run_are_no_other_motor() -> None:
    site = Site()
    site.run()
    site.motor.bars = 0.02
    assert site.run() is Change.NONE


def test_one_clamp_has_no_unbalance_to_compare() -> None:
    site = Site()
    site.motor.unbalance = None
    assert site.after_a_stop() is Change.NONE


def test_what_had_changed_is_known_after_a_restart() -> None:
    assert Recognition(Change.NOT_THIS_MOTOR).change is Change.NOT_THIS_MOTOR
    assert Recognition(Change.GROWTH).change is Change.NONE
