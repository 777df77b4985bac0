"""A tag promises what this program does not do, so each is refused with what to do instead."""

import pytest
from small_files import Folder


@pytest.mark.parametrize(
    ("value", "tag", "cure"),
    [
        ("!secret mqtt_host", "!secret", "mqtt.password_file"),
        ("!include other.yaml", "!include", "write the value itself"),
        ("!ENV '${HOST}'", "!ENV", "${NAME}"),
        ("!env_var HOST", "!env_var", "${NAME}"),
        ("!vault |\n    $ANSIBLE_VAULT", "!vault", "password_file"),
        ("!!str localhost", "!!str", "leave it out"),
        ("!!bool x", "!!bool", "leave it out"),
        ("!!int ''", "!!int", "leave it out"),
        ("!!float ''", "!!float", "leave it out"),
        ("!!binary aGk=", "!!binary", "leave it out"),
        ("!!timestamp x", "!!timestamp", "leave it out"),
        ("!!python/object/apply:os.system [id]", "!!python/object/apply:os.system", "leave it out"),
        ("! localhost", "!", "write the value itself"),
        ("!<tag:example.org,2026:x> y", "tag:example.org,2026:x", "write the value itself"),
        ("!reference [a, b]", "!reference", "write the value itself"),
        ("!merge {a: 1}", "!merge", "write the value itself"),
        ("!!null x", "!!null", "leave it out"),
    ],
)
def test_a_tag_is_refused_at_its_place_with_what_to_do(folder: Folder, value: str, tag: str, cure: str):
    problem = folder.problem(("host: localhost", f"host: {value}"))
    assert problem.key == ("mqtt", "host")
    assert problem.position is not None
    assert (problem.position.line, problem.position.column) == (19, 9)
    assert f"the tag {tag} is not supported" in problem.message
    assert cure in problem.message


def test_tags_are_told_with_everything_else(folder: Folder):
    problems = folder.problems(
        ("{id: t1}", "!include agent.yaml"), ("poles: 4", "poles: 5"), ("localhost", "!secret x")
    )
    assert set(problems) == {"agent", "motor.poles", "mqtt.host"}


def test_a_tag_before_the_whole_file_or_a_key_is_refused(folder: Folder):
    assert "the tag !x" in str(folder.problems(("agent:", "--- !x\nagent:")))
    assert "keys are words" in str(folder.problems(("poles: 4", "!!str poles: 4")))


def test_a_tag_within_quotes_is_text(folder: Folder):
    assert folder.load(("{id: t1}", "{id: t1, site: '!secret x'}")).agent.site == "!secret x"
