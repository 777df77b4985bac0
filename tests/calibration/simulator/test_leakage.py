"""What must not give the class away."""

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.powertrain import operating_point
from calibration.simulator.rotor import make_rotor
from calibration.simulator.sets import CLASSES, draw_scenario

TRAINED, TESTED = 200, 100
NEIGHBOURS = 15


def operating_features(seed: int) -> tuple[float, float, float]:
    """Logarithm of current and slip over the plate's, and load."""
    scenario = draw_scenario("training", seed)
    point, motor = operating_point(scenario), scenario.motor
    relative_slip = point.slip / motor.nameplate.rated_slip
    return np.log(point.current_rms_a / motor.current_a), np.log(max(relative_slip, 1e-4)), point.load


def nearest_neighbours(
    known: NDArray[np.float64], classes: NDArray[np.int64], asked: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Majority among the nearest, each feature scaled by its deviation."""
    scale = known.std(axis=0)
    distances = (((asked[:, np.newaxis] - known) / scale) ** 2).sum(axis=-1)
    nearest = np.argsort(distances, axis=1)[:, :NEIGHBOURS]
    return np.array([np.bincount(row, minlength=CLASSES).argmax() for row in classes[nearest]])


def test_class_cannot_be_read_from_current_slip_and_load() -> None:
    """Less than 35 % of five classes on motors that were not seen (20 % is guessing)."""
    features = np.array([operating_features(seed) for seed in range(TRAINED + TESTED)])
    classes = np.arange(TRAINED + TESTED) % CLASSES
    found = nearest_neighbours(features[:TRAINED], classes[:TRAINED], features[TRAINED:])
    assert np.mean(found == classes[TRAINED:]) < 0.35


def test_a_healthy_rotor_is_never_cleaner_than_its_casting() -> None:
    """Sound rotors have the asymmetry of castings with deviations of 0.5 to 6 %."""
    levels_db = []
    for seed in range(0, 500, CLASSES):
        scenario = draw_scenario("training", seed)
        assert scenario.broken_bars == 0
        assert 0.005 <= scenario.cage.casting_sd <= 0.06
        levels_db.append(20 * np.log10(make_rotor(scenario).asymmetry))
    assert min(levels_db) > -100
    assert -65 < np.median(levels_db) < -48
