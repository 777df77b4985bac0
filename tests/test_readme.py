"""What the README shows is right: its YAML loads, and no reason is left unexplained."""

import re
from pathlib import Path

import pytest
import yaml

from edge_agent.config import ConfigError, load_settings
from edge_agent.diagnose.verdict import Reason, Severity, State

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
MINIMAL, EVERYTHING_ELSE = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)


def test_the_minimal_configuration_is_right(tmp_path: Path):
    file = tmp_path / "agent.yaml"
    file.write_text(MINIMAL)
    assert load_settings(file).mqtt.host == "localhost"


def test_every_other_key_is_known_and_only_the_files_are_missing(tmp_path: Path):
    whole = yaml.safe_load(MINIMAL)
    for name, section in yaml.safe_load(EVERYTHING_ELSE).items():
        whole[name] = whole.get(name, {}) | section if isinstance(section, dict) else section
    file = tmp_path / "agent.yaml"
    file.write_text(yaml.safe_dump(whole))
    with pytest.raises(ConfigError) as refused:
        load_settings(file)
    assert {problem.key[-1] for problem in refused.value.problems} <= {"ca_file", "password_file"}


def test_every_answer_and_every_reason_is_explained():
    for word in (*State, *Severity, *Reason):
        assert f"`{word}`" in README
