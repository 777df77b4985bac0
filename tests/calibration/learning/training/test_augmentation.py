import numpy as np
import pytest
import torch
from small_dataset import SIDE_INPUTS, training_examples

from calibration.learning.data.modalities import without
from calibration.learning.training.augmentation import Augmentation, repeated_without_current, shows


def test_reversal_turns_time_round_and_nothing_else():
    image = torch.rand(8, 4, 5, 6)
    turned = Augmentation(noise=0, gain=0, reversal=1.0, blind=0).apply(
        ["current"], [], [image, torch.ones(8, 0)], torch.Generator().manual_seed(0)
    )
    torch.testing.assert_close(turned[0], image.flip(3))


def test_a_slip_found_too_large_brings_the_sidebands_nearer_to_the_carrier():
    image = torch.zeros(16, 1, 33, 4)
    image[:, :, 20] = 1.0
    side = torch.ones(16, len(SIDE_INPUTS))
    changed = Augmentation(noise=0, gain=0, slip_error=0.2, foreign=0, blind=0).apply(
        ["current"], list(SIDE_INPUTS), [image, side], torch.Generator().manual_seed(0)
    )
    slip, load, vibration = changed[1].T
    row = (changed[0][:, 0, :, 0] * torch.arange(33)).sum(dim=1) / changed[0][:, 0, :, 0].sum(dim=1)
    assert slip.min() < 0.9
    assert slip.max() > 1.1
    torch.testing.assert_close(row, 20 / slip, rtol=0.01, atol=0.0)
    torch.testing.assert_close(load, slip)
    assert (vibration == 1).all()


def test_a_dead_modality_is_black_and_takes_its_side_inputs_along(tmp_path):
    _, examples, _ = training_examples(tmp_path)
    deaf = without(examples, "vibration", SIDE_INPUTS)
    assert not deaf.images["vibration"].any()
    assert np.array_equal(deaf.images["current"], examples.images["current"])
    assert not deaf.side[:, 2].any()
    assert np.array_equal(deaf.side[:, :2], examples.side[:, :2])


def test_augmentation_removes_at_most_one_modality_and_says_so():
    always = Augmentation(absent={"current": 0.5, "vibration": 0.5}, blind=0)
    images = torch.full((64, 4, 4, 4), 0.5)
    side = torch.ones(64, 3)
    changed = always.apply(
        ["current", "vibration"],
        list(SIDE_INPUTS),
        [images, images, side],
        torch.Generator().manual_seed(0),
    )
    current, vibration = (own.flatten(1).any(dim=1) for own in changed[:2])
    assert (current ^ vibration).all()
    assert torch.equal(changed[2][:, 2].bool(), vibration)
    assert torch.equal(changed[2][:, 1].bool(), current)


def test_augmentation_takes_all_images_of_some_away_but_leaves_their_side_inputs():
    images = torch.full((400, 4, 4, 4), 0.5)
    side = torch.ones(400, len(SIDE_INPUTS))
    changed = Augmentation(slip_error=0, absent={}, blind=0.25).apply(
        ["current", "vibration"],
        list(SIDE_INPUTS),
        [images, images, side],
        torch.Generator().manual_seed(0),
    )
    current, vibration = (own.flatten(1).any(dim=1) for own in changed[:2])
    assert torch.equal(current, vibration)
    assert 0.7 < current.float().mean() < 0.8
    assert torch.equal(changed[2], side)


def test_images_are_not_taken_away_where_nothing_else_could_answer():
    images = torch.full((400, 4, 4, 4), 0.5)
    changed = Augmentation(absent={}, blind=0.25).apply(
        ["current", "vibration"], [], [images, images, torch.ones(400, 0)], torch.Generator().manual_seed(0)
    )
    assert all(own.flatten(1).any(dim=1).all() for own in changed[:2])


def test_augmentation_leaves_an_absent_modality_absent():
    images = [torch.full((8, 4, 4, 4), 0.5), torch.zeros(8, 4, 4, 4)]
    changed = Augmentation().apply(
        ["current", "vibration"], [], [*images, torch.ones(8, 0)], torch.Generator().manual_seed(0)
    )
    assert not changed[1].any()


def test_examples_with_vibration_come_once_more_without_their_current():
    names = ["slip", "load", "vibration"]
    current, vibration, side = torch.rand(4, 4, 4, 4) + 0.1, torch.rand(4, 4, 4, 4) + 0.1, torch.ones(4, 3)
    vibration[1] = 0.0
    labels = torch.tensor([0, 1, 2, 3])
    inputs, told = repeated_without_current(
        ["current", "vibration"], names, [current, vibration, side], labels
    )
    assert told.tolist() == [0, 1, 2, 3, 0, 2, 3]
    assert torch.equal(inputs[0][:4], current)
    assert not inputs[0][4:].any()
    assert torch.equal(inputs[1][4:], vibration[[0, 2, 3]])
    assert inputs[2][4:].tolist() == [[1.0, 0.0, 1.0]] * 3
    assert side.all()


@pytest.mark.parametrize("modality", ["current", "vibration"])
def test_a_modality_alone_comes_once(modality):
    images, labels = torch.rand(4, 4, 4, 4), torch.tensor([0, 1, 2, 3])
    inputs, told = repeated_without_current([modality], ["slip"], [images, torch.ones(4, 1)], labels)
    assert told is labels
    assert torch.equal(inputs[0], images)


def test_a_modality_is_shown_by_its_image_or_by_the_side_inputs_that_go_with_it():
    names = ["slip", "load", "vibration"]
    image = torch.zeros(3, 4, 4, 4)
    side = torch.zeros(3, len(names))
    image[0] = 0.5
    side[1, names.index("load")] = -0.2
    side[:, names.index("slip")] = 0.7
    assert shows("current", ["current"], names, [image, side]).tolist() == [True, True, False]
    assert shows("current", ["vibration"], names, [image, side]).tolist() == [False, True, False]
    assert shows("current", ["current"], [], [image, torch.ones(3, 0)]).tolist() == [True, False, False]
