import numpy as np
import pytest
import torch
from small_conditions import some_examples

from calibration.learning.conditions.figures import average_precision
from calibration.learning.conditions.heads import HEADS
from calibration.learning.conditions.networks import ConditionNetwork
from calibration.learning.conditions.training import Spec, augmented, batch_of, fit, limits, scores

pytestmark = pytest.mark.usefixtures("one_thread")


def test_a_network_learns_what_a_token_shows() -> None:
    network = fit("current", some_examples(50, 4, seed=1), Spec(epochs=8, batch=16, learning_rate=5e-3))
    unseen, head = some_examples(20, 4, seed=2), list(HEADS).index("asymmetry")
    assert average_precision(scores(network, unseen)[:, head], unseen.truth[:, head]) > 0.9


def test_equal_seeds_give_equal_networks_and_others_do_not() -> None:
    examples, spec = some_examples(5, 4), Spec(epochs=1, batch=8, seed=1)
    first, again = (scores(fit("cross_attention", examples, spec), examples) for _ in range(2))
    other = scores(fit("cross_attention", examples, Spec(epochs=1, batch=8, seed=2)), examples)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_a_head_is_refused_where_what_it_needs_is_missing() -> None:
    examples, names = some_examples(1, 2), np.array(list(HEADS))
    for group in ("orders", "envelope", "bands"):
        examples.there[group][0] = False
    torch.manual_seed(1)
    both, alone = (scores(ConditionNetwork(kind).eval(), examples) for kind in ("joint_encoder", "vibration"))
    answered = {"asymmetry", "overload", "underload", "supply_event", "misalignment"}
    assert set(names[np.isfinite(both[0])]) == answered
    assert not np.isfinite(alone[0]).any()
    assert np.isfinite([both[1], alone[1]]).all()


@pytest.mark.parametrize("allowed", [0.0, 0.02, 0.1])
def test_a_limit_lets_no_more_false_alarms_pass_than_allowed(allowed) -> None:
    random = np.random.default_rng(4)
    logits, truth = random.normal(size=(300, 2)), random.random((300, 2)) < 0.2
    over = logits >= limits(logits, truth, np.full(2, allowed))
    shares = [over[~truth[:, k], k].mean() for k in range(2)]
    assert all(allowed - 1 / 200 <= share <= allowed for share in shares)


def test_augmentation_hides_modalities_one_at_a_time() -> None:
    seen = augmented(batch_of(some_examples(100, 4)), torch.Generator().manual_seed(1))
    current, vibration = seen.there["line"], seen.there["orders"]
    assert 0.05 < (~current).float().mean() < 0.15
    assert 0.05 < (~vibration).float().mean() < 0.15
    assert (current | vibration).all()
