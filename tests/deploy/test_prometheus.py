"""The alert rules: Prometheus takes them, each fires when it should, and each metric in them exists."""

import re
from pathlib import Path

import pytest
import yaml
from documents import document
from promtool import promtool
from said import whole_metrics

FOLDER = Path(__file__).parents[2] / "deploy" / "prometheus"
RULES = FOLDER / "edge-agent.rules.yml"
ALERTS = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def test_prometheus_takes_the_rules_and_the_example() -> None:
    assert "SUCCESS" in promtool("check", "rules", "--lint=all", "--lint-fatal", str(RULES))
    promtool("check", "config", "--lint=all", "--lint-fatal", str(FOLDER / "prometheus.example.yml"))


def test_each_alert_fires_when_it_should_and_not_before() -> None:
    assert "SUCCESS" in promtool("test", "rules", str(Path(__file__).parent / "alert_rules.test.yml"))


def test_each_alert_has_its_unit_test() -> None:
    tested = (Path(__file__).parent / "alert_rules.test.yml").read_text()
    for rule in ALERTS:
        cause = rule["labels"].get("cause")
        assert f'alertname="{rule["alert"]}"' in tested
        assert cause is None or f'cause="{cause}"' in tested


def test_the_alerts_are_those_that_the_document_names() -> None:
    for name in {rule["alert"] for rule in ALERTS}:
        assert f"`{name}`" in document("edge_agent/web/README.md")


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_each_alert_says_what_it_is_and_knows_its_metrics(rule: dict[str, object]) -> None:
    annotations = rule["annotations"]
    assert isinstance(annotations, dict)
    assert annotations["summary"]
    assert annotations["description"].endswith(".")
    named = set(re.findall(r"edge_agent_\w+", str(rule["expr"])))
    page = whole_metrics().page("")[0].decode()
    assert named <= set(re.findall(r"^(edge_agent_\w+)", page, re.MULTILINE))
    assert named or 'up{job="edge-agent"}' in str(rule["expr"])


def test_the_example_scrapes_the_job_that_the_rules_know() -> None:
    example = yaml.safe_load((FOLDER / "prometheus.example.yml").read_text())
    assert [job["job_name"] for job in example["scrape_configs"]] == ["edge-agent"]
    assert example["rule_files"] == [RULES.name]
