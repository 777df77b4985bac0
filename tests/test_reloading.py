"""A configuration that is read again: some keys change, the others are named, an error changes nothing."""

import json
import logging
import os
import time
from functools import partial
from pathlib import Path

import pytest
from agents import Heard, agent_of
from plates import plate_yaml

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.port_source import SerialSource
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.agent import Agent
from edge_agent.config import Settings, load_agent
from edge_agent.diagnose.model import Model
from edge_agent.publish.documents import Diagnosis, Event
from edge_agent.publish.payloads import payload_of
from edge_agent.publish.settings import SinkSettings
from edge_agent.publish.sink import Request, open_sinks
from edge_agent.reloading import AT_ONCE, ReloadError, read_again
from edge_agent.supervision import Flag

MODEL = Model.load("builtin")


class Reloaded(Heard):
    """Remembers what it was handed at reloads, too."""

    def __init__(self) -> None:
        super().__init__()
        self.settings: list[SinkSettings] = []

    def reload(self, settings: SinkSettings) -> None:
        self.settings.append(settings)


class Site:
    """An agent that does not run, and its file."""

    def __init__(self, folder: Path, **sections: str) -> None:
        self.folder = folder
        self.config = folder / "agent.yaml"
        self.heard = Reloaded()
        self.write(**sections)
        settings, _ = load_agent(self.config)
        self.sinks = [*open_sinks(settings.sink_settings()), self.heard]
        sources = [partial(SerialSource, serial) for serial, _ in settings.daqs()]
        self.agent = Agent(settings, MODEL, sources, self.sinks, partial(read_again, self.config))

    def write(self, more: str = "", **sections: str) -> None:
        """Write the file; `sections` replace those of the same name."""
        usual = {
            "motor": plate_yaml(id="m"),
            "acquisition": f"{{port: {self.folder}/port}}",
            "mqtt": "{host: localhost}",
            "window": "{length_s: 4, step_s: 1}",
            "state_dir": str(self.folder / "state"),
        }
        lines = [f"{name}: {text}" for name, text in (usual | sections).items()]
        self.config.write_text("\n".join([*lines, more]))

    def reload(self, more: str = "", **sections: str) -> tuple[object, object]:
        """Change the file and reload; return the keys that changed, and those that wait."""
        self.write(more, **sections)
        done = self.agent.lines[0].reloading.reload()
        return done["changed"], done["needs_restart"]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_the_keys_that_change_at_once_are_keys_of_the_file() -> None:
    for first, *rest in AT_ONCE:
        field = Settings.model_fields[first]
        for name in rest:
            assert f'"{name}"' in json.dumps(Settings.model_json_schema()), name
        assert field.description


@pytest.mark.parametrize(
    ("sections", "changed"),
    [
        ({"baseline": "{hours: 48}"}, ["baseline.hours"]),
        ({"alerts": "{false_alarms_per_year: 0.5}"}, ["alerts.false_alarms_per_year"]),
        ({"captures": "{keep: 7, when: all}"}, ["captures.when", "captures.keep"]),
        ({"mqtt": "{host: localhost, heartbeat_s: 7}"}, ["mqtt.heartbeat_s"]),
        ({"mqtt": "{host: localhost, diagnosis: false}"}, ["mqtt.diagnosis"]),
        ({"log_level": "error"}, ["log_level"]),
        ({}, []),
        ({"version": "1"}, []),
    ],
)
def test_what_may_change_changes_at_once(site: Site, sections: dict[str, str], changed: list[str]) -> None:
    assert site.reload(**sections) == (changed, [])
    assert site.reload(**sections) == ([], [])
    assert site.reload() == (changed, [])


@pytest.mark.parametrize(
    ("sections", "waiting"),
    [
        ({"motor": plate_yaml(id="m", rotor_bars=34)}, ["motor.rotor_bars"]),
        ({"mqtt": "{host: other, commands: true}"}, ["mqtt.host", "mqtt.commands"]),
        ({"mqtt": "{host: localhost, tls: true}"}, ["mqtt.tls"]),
        ({"baseline": "{enabled: false}"}, ["baseline.enabled"]),
        ({"state_dir": "elsewhere"}, ["state_dir"]),
        ({"homeassistant": "{}"}, ["homeassistant"]),
        ({"http": "{}"}, ["http"]),
        ({"notify": '[{url: "https://alarms.example/hook"}]'}, ["notify"]),
        ({"channels": "[{name: ia, phase: b}]"}, ["channels"]),
    ],
)
def test_what_needs_a_restart_is_named_each_time_and_stays(
    site: Site, sections: dict[str, str], waiting: list[str]
) -> None:
    before = site.agent.lines[0].reloading._running
    assert site.reload(**sections) == ([], waiting)
    assert site.reload(**sections) == ([], waiting)
    assert site.agent.lines[0].reloading._running == before
    assert site.heard.settings == []
    assert site.reload() == ([], [])


def test_of_a_list_each_entry_is_compared_by_itself(tmp_path: Path) -> None:
    hook = '{url: "https://alarms.example/%s", %s}'
    site = Site(tmp_path, notify=f"[{hook % ('a', 'cooldown_s: 60')}, {hook % ('b', 'on: [alarm]')}]")
    later = f"[{hook % ('a', 'cooldown_s: 70')}, {hook % ('c', 'on: [alarm, blind]')}]"
    assert site.reload(notify=later) == (["notify[0].cooldown_s", "notify[1].on"], ["notify[1].url"])
    first, second = site.heard.settings[-1].webhooks
    assert (first.cooldown_s, second.on) == (70.0, ("alarm", "blind"))
    assert second.url.endswith("/b")


def test_the_parts_of_the_agent_have_the_new_values(site: Site) -> None:
    site.reload(
        baseline="{hours: 48}",
        alerts="{false_alarms_per_year: 0.5}",
        captures="{when: never, keep: 7}",
        mqtt="{host: other, heartbeat_s: 7, diagnosis: false}",
    )
    agent = site.agent
    assert agent.lines[0].reloading.heartbeat_s == 7
    assert agent.lines[0]._baseline.status.false_alarms_per_year_allowed == 0.5
    assert agent.lines[0].pipeline.conditions.hours_wanted == 48
    assert agent.lines[0].captures._settings.keep == 7
    (given,) = site.heard.settings
    assert (given.mqtt.host, given.mqtt.diagnosis) == ("localhost", False)


def test_the_heartbeat_waits_where_home_assistant_was_told_another(tmp_path: Path) -> None:
    site = Site(tmp_path, homeassistant="{}")
    changed = site.reload(homeassistant="{}", mqtt="{host: localhost, heartbeat_s: 7}")
    assert changed == ([], ["mqtt.heartbeat_s"])


def test_the_level_of_the_log_changes_only_if_the_file_says_so(site: Site) -> None:
    root = logging.getLogger()
    root.setLevel(logging.ERROR)  # as the command log_level does
    site.reload(captures="{keep: 7}")
    assert root.level == logging.ERROR
    site.reload(captures="{keep: 7}", log_level="debug")
    assert root.level == logging.DEBUG


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("log_levl: debug", "did you mean log_level?"),
        ("captures: {keep: 0}", "captures.keep: found 0"),
        ("alerts: {false_alarms_per_year: 0.5}\nwindow: [", "this is not valid YAML"),
        ("version: 2", "found 2, and this program reads version 1"),
    ],
)
def test_an_error_changes_nothing_at_all(site: Site, caplog, more: str, told: str) -> None:
    before = site.agent.lines[0].reloading._running
    with pytest.raises(ReloadError, match="goes on with the old one") as refused:
        site.reload(more, log_level="debug")
    assert told in str(refused.value)
    assert told in caplog.text
    assert site.agent.lines[0].reloading._running is before
    assert site.heard.settings == []


def test_a_file_that_is_gone_is_an_error_and_what_is_strange_in_one_a_warning(site: Site, caplog) -> None:
    site.reload(mqtt="{host: localhost, port: 1883, tls: true}")
    assert "1883 is usually the port without TLS" in caplog.text
    site.config.unlink()
    with pytest.raises(ReloadError, match="cannot be read"):
        site.agent.lines[0].reloading.reload()


def test_a_signal_is_taken_once_and_never_raises(site: Site, caplog) -> None:
    hung_up = Flag()
    site.config.write_text("nonsense")
    hung_up.set()
    for _ in range(2):
        site.agent.lines[0].reloading.look_at(hung_up)
    assert caplog.text.count("SIGHUP: the configuration has errors") == 1
    assert not hung_up.is_set()
    site.agent.lines[0].reloading.look_at(None)


def test_an_agent_without_a_file_says_so(site: Site) -> None:
    agent = agent_of(site.config, MODEL)
    with pytest.raises(ReloadError, match="without a configuration file"):
        agent.lines[0].reloading.reload()


MOTORS = f"""motors:
  - motor: {plate_yaml(id="pump")}
    acquisition: {{port: pump}}
  - motor: {plate_yaml(id="fan")}
    acquisition: {{port: fan}}
mqtt: {{host: localhost}}
state_dir: state
"""


def test_an_agent_of_several_motors_says_that_it_must_be_restarted(tmp_path: Path, caplog) -> None:
    config, hung_up = tmp_path / "agent.yaml", Flag()
    config.write_text(MOTORS)
    agent = agent_of(config, MODEL)
    for motor in ({}, {"motor": "fan"}):
        reply = agent._commands.answer(Request("reload", dict(motor)))
        assert reply is not None
        assert "restart the agent" in str(reply.error)
    hung_up.set()
    agent.lines[0].reloading.look_at(hung_up)
    assert "SIGHUP: with several motors" in caplog.text
    assert not hung_up.is_set()


def test_a_file_that_has_several_motors_now_needs_a_restart(site: Site) -> None:
    site.config.write_text(MOTORS)
    with pytest.raises(ReloadError, match="restart the agent"):
        site.agent.lines[0].reloading.reload()


def test_reloads_between_windows_change_no_verdict_and_lose_none(tmp_path: Path) -> None:
    """The same samples with and without reloads give the same diagnoses, events and alarm."""
    recording = simulate(Scenario(seed=1_000_007, broken_bars=2, load=0.7, duration_s=16.0))
    told = []
    for name in ("calm", "reloaded"):
        (tmp_path / name).mkdir()
        site = Site(tmp_path / name)
        site.agent.lines[0].take(recording.device, time.monotonic())
        for number, block in enumerate(replay_blocks(recording, 0.5)):
            if name == "reloaded":
                hours, keep = 10 + number % 3, 5 + number % 2
                site.reload(baseline=f"{{hours: {hours}}}", captures=f"{{keep: {keep}}}")
            site.agent.lines[0].take(block, time.monotonic())
        documents = [*site.heard.of(Diagnosis), *site.heard.of(Event)]
        told.append([_undated(payload_of(document)) for document in documents])
        assert site.agent.lines[0]._alarm.latched is not None
    calm, reloaded = told
    assert len(calm) > 12
    assert reloaded == calm


def _undated(payload: dict[str, object]) -> dict[str, object]:
    """Return a payload without what another run names otherwise: times, numbers, and files."""
    gone = ("time", "latency_ms", "captured", "id", "agent", "window", "trigger_window")
    return {
        key: _undated(value) if isinstance(value, dict) else value
        for key, value in payload.items()
        if key not in gone
    }


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_any_more_is_not_waited_for(site: Site, make) -> None:
    site.config.unlink()
    make(site.config)
    with pytest.raises(ReloadError, match="no file that could be read again"):
        site.agent.lines[0].reloading.reload()
