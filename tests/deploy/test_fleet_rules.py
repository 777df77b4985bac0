"""The alert rules of a fleet: Prometheus takes them, each fires when it should, each metric is there."""

import re
from pathlib import Path

import yaml
from promtool import promtool

FOLDER = Path(__file__).parents[2] / "deploy" / "fleet" / "prometheus"
RULES = FOLDER / "fleet.rules.yml"
ALERTS = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
TESTS = Path(__file__).parent / "fleet_rules.test.yml"


def exported() -> set[str]:
    """Return the names of what the exporter says by the queries."""
    queries = yaml.safe_load((FOLDER / "queries.yml").read_text())
    return {
        f"{name}_{metric}"
        for name, query in queries.items()
        for entry in query["metrics"]
        for metric, how in entry.items()
        if how["usage"] != "LABEL"
    }


def test_prometheus_takes_the_rules_and_the_example() -> None:
    assert "SUCCESS" in promtool("check", "rules", "--lint=all", "--lint-fatal", str(RULES))
    promtool("check", "config", "--lint=all", "--lint-fatal", str(FOLDER / "prometheus.example.yml"))


def test_each_alert_fires_when_it_should_and_not_before() -> None:
    assert "SUCCESS" in promtool("test", "rules", str(TESTS))


def test_each_alert_is_tested_and_says_what_it_is() -> None:
    for rule in ALERTS:
        assert f'alertname="{rule["alert"]}"' in TESTS.read_text()
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"].endswith(".")


def test_each_metric_of_the_rules_is_exported() -> None:
    named = set(re.findall(r"edge_fleet_\w+", " ".join(rule["expr"] for rule in ALERTS)))
    assert named <= exported()


def test_the_example_scrapes_the_job_that_the_rules_know() -> None:
    example = yaml.safe_load((FOLDER / "prometheus.example.yml").read_text())
    assert [job["job_name"] for job in example["scrape_configs"]] == ["edge-fleet"]
    assert example["rule_files"] == [RULES.name]
