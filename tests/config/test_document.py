"""A YAML file as plain values: each with its place, and nothing in it that runs or grows."""

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_agent.config.document import MAX_BYTES, MAX_DEPTH, MAX_WHOLE, Document, read_document
from edge_agent.config.problems import ConfigError, Position

words = st.from_regex(r"[a-z]{1,6}", fullmatch=True)
contents = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_WHOLE, MAX_WHOLE) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=12,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "agent.yaml"


def read(file: Path, text: str | bytes, **environment: str) -> Document:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_document(file, environment)


def messages(document: Document) -> list[str]:
    return [problem.message for problem in document.problems]


def refusal(file: Path, text: str | bytes) -> str:
    with pytest.raises(ConfigError) as refused:
        read(file, text)
    (problem,) = refused.value.problems
    return str(problem).removeprefix(f"{file}")


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(words, contents, min_size=1, max_size=4), st.booleans())
def test_plain_content_is_read_as_it_was_written(file: Path, content: dict[str, object], flow: bool):
    document = read(file, yaml.safe_dump(content, default_flow_style=flow))
    assert document.problems == []
    assert document.root == content


def test_every_value_and_key_has_its_place(file: Path):
    document = read(file, "motor:\n  poles: 4\nchannels:\n  - {name: ia}\n  - ib\n")
    assert document.values == {
        (): Position(1, 1),
        ("motor",): Position(2, 3),
        ("motor", "poles"): Position(2, 10),
        ("channels",): Position(4, 3),
        ("channels", 0): Position(4, 5),
        ("channels", 0, "name"): Position(4, 12),
        ("channels", 1): Position(5, 5),
    }
    assert document.keys == {
        ("motor",): Position(1, 1),
        ("motor", "poles"): Position(2, 3),
        ("channels",): Position(3, 1),
        ("channels", 0, "name"): Position(4, 6),
    }


@pytest.mark.parametrize(
    ("key", "line", "column"),
    [
        (("motor", "poles"), 2, 10),
        (("motor", "id"), 1, 1),
        (("motor", "id", "deeper"), 1, 1),
        (("channels", 0, "kind"), 4, 5),
        (("channels", 7), 3, 1),
        (("mqtt", "host"), 1, 1),
        ((), 1, 1),
    ],
)
def test_what_is_missing_is_placed_at_the_section_that_lacks_it(
    file: Path, key: tuple[str | int, ...], line: int, column: int
):
    document = read(file, "motor:\n  poles: 4\nchannels:\n  - {name: ia}\n")
    assert document.place(key) == Position(line, column)


def test_a_missing_section_is_placed_where_the_content_starts(file: Path):
    assert read(file, "# first\n\nmotor: {}\n").place(("mqtt",)) == Position(3, 1)


def test_only_unquoted_values_keep_their_spelling(file: Path):
    document = read(file, "a: 1e3\nb: '1e3'\nc: ${X}\nd:\n", X="034")
    assert document.spellings == {("a",): "1e3", ("c",): "${X}", ("d",): ""}
    assert document.root == {"a": 1000, "b": "1e3", "c": "034", "d": None}


def test_a_block_of_text_is_text_even_if_it_looks_like_a_number(file: Path):
    assert read(file, "a: |-\n  12\nb: >-\n  no\n").root == {"a": "12", "b": "no"}


def test_keys_are_text_whatever_they_look_like(file: Path):
    assert read(file, "1: a\nyes: b\n'': c\n").root == {"1": "a", "yes": "b", "": "c"}


def test_a_key_that_occurs_twice_keeps_its_first_value_and_names_the_first_line(file: Path):
    document = read(file, "a: 1\nb: 2\na: 3\n")
    assert document.root == {"a": 1, "b": 2}
    assert messages(document) == ["occurs twice, first in line 1; keep one of them"]
    assert document.problems[0].position == Position(3, 1)


def test_a_key_may_occur_again_in_another_section(file: Path):
    document = read(file, "a: {id: 1}\nb: {id: 2}\nc: [{id: 3}, {id: 4}]\n")
    assert document.problems == []
    assert document.root == {"a": {"id": 1}, "b": {"id": 2}, "c": [{"id": 3}, {"id": 4}]}


def test_a_key_that_is_a_list_is_left_out_and_the_rest_is_read(file: Path):
    document = read(file, "? [a, b]\n: 1\nc: 2\n")
    assert document.root == {"c": 2}
    assert messages(document) == ["a list or section as a key; keys are words"]


@pytest.mark.parametrize("text", ['"\\ud800": 1\nc: 2\n', "!!str a: 1\nc: 2\n"])
def test_a_key_that_is_no_plain_text_is_told(file: Path, text: str):
    assert len(read(file, text).problems) == 1


def test_half_a_character_is_told_and_the_value_left_out(file: Path):
    document = read(file, 'a: "x\\udfffy"\nb: 2\n')
    assert document.root == {"a": None, "b": 2}
    assert document.problems[0].key == ("a",)
    assert document.problems[0].message.startswith("half a character")


def test_a_merge_key_is_a_key_like_any_other(file: Path):
    assert read(file, "<<: {a: 1}\nb: 2\n").root == {"<<": {"a": 1}, "b": 2}


@pytest.mark.parametrize("sign", ["", "-"])
def test_the_largest_whole_number_is_read_and_the_next_is_refused(file: Path, sign: str):
    largest = int(f"{sign}{MAX_WHOLE}")
    assert read(file, f"a: {largest}\n").root == {"a": largest}
    document = read(file, f"a: {sign}{MAX_WHOLE + 1}\n")
    assert document.root == {"a": None}
    assert messages(document) == [f"'{sign}{MAX_WHOLE + 1}' is larger than any setting"]


def test_a_quoted_whole_number_of_any_size_is_text(file: Path):
    assert read(file, f"a: '{MAX_WHOLE + 1}'\n").root == {"a": str(MAX_WHOLE + 1)}


def test_a_variable_cannot_bring_yaml_into_the_file(file: Path):
    document = read(file, "a: ${X}\n", X="{b: 1}\nc: 2")
    assert document.root == {"a": "{b: 1}\nc: 2"}


def test_a_variable_in_a_key_is_left_as_it_is(file: Path):
    assert read(file, "${X}: 1\n", X="name").root == {"${X}": 1}


def test_without_an_environment_the_variables_of_the_process_count(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("EDGE_AGENT_TEST_NAME", "seven")
    file.write_text("a: ${EDGE_AGENT_TEST_NAME}\n")
    assert read_document(file).root == {"a": "seven"}


def test_a_byte_order_mark_is_no_part_of_the_first_key(file: Path):
    document = read(file, b"\xef\xbb\xbfa: 1\n")
    assert document.root == {"a": 1}
    assert document.keys["a",] == Position(1, 1)
    assert refusal(file, b"\xef\xbb\xbfa: \x1b\n").startswith(":1:4: a character that YAML forbids")


def test_lines_that_end_as_on_windows_count_as_one(file: Path):
    document = read(file, b"a: 1\r\nb: 2\r\n")
    assert document.root == {"a": 1, "b": 2}
    assert document.keys["b",] == Position(2, 1)


def test_the_deepest_nesting_is_read_and_one_level_more_is_refused(file: Path):
    assert read(file, nested(MAX_DEPTH)).problems == []
    assert (
        refusal(file, nested(MAX_DEPTH + 1)) == f":1:{MAX_DEPTH + 1}: nested deeper than {MAX_DEPTH} levels"
    )


def test_lists_beside_each_other_are_not_deep(file: Path):
    assert read(file, "a: [" + "[], " * 100 + "[]]\n").root == {"a": [[]] * 101}


def test_a_file_of_just_the_largest_size_is_read(file: Path):
    text = "a: 1\n#"
    assert read(file, text.ljust(MAX_BYTES, "x")).root == {"a": 1}
    assert refusal(file, text.ljust(MAX_BYTES + 1, "x")).startswith(": is larger than 64 KiB")


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_a_file_without_content_is_called_empty(file: Path, text: str):
    assert refusal(file, text).startswith(":1:1: the file is empty")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: 1\nb: \xc3\xa4\xff\n", ":2:5: byte 0xff is not UTF-8"),
        (b"\xff", ":1:1: byte 0xff is not UTF-8"),
        (b"a: \xc3", ":1:4: byte 0xc3 is not UTF-8"),
        (b"a: 1\nb: \x00\n", ":2:4: a character that YAML forbids (code 0)"),
        (b"a: \xc3\xa4\x1b\n", ":1:5: a character that YAML forbids (code 27)"),
    ],
)
def test_a_byte_that_cannot_be_read_is_placed_in_characters(file: Path, content: bytes, said: str):
    assert refusal(file, content).startswith(said)


def test_a_folder_is_not_read(tmp_path: Path):
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read_document(tmp_path)


def test_an_alias_is_refused_by_its_name(file: Path):
    assert refusal(file, "a: &x 1\nb: *x\n") == ":2:4: the alias *x is not supported; write the value out"
    assert len(refusal(file, f"a: &{'x' * 9000} 1\nb: *{'x' * 9000}\n")) < 200


def test_an_anchor_that_nothing_refers_to_does_no_harm(file: Path):
    assert read(file, "a: &x 1\n").root == {"a": 1}


def test_a_tag_runs_nothing_and_the_rest_is_read(file: Path):
    document = read(file, "a: !!python/object/apply:os.getcwd []\nb: 2\n")
    assert document.root == {"a": None, "b": 2}
    assert [problem.key for problem in document.problems] == [("a",)]
    assert messages(document)[0].startswith("the tag !!python/object/apply:os.getcwd is not supported")


def test_a_problem_that_is_reported_carries_the_file(file: Path):
    document = Document(file)
    document.report(Position(2, 3), ("a",), "wrong")
    assert [str(problem) for problem in document.problems] == [f"{file}:2:3: a: wrong"]
