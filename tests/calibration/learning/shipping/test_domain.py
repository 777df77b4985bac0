import numpy as np
import pytest
import torch
from answers import NAMEPLATE, a_window

from calibration.learning.shipping.domain import Domain, DomainDistance, fit_domain, limit_of
from edge_agent.diagnose.broken_bars import diagnose
from edge_agent.diagnose.model import Belief
from edge_agent.signals.analysis import Analyser, Analysis
from edge_agent.signals.images import ImageSpec
from edge_agent.verdict import Reason, Refusal, State, Verdict, WindowSpan

SPREAD = np.array([0.5, 2.0, 1.0])
CENTRES = np.array([[0.0, 0.0, 0.0], [10.0, 0.0, 0.0]])


def distances(domain: Domain, features: np.ndarray) -> np.ndarray:
    return DomainDistance(domain)(torch.tensor(features, dtype=torch.float32)).numpy()


@pytest.fixture(scope="module")
def domain():
    """Two classes whose features spread differently in each direction, and not at all in the last."""
    random = np.random.default_rng(3)
    labels = np.repeat([0, 3], 2000)
    features = CENTRES[labels // 3] + SPREAD * random.normal(size=(4000, 3))
    return fit_domain(np.column_stack([features, np.zeros(4000)]), labels)


def test_distance_counts_spreads_to_the_nearest_class(domain):
    at = np.array([[0, 0, 0, 0], [10, 0, 0, 0], [1.0, 0, 0, 0], [10, 4.0, 0, 0], [0, 2.0, 1.0, 0]])
    assert distances(domain, at) == pytest.approx([0, 0, 4, 4, 2], rel=0.1, abs=0.02)


def test_what_never_differed_in_training_is_far_away(domain):
    assert distances(domain, np.array([[0, 0, 0, 1.0]]))[0] > 100


def test_ordinary_features_have_as_much_distance_as_dimensions(domain):
    random = np.random.default_rng(4)
    features = np.column_stack([SPREAD * random.normal(size=(2000, 3)), np.zeros(2000)])
    assert distances(domain, features).mean() == pytest.approx(3.0, rel=0.1)


def test_the_limit_leaves_room_beyond_all_but_one_in_two_hundred():
    ordinary = np.arange(1000.0)
    assert limit_of(ordinary) == pytest.approx(1.5 * 995, rel=1e-3)


@pytest.fixture(scope="module")
def analysis():
    """A sound motor."""
    return Analyser(NAMEPLATE, ImageSpec()).analyse(a_window(upper=1e-4, lower=1e-4))


def verdict_of(analysis: Analysis, distance: float | None, limit: float | None) -> Verdict:
    belief = Belief((0.97, 0.03, 0.0, 0.0, 0.0), (0.0,) * 5, distance, limit)
    return diagnose(analysis, belief, 0.5, WindowSpan(0.0, 12.0, 0, 120_000, 0))


def test_a_strange_window_is_refused_with_its_distance(analysis):
    verdict = verdict_of(analysis, distance=80.0, limit=60.0)
    assert verdict.state is State.INDETERMINATE
    assert verdict.refusal == Refusal(Reason.OUT_OF_DOMAIN, "embedding_distance", 80.0, 60.0)


@pytest.mark.parametrize(("distance", "limit"), [(59.0, 60.0), (80.0, None), (None, None)])
def test_a_window_within_the_limit_or_without_one_is_judged(analysis, distance, limit):
    assert verdict_of(analysis, distance, limit).state is State.HEALTHY
