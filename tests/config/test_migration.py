"""An older file is brought to the present version, and nothing else in it changes."""

from pathlib import Path

import pytest
from minimal_file import MINIMAL

from edge_agent.config import ConfigError, load_settings
from edge_agent.config.migration import STEPS, UNSTATED, migrate
from edge_agent.config.settings import VERSION

COMMENTED = f"""\
# yaml-language-server: $schema=edge_agent/config.schema.json

# the pump in hall 3, 'quoted' and "so"
{MINIMAL.replace("poles: 4", "poles:   4    # from the plate")}
# the end"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "agent.yaml"


def added(file: Path, text: str) -> list[str]:
    """Return the lines of the migrated text that are not in the old one, which must all be there in order."""
    file.write_bytes(text.encode())
    done = migrate(file)
    assert (done.version, done.old, len(done.steps)) == (UNSTATED, text.removeprefix("\ufeff"), VERSION)
    new = done.new.split("\n")
    rest = list(new)
    for line in done.old.split("\n"):
        rest.remove(line)
    assert [line for line in new if line not in rest] == [
        line for line in done.old.split("\n") if line not in rest
    ]
    return rest


def test_there_is_a_step_from_every_version_to_the_present_one() -> None:
    assert sorted(STEPS) == list(range(VERSION))


@pytest.mark.parametrize(
    "text",
    [MINIMAL, COMMENTED, f"---\n{MINIMAL}", f"\ufeff{MINIMAL}", f"%YAML 1.1\n---\n{MINIMAL}"],
    ids=["minimal", "with comments", "a document", "with a byte order mark", "with a directive"],
)
def test_only_the_version_is_added(file: Path, text: str) -> None:
    assert added(file, text) == ["version: 1"]


def test_lines_that_end_as_on_windows_stay_so(file: Path) -> None:
    assert added(file, MINIMAL.replace("\n", "\r\n")) == ["version: 1"]


def test_a_file_whose_keys_are_indented_stays_one(file: Path) -> None:
    assert added(file, "".join(f"  {line}\n" for line in MINIMAL.splitlines())) == ["  version: 1"]


def test_the_comment_of_the_first_key_stays_with_it_and_that_of_the_file_at_its_head(file: Path) -> None:
    file.write_text(COMMENTED)
    assert migrate(file).new.split("\n")[:4] == [
        "# yaml-language-server: $schema=edge_agent/config.schema.json",
        "",
        "version: 1",
        "# the pump in hall 3, 'quoted' and \"so\"",
    ]
    file.write_text(f"# head\n{MINIMAL}")
    assert migrate(file).new.startswith("# head\nversion: 1\nmotor:\n")


def test_the_migrated_file_means_the_same_and_needs_nothing_more(file: Path) -> None:
    file.write_text(COMMENTED)
    before = load_settings(file)
    file.write_text(migrate(file).new)
    assert load_settings(file) == before
    again = migrate(file)
    assert (again.version, again.steps, again.new) == (VERSION, (), again.old)


@pytest.mark.parametrize("text", ["{motor: {}}", "- motor", "motor", "version: one\nmotor: {}", "? [a]\n: b"])
def test_what_cannot_be_changed_safely_is_left_alone_with_a_hint(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError, match="add it by hand"):
        migrate(file)


def test_a_file_of_a_later_program_is_refused(file: Path) -> None:
    file.write_text(f"version: {VERSION + 1}\n{MINIMAL}")
    with pytest.raises(ConfigError, match=f"found {VERSION + 1}, and this program reads version {VERSION}"):
        migrate(file)
