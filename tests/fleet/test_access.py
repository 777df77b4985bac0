"""The access lists of a fleet say what the shipped one says, agent by agent."""

import re
from pathlib import Path

from edge_agent.fleet.access import (
    USERS,
    access_for_emqx,
    access_of_agent,
    access_of_centre,
    access_of_site,
    is_reserved,
)

SHIPPED = (Path(__file__).parents[2] / "deploy/mosquitto/edge-agent.acl").read_text().splitlines()


def test_an_agent_may_what_the_shipped_patterns_allow() -> None:
    patterns = {line.removeprefix("pattern ") for line in SHIPPED if line.startswith("pattern ")}
    own = access_of_agent("pump-7", "edge-agent").splitlines()
    assert own[0] == "user pump-7"
    assert {line.removeprefix("topic ") for line in own[1:]} == {
        pattern.replace("%u", "pump-7") for pattern in patterns
    }


def test_users_may_what_the_shipped_list_allows() -> None:
    written = _by_user(access_of_site([("pump-7", "edge-agent")], USERS).splitlines())
    shipped = _by_user(SHIPPED)
    assert {"monitor", "operator", "homeassistant"} <= set(shipped)
    for user, lines in shipped.items():
        assert written[user] == lines, user


SITES = [("hall-1", "edge-agent"), ("hall-2", "edge-agent")]
LET_IN = (*USERS, "bridge-hall-1", "bridge-hall-2")


def test_emqx_and_mosquitto_allow_the_same_at_the_centre() -> None:
    rule = r'\{allow, \{username, "([^"]+)"\}, (publish|subscribe), \["([^"]+)"\]\}\.'
    lines = access_for_emqx(SITES, LET_IN).splitlines()
    assert lines[-1] == "{deny, all}."
    found = {matched.groups() for line in lines if (matched := re.fullmatch(rule, line))}
    assert len(found) == len(lines) - 2
    named = {"write": "publish", "read": "subscribe"}
    assert found == {
        (user, named[line.split()[1]], line.split()[2])
        for user, own in _by_user(access_of_centre(SITES, LET_IN).splitlines()).items()
        for line in own
    }


def test_nobody_may_be_an_agent_with_the_rights_of_a_user() -> None:
    assert all(is_reserved(name) for name in (*USERS, "bridge-hall-1"))
    assert not is_reserved("pump-7")


def test_at_the_centre_a_site_writes_below_its_own_name() -> None:
    own = _by_user(access_of_centre(SITES, LET_IN).splitlines())
    assert own["bridge-hall-1"] == {
        "topic write hall-1/edge-agent/#",
        "topic read hall-1/edge-agent/+/command/#",
    }
    assert not any("topic write" in line for line in own["collector"] | own["monitor"])


def test_users_and_bridges_that_are_not_let_in_have_no_rights() -> None:
    let_in = ("monitor", "bridge-hall-2")
    for lines in (access_of_site([("pump-7", "edge-agent")], let_in), access_of_centre(SITES, let_in)):
        assert not {"operator", "collector", "homeassistant", "bridge-hall-1"} & set(
            _by_user(lines.splitlines())
        )
        assert "monitor" in _by_user(lines.splitlines())
    rules = access_for_emqx(SITES, let_in)
    assert set(re.findall(r'username, "([^"]+)"', rules)) == set(let_in)


def _by_user(lines: list[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in lines:
        if line.startswith("user "):
            found[line.removeprefix("user ")] = set()
        elif line.startswith("topic ") and found:
            list(found.values())[-1].add(line)
    return found
