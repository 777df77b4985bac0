"""The files of a fleet's centre: each is what its program reads, and they fit each other."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from dashboards import assert_no_two_panels_overlap
from fleet_tables import a_row, a_table
from pyhocon import ConfigFactory

from deploy.fleet.on_loopback import AUTOSAVE_S
from edge_agent.cli import main
from edge_agent.fleet.access import OF_AGENT, OF_MOTOR
from edge_agent.fleet.brokers import write_bridge

FOLDER = Path(__file__).parents[2] / "deploy" / "fleet"
DASHBOARD = json.loads((FOLDER / "grafana" / "dashboards" / "fleet.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
KEPT = {"+/+/state", "+/+/event", "+/+/alarm", "+/health", "+/status"}
"""What the database keeps, below a prefix."""


def test_telegraf_keeps_each_kind_once_with_a_session_that_persists_and_writes_to_the_inbox() -> None:
    config = tomllib.loads((FOLDER / "telegraf" / "telegraf.conf").read_text())
    inputs = config["inputs"]["mqtt_consumer"]
    topics = [topic.removeprefix("+/edge-agent/") for own in inputs for topic in own["topics"]]
    assert sorted(topics) == sorted(KEPT)
    assert len({own["client_id"] for own in inputs}) == len(inputs)
    for own in inputs:
        assert (own["qos"], own["persistent_session"], own["data_format"]) == (1, True, "value")
        assert (own["name_override"], own["topic_tag"]) == ("inbox", "topic")
        assert own["max_undelivered_messages"] <= config["agent"]["metric_buffer_limit"]
    (output,) = config["outputs"]["postgresql"]
    assert (output["schema"], output["create_templates"], output["add_column_templates"]) == ("fleet", [], [])


def test_the_collector_of_rsyslog_asks_for_the_same() -> None:
    script = (FOLDER / "rsyslog" / "collect.sh").read_text()
    (kinds,) = re.findall(r"for kind in ([^;]+);", script)
    assert set(kinds.split()) == KEPT
    assert "RSYSLOG_PORT:-5514" in script
    assert 'port="5514"' in (FOLDER / "rsyslog" / "fleet.conf").read_text()


def test_the_collector_keeps_only_what_agents_publish() -> None:
    published = {*(f"+/+/{kind}" for kind in OF_MOTOR), *(f"+/{kind}" for kind in OF_AGENT)}
    assert published >= KEPT


def test_emqx_asks_for_certificates_and_denies_what_nobody_allows() -> None:
    config = ConfigFactory.parse_file(FOLDER / "emqx" / "emqx.conf")
    secure = config["listeners.ssl.default.ssl_options"]
    assert secure["verify"] == "verify_peer"
    assert secure["fail_if_no_peer_cert"] is True
    assert [config[f"listeners.{kind}.default.enable"] for kind in ("tcp", "ws", "wss")] == 3 * [False]
    assert config["mqtt.peer_cert_as_username"] == "cn"
    assert config["authorization.no_match"] == "deny"
    assert config["durable_sessions.enable"] is True
    assert len(config["cluster.static.seeds"]) == 3


def test_the_example_of_a_bridge_is_what_fleet_make_writes(tmp_path: Path) -> None:
    write_bridge(tmp_path, "hall-1", "edge-agent", "centre.example")
    example = (FOLDER / "mosquitto" / "bridge.example.conf").read_text()
    assert (tmp_path / "bridge.conf").read_text() == example


def test_each_broker_writes_what_waits_to_disk_as_often_as_was_measured(tmp_path: Path) -> None:
    table = a_table(tmp_path / "fleet.csv", a_row("pump-7"))
    assert main(["fleet", "make", str(table), "--out", str(tmp_path / "made")]) == 0
    made = tmp_path / "made/sites/hall-1/edge-agent.conf"
    for config in (made, FOLDER.parent / "mosquitto" / "edge-agent.conf"):
        assert f"autosave_interval {AUTOSAVE_S:.0f}" in config.read_text().splitlines()


def test_compose_mounts_files_that_are_there_or_that_fleet_make_writes() -> None:
    compose = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    assert set(compose["services"]) == {
        "net",
        "broker",
        "database",
        "collector",
        "exporter",
        "prometheus",
        "grafana",
    }
    for name, service in compose["services"].items():
        assert re.search(r":v?[\d.]+", service["image"]), f"{name} has no version"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./made/"):
                continue
            assert source in compose["volumes"] or (FOLDER / source).exists(), source


def test_the_table_of_the_guide_makes_a_fleet(tmp_path: Path) -> None:
    guide = (FOLDER / "README.md").read_text()
    (table,) = re.findall(r"^(site,motor\.id.*?)^```", guide, re.MULTILINE | re.DOTALL)
    (tmp_path / "fleet.csv").write_text(table)
    (command,) = re.findall(r"^edge-agent (fleet make .*)$", guide, re.MULTILINE)
    given = command.replace("fleet.csv", f"{tmp_path}/fleet.csv").replace(
        "--out made", f"--out {tmp_path}/made"
    )
    assert main(given.split()) == 0
    (made,) = re.findall(r"^\| in `made`.*?\n\n", guide, re.MULTILINE | re.DOTALL)
    for named in re.findall(r"^\| `([a-z.]+)", made, re.MULTILINE):
        assert (tmp_path / "made" / named).exists(), named
    assert {path.name for path in (tmp_path / "made" / "agents").iterdir()} == {"pump-7", "fan-3"}


def test_each_file_of_the_guide_is_there() -> None:
    guide = (FOLDER / "README.md").read_text()
    (listed,) = re.findall(r"^\| here .*?\n\n", guide, re.MULTILINE | re.DOTALL)
    named = re.findall(r"`([\w/-]+[./][\w./-]*)`", listed)
    assert {name.split("/")[0] for name in named} == {path.name for path in FOLDER.iterdir()} - NOT_LISTED
    assert all((FOLDER / name).exists() for name in named)


NOT_LISTED = {"README.md", "made", "__pycache__"}


def test_the_tables_come_before_what_needs_them() -> None:
    compose = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    volumes = [volume for volume in compose["services"]["database"]["volumes"] if ".sql" in volume]
    order = [volume.split(":")[1].rpartition("/")[2] for volume in volumes]
    assert order == sorted(order)
    assert [name.split("-")[1] for name in order] == [
        "schema.sql",
        "states.sql",
        "messages.sql",
        "views.sql",
        "roles.sql",
    ]


def test_the_dashboard_can_be_found_and_filtered() -> None:
    assert DASHBOARD["uid"] == "edge-agent-fleet"
    assert [variable["name"] for variable in DASHBOARD["templating"]["list"]] == [
        "datasource",
        "site",
        "motor",
    ]
    source = yaml.safe_load((FOLDER / "grafana/provisioning/datasources/fleet.yml").read_text())
    assert source["datasources"][0]["type"] == DASHBOARD["templating"]["list"][0]["query"]
    provider = yaml.safe_load((FOLDER / "grafana/provisioning/dashboards/fleet.yml").read_text())
    assert provider["providers"][0]["options"]["path"] == "/var/lib/grafana/dashboards/edge-fleet"


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_each_panel_has_its_words_its_place_and_the_chosen_database(panel: dict[str, object]) -> None:
    assert panel["description"]
    assert panel["datasource"] == {"type": "grafana-postgresql-datasource", "uid": "${datasource}"}
    assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24  # type: ignore[index]


def test_no_two_panels_share_a_number_or_a_place() -> None:
    assert_no_two_panels_overlap(DASHBOARD)


FLOW = json.loads((FOLDER / "node-red" / "sparkplug.json").read_text())
NODES = {node["id"]: node for node in FLOW}


def test_the_flow_for_sparkplug_is_whole() -> None:
    assert len(NODES) == len(FLOW)
    tabs = [node["id"] for node in FLOW if node["type"] == "tab"]
    for node in FLOW:
        for field in ("broker", "tls"):
            named = node.get(field) if node["type"] in ("mqtt in", "mqtt out") or field == "tls" else None
            assert named is None or named in NODES, node["id"]
        assert {to for wires in node.get("wires", []) for to in wires} <= set(NODES), node["id"]
        assert node.get("z", tabs[0]) in tabs


def test_the_flow_needs_the_nodes_of_node_red_alone_and_the_encoder_of_sparkplug() -> None:
    own = {"tab", "tls-config", "mqtt-broker", "mqtt in", "mqtt out", "inject", "status", "function"}
    assert {node["type"] for node in FLOW} == own
    (translate,) = [node for node in FLOW if node["type"] == "function"]
    assert [library["module"] for library in translate["libs"]] == ["sparkplug-payload"]


def test_the_flow_hears_what_agents_say_and_what_the_control_room_asks() -> None:
    heard = {node["topic"] for node in FLOW if node["type"] == "mqtt in"}
    assert heard == {
        *(f"+/edge-agent/{kind}" for kind in KEPT - {"+/+/event", "+/health"}),
        "spBv1.0/+/NCMD/+",
    }


def test_node_takes_the_translation_into_sparkplug(tmp_path: Path) -> None:
    if (node := shutil.which("node")) is None:
        pytest.skip("NOT TESTED: needs node")
    (translate,) = [each for each in FLOW if each["type"] == "function"]
    (tmp_path / "translate.mjs").write_text(HARNESS.replace("TRANSLATION", translate["func"]))
    done = subprocess.run(
        [node, str(tmp_path / "translate.mjs")], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    said = [line.split() for line in done.stdout.splitlines()]
    assert said == [
        ["connect", "NDEATH/fleet", "1"],
        ["NBIRTH/fleet", "0"],
        ["DBIRTH/fleet/hall-1.pump-7.m", "1"],
        ["DDATA/fleet/hall-1.pump-7.m", "2"],
        ["DDEATH/fleet/hall-1.pump-7.m", "3"],
        ["DBIRTH/fleet/hall-1.pump-7.m", "4"],
        ["NBIRTH/fleet", "0"],
        ["DBIRTH/fleet/hall-1.pump-7.m", "1"],
        ["connect", "NDEATH/fleet", "2"],
    ]


HARNESS = """
const kept = {};
const context = { get: (name) => kept[name], set: (name, value) => { kept[name] = value; } };
const env = { get: () => undefined };
const coder = { encodePayload: (p) => JSON.stringify(p), decodePayload: (b) => JSON.parse(b) };
const sparkplug = { get: () => coder };
function translate(msg) {
TRANSLATION
}
const state = JSON.stringify({ state: "healthy", evidence: { load: 0.7 } });
const below = "hall-1/edge-agent/pump-7";
const rebirth = Buffer.from(JSON.stringify({ metrics: [{ name: "Node Control/Rebirth", value: true }] }));
for (const msg of [
  { begin: true }, { status: { fill: "green" } },
  { topic: `${below}/m/state`, payload: state }, { topic: `${below}/m/state`, payload: state },
  { topic: `${below}/status`, payload: "offline" }, { topic: `${below}/m/state`, payload: state },
  { topic: `${below}/status`, payload: "online" },
  { topic: "spBv1.0/edge-agent/NCMD/fleet", payload: rebirth },
  { topic: "spBv1.0/edge-agent/NCMD/elsewhere", payload: rebirth },
  { status: { fill: "red" } }, { status: { fill: "green" } },
]) {
  for (const out of translate(msg)[0]) {
    const short = (topic) => topic.replace("spBv1.0/edge-agent/", "");
    if (out.action) {
      const will = out.broker.will;
      console.log(out.action, short(will.topic), JSON.parse(will.payload).metrics[0].value);
    } else {
      console.log(short(out.topic), JSON.parse(out.payload).seq);
    }
  }
}
"""
"""Calls the function of the flow as Node-RED does, with an encoder of JSON, and prints what it says."""
