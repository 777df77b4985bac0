"""The dashboard: its variables, its queries, and that each metric in them exists."""

import json
import re
from pathlib import Path

import pytest
import yaml
from dashboards import assert_no_two_panels_overlap
from promtool import promtool
from said import whole_metrics

FOLDER = Path(__file__).parents[2] / "deploy" / "grafana"
DASHBOARD = json.loads((FOLDER / "dashboards" / "edge-agent.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
VARIABLES = {variable["name"]: variable for variable in DASHBOARD["templating"]["list"]}


def expressions() -> list[str]:
    """Return all queries as Prometheus gets them, with the variables filled in."""
    given = [target["expr"] for panel in PANELS for target in panel["targets"]]
    filled = {"$__rate_interval": "5m", "$instance": ".*", "$motor": ".*"}
    for name, value in filled.items():
        given = [expression.replace(name, value) for expression in given]
    return given


def test_it_can_be_found_and_filtered() -> None:
    assert DASHBOARD["uid"] == "edge-agent"
    assert list(VARIABLES) == ["datasource", "instance", "motor"]
    assert VARIABLES["instance"]["query"]["query"] == "label_values(edge_agent_info, instance)"
    assert VARIABLES["motor"]["query"]["query"].startswith("label_values(edge_agent_motor_state")


def test_each_metric_in_it_exists() -> None:
    queries = " ".join([*expressions(), *(str(variable["query"]) for variable in VARIABLES.values())])
    named = set(re.findall(r"\b(?:edge_agent|process)_\w+", queries))
    page = whole_metrics().page("")[0].decode()
    there = set(re.findall(r"^(\w+)", page, re.MULTILINE))
    assert named <= there
    assert {"edge_agent_motor_equivalent_bars", "edge_agent_windows_total"} <= named


def test_each_query_is_one(tmp_path: Path) -> None:
    rules = [{"record": f"query{number}", "expr": own} for number, own in enumerate(expressions())]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    promtool("check", "rules", str(file))


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_each_panel_has_its_words_its_place_and_the_chosen_source(panel: dict[str, object]) -> None:
    assert panel["description"]
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24  # type: ignore[index]


def test_no_two_panels_share_a_number_or_a_place() -> None:
    assert_no_two_panels_overlap(DASHBOARD)


def test_the_provisioning_files_are_of_the_first_version_and_name_the_folder_of_the_guide() -> None:
    for kind in ("datasources", "dashboards"):
        given = yaml.safe_load((FOLDER / "provisioning" / kind / "edge-agent.yml").read_text())
        assert given["apiVersion"] == 1
    (provider,) = given["providers"]
    guide = (FOLDER.parent / "README.md").read_text()
    assert f"`{provider['options']['path']}/edge-agent.json`" in guide
