import numpy as np
import pytest
from small_condition_motor import seen_with

from calibration.learning.conditions.heads import HEADS, named, present
from calibration.learning.conditions.tokens import GROUPS, images_of, normal_images, tokens_of
from calibration.learning.conditions.vibration_images import EDGES, comb, share_out
from calibration.simulator.graded import CONDITIONS
from edge_agent.signals.bearing_bands import order_of
from edge_agent.verdict import Fault


@pytest.fixture(scope="module")
def normal():
    return normal_images([images_of(seen_with())])


def tokens_with(condition, normal):
    seen = seen_with(condition)
    return {name: own.astype(float) for name, own in tokens_of(seen, images_of(seen), normal).items()}


def grown(group: str, tokens) -> np.ndarray:
    return tokens[group][:, GROUPS[group].own :]


def test_every_group_has_its_shape_and_is_bounded(normal) -> None:
    tokens = tokens_with("bearing_outer", normal)
    assert {name: own.shape for name, own in tokens.items()} == {
        name: (own.tokens, own.features) for name, own in GROUPS.items()
    }
    assert all(np.abs(own).max() <= 60.0 for own in tokens.values())


def test_the_sound_motor_has_not_grown_over_itself(normal) -> None:
    tokens = tokens_with(None, normal)
    assert np.abs(grown("orders", tokens)).max() == 0.0
    assert np.abs(grown("spectrum", tokens)).max() == 0.0


def test_without_a_normal_nothing_has_grown() -> None:
    tokens = tokens_with("unbalance", {})
    assert all(np.abs(grown(name, tokens)).max(initial=0.0) == 0.0 for name in tokens)


def test_unbalance_grows_in_the_token_of_the_first_order(normal) -> None:
    growth = grown("orders", tokens_with("unbalance", normal))
    token, feature = np.unravel_index(np.argmax(growth), growth.shape)
    assert token == 0
    assert EDGES[feature] < 1.0 < EDGES[feature + 1]


def test_misalignment_grows_at_line_plus_shaft(normal) -> None:
    growth = grown("spectrum", tokens_with("misalignment", normal)).ravel()
    assert growth[4 * 16] > 1.0  # the first bin from f + f_r on: 16 to an order, from f - 3 f_r on


def test_a_pit_of_the_outer_race_stands_out_where_the_comb_says(normal) -> None:
    seen = seen_with("bearing_outer")
    floor = images_of(seen)["floor"].max(axis=0)
    teeth = comb(seen.nameplate.bearing)[0] > 0.5
    assert floor[teeth].max() > floor[~teeth].max() - 1.0
    assert floor[teeth].max() > 10.0


def test_a_turn_short_moves_the_negative_sequence_of_every_moment(normal) -> None:
    still, short = (tokens_with(name, normal)["course"][:, 12:] for name in (None, "turn_short"))
    assert np.abs(still).max() < 0.1 < np.abs(short).max(axis=1).min()


def test_the_negative_sequence_is_not_held_against_a_normal_of_other_phases(normal) -> None:
    """Wires that were exchanged since are no turn short."""
    exchanged = {**normal, "order": -normal["order"]}
    tokens = tokens_with("turn_short", exchanged)
    assert np.abs(tokens["course"][:, 12:]).max() == 0.0
    assert tokens["line"][0, 8:11].tolist() == [0.0, 0.0, -1.0]


def test_the_comb_has_teeth_at_each_part_and_none_without_geometry() -> None:
    bearing = seen_with().nameplate.bearing
    middles = (EDGES[:-1] + EDGES[1:]) / 2
    for row, part in zip(comb(bearing), ("outer", "inner", "ball"), strict=True):
        assert row[np.argmin(np.abs(middles - order_of(bearing, part)))] == 1.0
    assert not comb(None).any()


@pytest.mark.parametrize("edges", [9, 40, 173])
def test_power_is_shared_out_without_loss(edges) -> None:
    power = np.random.default_rng(1).random(100)
    shared = share_out(power, 5.0, 0.5, np.linspace(4.75, 54.75, edges))
    assert shared.size == edges - 1
    assert shared.sum() == pytest.approx(power.sum())
    assert (shared >= 0).all()


def test_the_heads_answer_for_graded_conditions_and_for_findings() -> None:
    names = np.array(list(HEADS))
    assert set(names[present({"turn_short", "sag"})]) == {"asymmetry", "supply_event"}
    assert set(names[named({Fault.BEARING_INNER, Fault.VIBRATION_ZONE})]) == {"bearing_inner", "bearing"}
    assert set(names[named({Fault.BEARING_UNKNOWN})]) == {"bearing"}
    graded = frozenset.union(*(own for own, _ in HEADS.values()))
    assert graded == set(CONDITIONS) - {"phase_loss", "locked_rotor"}
