import pytest
import torch
from small_conditions import some_examples

from calibration.learning.conditions.heads import HEADS
from calibration.learning.conditions.hiding import without_modality
from calibration.learning.conditions.networks import KINDS, ConditionNetwork
from calibration.learning.conditions.tokens import GROUPS, MODALITIES
from calibration.learning.conditions.training import Batch, batch_of

pytestmark = pytest.mark.usefixtures("one_thread")
FUSED = ("cross_attention", "joint_encoder")


@pytest.fixture(scope="module")
def windows() -> Batch:
    return batch_of(some_examples(2, 3))


def network_of(kind, seed: int = 1) -> ConditionNetwork:
    torch.manual_seed(seed)
    network = ConditionNetwork(kind).eval().double()
    torch.nn.init.normal_(network.heads.query)
    torch.nn.init.normal_(network.heads.weight)
    return network


def logits(network: ConditionNetwork, windows: Batch) -> torch.Tensor:
    with torch.inference_mode():
        return network({name: own.double() for name, own in windows.tokens.items()}, windows.there)


def moved(windows: Batch, *tokens: tuple[str, int]) -> Batch:
    """The same windows with some tokens, by group and place, changed."""
    changed = {name: own.clone() for name, own in windows.tokens.items()}
    for group, place in tokens:
        changed[group][:, place] += 1.0
    return Batch(changed, windows.there)


@pytest.mark.parametrize("kind", KINDS)
def test_every_network_answers_each_head_and_stays_small(kind, windows) -> None:
    network = ConditionNetwork(kind)
    assert logits(network_of(kind), windows).shape == (6, len(HEADS))
    assert sum(own.numel() for own in network.parameters()) < 300_000


@pytest.mark.parametrize("kind", KINDS)
def test_both_modalities_have_many_tokens_and_each_of_them_counts(kind, windows) -> None:
    network = network_of(kind)
    for modality in network.modalities:
        places = [
            (name, k) for name, own in GROUPS.items() if own.modality == modality for k in range(own.tokens)
        ]
        assert len(places) > 20
        before = logits(network, windows)
        assert all((logits(network, moved(windows, place)) - before).abs().max() > 1e-6 for place in places)


@pytest.mark.parametrize("kind", FUSED)
def test_what_a_token_of_the_current_means_depends_on_tokens_of_the_vibration(kind, windows) -> None:
    network = network_of(kind)
    assert interaction(network, windows) > 1e-4


def test_concatenation_lets_no_modality_look_at_the_other(windows) -> None:
    assert interaction(network_of("concatenation"), windows) < 1e-9


def interaction(network: ConditionNetwork, windows: Batch) -> float:
    """Largest part of a change of two tokens, one of each modality, that is not the sum of both changes."""
    here, there = ("spectrum", 2), ("orders", 3)
    still, one, other, both = (
        logits(network, own)
        for own in (windows, moved(windows, here), moved(windows, there), moved(windows, here, there))
    )
    return float((both - one - other + still).abs().max())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("modality", MODALITIES)
def test_what_is_missing_has_no_say_whatever_stands_in_its_place(kind, modality, windows) -> None:
    network = network_of(kind)
    there = without_modality(windows.there, modality, torch.ones(6, dtype=torch.bool))
    groups = [name for name, own in GROUPS.items() if own.modality == modality]
    noise = moved(windows, *((name, 0) for name in groups))
    answers = [logits(network, Batch(own.tokens, there)) for own in (windows, noise)]
    assert torch.isfinite(answers[0]).all()
    torch.testing.assert_close(answers[0], answers[1])


@pytest.mark.parametrize("kind", ["current", "vibration"])
def test_a_single_modality_never_sees_the_other(kind, windows) -> None:
    others = [(name, 0) for name, own in GROUPS.items() if own.modality != kind]
    network = network_of(kind)
    torch.testing.assert_close(logits(network, windows), logits(network, moved(windows, *others)))
