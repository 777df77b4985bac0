"""`${NAME}` and `${NAME:-default}` are replaced; every other dollar sign is refused with what to write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_files import Folder

from edge_agent.config.variables import VariableError, expand


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("${A}", "one"),
        ("x-${A}-${B}", "x-one-two words"),
        ("${A:-other}", "one"),
        ("${C:-other}", "other"),
        ("${EMPTY:-other}", "other"),
        ("${C:-}", ""),
        ("${EMPTY}", ""),
        ("${C:-a:-b c/d}", "a:-b c/d"),
        ("$$", "$"),
        ("$${A}", "${A}"),
        ("a$$b$$", "a$b$"),
        ("$$${A}", "$one"),
        ("${D}", "${A} $x"),
        ("}{", "}{"),
    ],
)
def test_what_is_known_is_replaced_once(text: str, expanded: str):
    environment = {"A": "one", "B": "two words", "EMPTY": "", "D": "${A} $x"}
    assert expand(text, environment) == expanded


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("$A", "write ${A}"),
        ("x$A_1/y", "write ${A_1}"),
        ("${A?}", "write ${A}"),
        ("${A?must be set}", "write ${A}"),
        ("${A:?must be set}", "write ${A}"),
        ("${A-other}", "write ${A:-default}"),
        ("${A:=other}", "write ${A}"),
        ("${A+other}", "write ${A}"),
        ("${A%.*}", "write ${A}"),
        ("${A", "not closed"),
        ("${", "not closed"),
        ("${A:-b", "not closed"),
        ("${A:-${B}}", "the default of ${A:-...} may not hold"),
        ("${}", "$$ for a dollar sign"),
        ("${1}", "$$ for a dollar sign"),
        ("$(hostname)", "$$ for a dollar sign"),
        ("5 $", "$$ for a dollar sign"),
        ("$1", "$$ for a dollar sign"),
        ("${MISSING}", "the environment variable MISSING is not set"),
    ],
)
def test_what_a_shell_may_mean_is_refused_with_what_to_write(text: str, cure: str):
    with pytest.raises(VariableError) as refused:
        expand(text, {"A": "one"})
    assert cure in str(refused.value)


def test_a_default_may_be_a_number_where_it_is_not_quoted(folder: Folder):
    port = ("localhost", "localhost\n  port: ${PORT:-1884}")
    assert folder.load(port).mqtt.port == 1884
    assert folder.load(port, PORT="1885").mqtt.port == 1885


def test_a_quoted_default_is_text(folder: Folder):
    assert folder.load(("localhost", '"${MQTT_HOST:-localhost}"')).mqtt.host == "localhost"


def test_a_variable_within_braces_of_yaml_is_to_be_quoted(folder: Folder):
    problem = folder.problems(("{id: t1}", "{id: ${ID:-t1}}")).popitem()[1]
    assert "put the value in quotes" in problem.message


def test_every_wrong_dollar_is_told_in_one_pass_at_its_place(folder: Folder):
    problems = folder.problems(("id: m1", "id: $M"), ("/dev/ttyACM0", "${PORT?}"), ("localhost", '"${HOST"'))
    places = {key: (p.position.line, p.position.column) for key, p in problems.items() if p.position}
    assert places == {"motor.id": (3, 7), "acquisition.port": (12, 9), "mqtt.host": (19, 9)}


def test_keys_and_comments_are_left_alone(folder: Folder):
    assert folder.load(("host:", "# ${NOT_SET} $x\n  host:")).mqtt.host == "localhost"
    assert "unknown key" in folder.problem(("localhost", "localhost\n  ${KEY}: 1"), KEY="port").message


@given(st.text(st.sampled_from("$${}AB:-?x "), max_size=20))
def test_any_text_is_expanded_or_refused(text: str):
    try:
        expand(text, {"A": "1"})
    except VariableError as error:
        assert "$" in text, error  # noqa: PT017
