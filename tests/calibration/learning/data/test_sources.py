import pytest
from small_recordings import a_folder_of_recordings

from calibration.learning.data import shards
from calibration.learning.data.shards import Cutting
from calibration.learning.data.sources import LAB_RIG, MOTORS, plan
from calibration.simulator.lab_rig import place_of
from calibration.simulator.sets import FIRST_TEST_SEED, draw_scenario


def test_plans_keep_every_motor_within_its_split():
    plans = plan(MOTORS, recordings=60, seed=3)
    assert len({(one.kind, one.seed) for one in plans}) == len(plans) == 60
    assert {one.split for one in plans} == {"train", "validation", "test"}
    assert plans == plan(MOTORS, recordings=60, seed=3)
    by_motor: dict[str, set[str]] = {}
    for one in plans:
        by_motor.setdefault(draw_scenario(one.kind, one.seed).motor_id, set()).add(one.split)
    assert all(len(splits) == 1 for splits in by_motor.values())
    assert all((one.seed >= FIRST_TEST_SEED) == (one.split == "test") for one in plans)


def test_a_part_of_the_bench_has_every_rotor_and_load():
    plans = plan(LAB_RIG, recordings=40, seed=2)
    places = [place_of(one.seed) for one in plans]
    assert {place.bench for place in places} == {2}
    assert len({(place.rotor, place.load) for place in places}) == 40
    assert {one.split for one in plans} == {"train"}  # one motor cannot be left out


def test_benches_are_left_out_whole():
    plans = plan(LAB_RIG, recordings=1600, seed=0)
    splits: dict[int, set[str]] = {}
    for one in plans:
        splits.setdefault(place_of(one.seed).bench, set()).add(one.split)
    assert sorted(len(found) for found in splits.values()) == [1, 1, 1, 1]
    assert {one.split for one in plans} == {"train", "validation", "test"}


def test_recordings_of_a_folder_say_themselves_what_they_are(tmp_path):
    a_folder_of_recordings(tmp_path, count=2)
    plans = plan(str(tmp_path), recordings=0, seed=1)
    made = [shards.make_recording(one, Cutting("sidebands", 2, 3.0)) for one in plans]
    assert [(e.motor, e.file, e.label, e.examples) for e, _ in made] == [
        ("m0", "r00.npz", 0, 2),
        ("m1", "r01.npz", 1, 2),
    ]


@pytest.mark.parametrize(("seed", "recordings"), [(20, 10), (1, 70_000)])
def test_a_seed_that_would_reach_those_of_the_tests_is_refused(seed, recordings):
    with pytest.raises(ValueError, match="motors have the seeds 0 to 19, each enough for 62500 recordings"):
        plan(MOTORS, recordings, seed)
    assert {one.split for one in plan(MOTORS, 60, seed=19)} == {"train", "validation", "test"}


def test_negative_seeds_are_refused_for_every_source(tmp_path):
    a_folder_of_recordings(tmp_path, count=1)
    for source in (MOTORS, LAB_RIG, str(tmp_path)):
        with pytest.raises(ValueError, match="the seed is -1"):
            plan(source, recordings=10, seed=-1)
