"""A problem is one line that an editor can follow, and problems come in the order of the file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.config.load import load_settings
from edge_agent.config.problems import ConfigError, Position, Problem, spell

FILE = Path("agent.yaml")
places = st.builds(Position, st.integers(1, 99), st.integers(1, 99))
keys = st.lists(st.text(max_size=8) | st.integers(0, 99), max_size=4).map(tuple)


@pytest.mark.parametrize(
    ("key", "spelled"),
    [
        ((), ""),
        (("motor",), "motor"),
        (("motor", "poles"), "motor.poles"),
        (("channels", 0, "scale"), "channels[0].scale"),
        (("rows", 1, 2), "rows[1][2]"),
        ((3, "name"), "[3].name"),
        (("1", "name"), "1.name"),
    ],
)
def test_a_path_is_spelled_as_people_write_it(key: tuple[str | int, ...], spelled: str):
    assert spell(key) == spelled


@given(st.lists(st.from_regex(r"[a-z_]{1,6}", fullmatch=True) | st.integers(0, 99), max_size=6))
def test_two_different_paths_of_plain_words_are_never_spelled_alike(steps: list[str | int]):
    told = spell(tuple(steps))
    read = [
        int(step[1:-1]) if step.startswith("[") else step
        for step in told.replace("[", ".[").split(".")
        if step
    ]
    assert read == steps


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (
            Problem(FILE, Position(3, 5), ("mqtt", "port"), "too large"),
            "agent.yaml:3:5: mqtt.port: too large",
        ),
        (Problem(FILE, Position(3, 5), (), "no YAML"), "agent.yaml:3:5: no YAML"),
        (Problem(FILE, None, (), "cannot be read"), "agent.yaml: cannot be read"),
        (Problem(None, None, ("state_dir",), "is missing"), "state_dir: is missing"),
        (Problem(None, None, (), "is missing"), "is missing"),
        (Problem(None, Position(3, 5), (), "is missing"), "is missing"),
    ],
)
def test_what_is_not_known_of_a_problem_is_left_out(problem: Problem, line: str):
    assert str(problem) == line


def test_a_key_or_message_cannot_write_to_the_terminal():
    problem = Problem(FILE, Position(1, 1), ("mo\x1b[31mtor",), "two\nlines")
    assert str(problem) == r"agent.yaml:1:1: mo\x1b[31mtor: two\nlines"


@given(keys, st.text(), places | st.none())
def test_any_problem_is_one_line_that_can_be_printed(key, message: str, place: Position | None):
    line = str(Problem(FILE, place, key, message))
    assert line.isprintable()
    assert line.startswith("agent.yaml:")


@given(st.lists(places | st.none(), min_size=1, max_size=8))
def test_problems_are_told_in_the_order_of_the_file(positions: list[Position | None]):
    found = tuple(Problem(FILE, place, (), str(number)) for number, place in enumerate(positions))
    told = ConfigError(found).problems
    assert sorted(told, key=found.index) == list(found)
    order = [(0, 0) if p.position is None else (p.position.line, p.position.column) for p in told]
    assert order == sorted(order)


def test_problems_at_one_place_stay_in_the_order_in_which_they_were_found():
    first, second = (Problem(FILE, Position(2, 2), (), message) for message in ("zebra", "ant"))
    assert ConfigError((first, second)).problems == (first, second)


def test_a_problem_of_the_whole_file_is_told_first():
    of_file, of_line = Problem(FILE, None, (), "whole"), Problem(FILE, Position(1, 1), (), "line")
    assert ConfigError((of_line, of_file)).problems == (of_file, of_line)


def test_the_error_says_each_problem_on_a_line_of_its_own():
    late, early = (Problem(FILE, Position(line, 1), (), f"in {line}") for line in (10, 9))
    assert str(ConfigError((late, early))) == "agent.yaml:9:1: in 9\nagent.yaml:10:1: in 10"


def test_lines_count_before_columns_and_as_numbers():
    assert Position(2, 80) < Position(10, 1)
    assert Position(2, 9) < Position(2, 10)


def test_a_long_key_is_named_by_its_beginning() -> None:
    assert len(spell(("channels", 0, "x" * 50_000))) < 80


def test_thousands_of_problems_are_a_message_that_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text("channels:\n" + "  - {name: ia, phaze: a}\n" * 2_000)
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    assert len(caught.value.problems) > 2_000
    assert len(str(caught.value)) < 100_000
    assert "more problems" in str(caught.value).splitlines()[-1]
    file.write_text("channels:\n" + f"  - {{name: {'x' * 25_000}}}\n" * 2)
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    assert len(str(caught.value)) < 10_000
