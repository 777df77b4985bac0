"""What looks teach together: kept by current, used where the plate agrees, and never in its place."""

from dataclasses import replace

import pytest
from taught import BARS, CIRCUIT, NAMEPLATE, SLIPS, a_look, current_at, order_of

from edge_agent.learned.lessons import Lessons
from edge_agent.learned.look import Look
from edge_agent.signals.slip.known import SlotBars


def lessons_of(times: float = 1.0, told: bool = True, looks: int = 3) -> Lessons:
    """Lessons of looks at two loads, whose slip is told as so many times the true one."""
    lessons = Lessons()
    for slip in SLIPS * looks:
        look = a_look(slip, order_of(slip), order_of(slip, -1), told=times * slip if told else None)
        lessons.take(look, NAMEPLATE.rated_current_a)
    lessons.learn(NAMEPLATE, CIRCUIT)
    return lessons


def test_line_and_bars_are_used_once_they_are_known() -> None:
    known = lessons_of().usable(NAMEPLATE, CIRCUIT)
    assert known is not None
    assert known.slots == SlotBars(BARS, (1, -1), True)
    assert known.line is not None


def test_nothing_is_used_before() -> None:
    assert lessons_of(looks=1).usable(NAMEPLATE, CIRCUIT) is None


def test_bars_of_the_configuration_are_not_replaced() -> None:
    stated = NAMEPLATE.model_copy(update={"rotor_bars": 34})
    known = lessons_of().usable(stated, CIRCUIT)
    assert known is not None
    assert known.slots is None


def test_a_line_that_the_plate_contradicts_is_for_the_audit_alone() -> None:
    lessons = lessons_of(times=3.0)
    assert lessons.line is not None
    known = lessons.usable(NAMEPLATE, CIRCUIT)
    assert known is None or known.line is None


def test_a_load_is_not_forgotten_at_another_one() -> None:
    lessons = lessons_of()
    for _ in range(50):
        lessons.take(a_look(SLIPS[1], told=SLIPS[1]), NAMEPLATE.rated_current_a)
    assert {round(look.slip or 0.0, 3) for look in lessons.all_looks()} == set(SLIPS)


def test_a_number_that_is_known_stays_without_further_lines() -> None:
    lessons = lessons_of()
    for slip in SLIPS * 5:
        lessons.take(a_look(slip, told=slip), NAMEPLATE.rated_current_a)
    lessons.learn(NAMEPLATE, CIRCUIT)
    assert lessons.slots == SlotBars(BARS, (1, -1), True)


def of_a_broken_rotor(*looks: Look) -> Lessons:
    lessons = Lessons()
    for look in looks:
        lessons.take(look, NAMEPLATE.rated_current_a, broken=True)
    lessons.learn(NAMEPLATE, CIRCUIT)
    return lessons


def test_a_broken_rotor_tells_its_slip_at_a_current_to_the_audit_alone() -> None:
    lessons = of_a_broken_rotor(*(a_look(slip, told=slip) for slip in SLIPS * 3))
    assert lessons.usable(NAMEPLATE, CIRCUIT) is None
    line = lessons.line_of_any_rotor
    assert line is not None
    assert line.slip(current_at(0.03)) == pytest.approx(0.03, rel=0.01)


def test_pairs_count_only_where_nothing_else_tells_the_slip() -> None:
    """A wrong rated slip bounds where they are looked for: then they are found at a wrong one."""
    told = [a_look(slip, told=slip, by_shaft=True) for slip in SLIPS * 3]
    pairs = [replace(a_look(slip, told=slip / 4), by_pair=True) for slip in (0.02, 0.05) * 3]
    with_pairs, alone = of_a_broken_rotor(*told, *pairs), of_a_broken_rotor(*pairs)
    assert with_pairs.line_of_any_rotor == of_a_broken_rotor(*told).line_of_any_rotor
    assert alone.line_of_any_rotor is not None


def test_pairs_of_a_sound_rotor_make_no_line() -> None:
    """The pendulum of a crane stood out at two loads, and a right rated speed was accused."""
    lessons = Lessons()
    for slip in SLIPS * 3:
        look = replace(a_look(slip, told=2.0 * slip), by_pair=True)
        lessons.take(look, NAMEPLATE.rated_current_a)
    lessons.learn(NAMEPLATE, CIRCUIT)
    assert lessons.line is None
    assert lessons.line_of_any_rotor is None
