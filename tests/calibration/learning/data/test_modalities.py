"""Examples that lack a modality, and the side inputs that go with it."""

import numpy as np
import pytest
from small_dataset import SIDE_INPUTS, an_entry, some_examples

from calibration.learning.data.modalities import numbers_of_side, only, without

NAMES = ("slip", "load", "phase_db_bars", "vibration")


@pytest.mark.parametrize(("modality", "numbers"), [("current", [1, 2]), ("vibration", [3]), ("thermal", [])])
def test_side_inputs_go_with_the_modality_that_they_come_from(modality: str, numbers: list[int]) -> None:
    assert numbers_of_side(modality, NAMES) == numbers


def test_without_a_modality_its_images_and_side_inputs_are_zero_and_all_else_stays() -> None:
    examples = some_examples([an_entry(0, 0, 1)])
    deaf = without(examples, "vibration", SIDE_INPUTS)
    assert not deaf.images["vibration"].any()
    assert not deaf.side[:, SIDE_INPUTS.index("vibration")].any()
    assert np.array_equal(deaf.images["current"], examples.images["current"])
    assert np.array_equal(deaf.side[:, :-1], examples.side[:, :-1])
    assert examples.images["vibration"].any(), "the given examples are not changed"


def test_with_some_modalities_only_there_are_no_images_of_the_others() -> None:
    examples = some_examples([an_entry(0, 0, 1)])
    own = only(examples, ["vibration"], SIDE_INPUTS)
    assert list(own.images) == ["vibration"]
    assert not own.side[:, SIDE_INPUTS.index("load")].any()
    assert own.side[:, SIDE_INPUTS.index("slip")].any()
