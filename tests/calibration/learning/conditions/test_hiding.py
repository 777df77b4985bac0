from dataclasses import replace

import numpy as np
import pytest
import torch
from small_condition_motor import seen_with
from small_conditions import some_examples

from calibration.learning.conditions.hiding import as_one_phase, without_geometry, without_normal
from calibration.learning.conditions.tokens import GROUPS, images_of, normal_images, tokens_of
from calibration.learning.conditions.training import batch_of

FIRST = torch.tensor([True, False])


@pytest.fixture
def tokens():
    return batch_of(some_examples(2, 1)).tokens


def test_without_its_normal_a_window_keeps_its_own_features_only(tokens) -> None:
    hidden = without_normal(tokens, FIRST)
    for name, group in GROUPS.items():
        assert (hidden[name][0, :, group.own :] == 0).all()
        torch.testing.assert_close(hidden[name][0, :, : group.own], tokens[name][0, :, : group.own])
        torch.testing.assert_close(hidden[name][1], tokens[name][1])


@pytest.fixture(scope="module")
def looks():
    """What `tokens_of` takes of a window: whole, and lacking what each function takes from tokens."""
    seen, images = seen_with(), images_of(seen_with("turn_short"))
    normal = normal_images([images_of(seen)])
    bare = replace(seen, nameplate=seen.nameplate.model_copy(update={"bearing": None}))
    return {
        "whole": (seen, images, normal),
        "without_normal": (seen, images, {}),
        "without_geometry": (bare, images, normal),
        "as_one_phase": (seen, one_phase(images), one_phase(normal)),
    }


def one_phase(images):
    course, line = images["course"].copy(), images["line"].copy()
    course[:, 2:], line[2] = 0.0, 1.0
    return {**images, "course": course, "line": line}


@pytest.mark.parametrize("hide", [without_normal, without_geometry, as_one_phase])
def test_hiding_is_what_the_tokens_of_such_a_window_are(hide, looks) -> None:
    """The tokens that are made without something equal those that it was taken from."""
    whole, lacking = (
        {name: torch.from_numpy(own.astype(np.float32))[None] for name, own in tokens_of(*look).items()}
        for look in (looks["whole"], looks[hide.__name__])
    )
    hidden = hide(whole, torch.tensor([True]))
    for name, own in lacking.items():
        torch.testing.assert_close(hidden[name], own, msg=name, atol=2e-3, rtol=0)
