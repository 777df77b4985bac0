"""Names of parts: those of a backup, and none that leads out of its folder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.backup.manifest import MAX_NAME, is_part


@pytest.mark.parametrize(
    "name",
    [
        "backup.json",
        "agent.yaml",
        "state/alarm.json",
        "state/notify-1.sqlite3",
        f"state/captures/20261129T202117.368Z_{64 * 'm'}_indeterminate.npz",
    ],
)
def test_the_parts_of_a_backup_have_these_names(name: str) -> None:
    assert is_part(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "/etc/passwd",
        "../agent.yaml",
        "state/../agent.yaml",
        "state/../../x.json",
        "state//x.json",
        "/state/alarm.json",
        "state/alarm.json/",
        "state/alarm.json\n",
        "state/agent.lock",
        "state/captures/../alarm.json",
        "state/captures/a/b.npz",
        "state\\alarm.json",
        f"state/captures/{MAX_NAME * 'a'}.npz",
    ],
)
def test_no_other_name_is_taken(name: str) -> None:
    assert not is_part(name)


@given(st.text() | st.from_regex(r"state/[./a-z]{0,12}\.json", fullmatch=True))
def test_whatever_is_taken_stays_within_the_folder(name: str) -> None:
    if is_part(name):
        assert not name.startswith("/")
        assert not {"", ".", ".."} & set(name.split("/"))
