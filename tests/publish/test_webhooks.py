"""What gives occasion is on disk when `take` returns, and reaches its server whatever happens in between."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from agents import Heard, agent_of
from broker import wait_until
from documents import blocks
from plates import plate_yaml
from webhooks import CLEARED, NO_SAMPLES, RAISED, HookServer, a_state, an_event

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.drivers.block_frames import encode_data, encode_description
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.config import load_settings
from edge_agent.diagnose.model import Model
from edge_agent.publish.documents import Alarm, Document, Event
from edge_agent.publish.payloads import payload_of
from edge_agent.publish.settings import MqttSettings, OutboxSettings, SinkSettings, WebhookSettings
from edge_agent.publish.sink import Sink
from edge_agent.publish.store.pages import Images
from edge_agent.publish.store.salvage import salvage
from edge_agent.publish.webhook import occasions
from edge_agent.publish.webhook import sender as sending
from edge_agent.publish.webhook.webhooks import open_sink
from edge_agent.supervision import Flag, Supervisor, ThreadLostError

KILLS = 6
ALARMS = 60
PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, sys.argv[1])
from webhooks import a_latch, an_alarm, an_event

from edge_agent.publish.settings import WebhookSettings
from edge_agent.publish.webhook.webhooks import Webhook

webhook = Webhook("webhook 1", WebhookSettings(sys.argv[2], cooldown_s=0.0), Path(sys.argv[3]))
webhook.start()
first, last = int(sys.argv[4]), int(sys.argv[5])
for number in range(first, last):
    latch = a_latch(number, since_unix_s=float(number))
    webhook.take(an_event(number))
    webhook.take(an_alarm(latch))
    webhook.take(an_alarm(replace(latch, cleared_unix_s=number + 0.5)))
    print(number, flush=True)
sys.stdin.read()
"""
"""An agent that raises and clears alarms, prints the number of each, and then waits."""


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_RETRY_MIN_S", 0.02)
    monkeypatch.setattr(sending, "_RETRY_MAX_S", 0.05)


@pytest.fixture
def server() -> Iterator[HookServer]:
    made = HookServer().start()
    yield made
    made.stop()


def sink_settings(folder: Path, *webhooks: WebhookSettings) -> SinkSettings:
    return SinkSettings(
        agent="pump-7",
        motors=("motor-1",),
        state_folder=folder,
        mqtt=MqttSettings("127.0.0.1"),
        outbox=OutboxSettings(folder / "outbox.sqlite3"),
        webhooks=webhooks,
    )


def opened(folder: Path, *webhooks: WebhookSettings) -> Sink:
    made = open_sink(sink_settings(folder, *webhooks))
    assert made is not None
    return made


def close(sink: Sink) -> None:
    sink.__exit__(None, None, None)


def test_without_a_webhook_there_is_no_sink_and_no_file(tmp_path: Path) -> None:
    assert open_sink(sink_settings(tmp_path)) is None
    assert list(tmp_path.iterdir()) == []


def test_a_message_is_on_disk_with_its_key_when_take_returns(tmp_path: Path) -> None:
    sink, event = opened(tmp_path / "new", WebhookSettings("http://127.0.0.1:9/hook")), an_event(17)
    sink.take(event)
    sink.take(RAISED)
    (kept,) = salvage(Images.read(tmp_path / "new" / "notify-1.sqlite3")).events.values()
    assert kept.topic == "17"
    assert json.loads(kept.payload)["body"] == {"occasion": "alarm", **payload_of(event)}
    assert (sink.counts.events_waiting, sink.counts.events_unsaved) == (1, 0)
    close(sink)


def test_an_alarm_and_its_end_reach_every_server_that_wants_them(tmp_path: Path, server: HookServer) -> None:
    other = HookServer().start()
    webhooks = WebhookSettings(server.url), WebhookSettings(other.url, on=("clear",))
    with opened(tmp_path, *webhooks) as sink:
        for document in (an_event(17), RAISED, RAISED, CLEARED):
            sink.take(document)
        wait_until(lambda: sink.counts.events_waiting == 0)
    other.stop()
    assert (server.keys, server.occasions) == (["17", "17-clear"], ["alarm", "clear"])
    assert other.keys == ["17-clear"]
    assert sorted(path.name for path in tmp_path.glob("*.sqlite3")) == [
        "notify-1.sqlite3",
        "notify-2.sqlite3",
    ]


def test_a_server_that_is_down_holds_up_no_other(tmp_path: Path, server: HookServer) -> None:
    away = HookServer()
    with opened(tmp_path, WebhookSettings(away.url), WebhookSettings(server.url)) as sink:
        sink.take(RAISED)
        server.wait_for(1)
        wait_until(lambda: sink.counts.events_waiting == 1)


def test_to_be_blind_is_told_though_the_agent_says_nothing_any_more(
    tmp_path: Path, server: HookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(occasions, "BLIND_S", 0.2)
    state = a_state(NO_SAMPLES)
    with opened(tmp_path, WebhookSettings(server.url)) as sink:
        sink.take(state)
        (posted,) = server.wait_for(1)
    assert posted.json == {"occasion": "blind", **payload_of(state)}
    number, occasion = posted.key.split("-")
    assert (number.isdigit(), occasion) == (True, "blind")


def test_a_restart_sends_what_waited_and_repeats_nothing(tmp_path: Path, server: HookServer) -> None:
    server.stop()
    with opened(tmp_path, WebhookSettings(server.url)) as sink:
        sink.take(an_event(17))
        sink.take(RAISED)
    server.start()
    for _ in range(2):
        with opened(tmp_path, WebhookSettings(server.url)) as sink:
            sink.take(RAISED)
            wait_until(lambda: sink.counts.events_waiting == 0)
    assert server.keys == ["17"]


def test_a_message_that_the_server_never_takes_is_counted(tmp_path: Path, server: HookServer) -> None:
    server.replies = [404]
    with opened(tmp_path, WebhookSettings(server.url)) as sink:
        sink.take(RAISED)
        wait_until(lambda: sink.counts.left_out == 1)
        assert sink.counts.events_waiting == 0


def test_without_a_disk_messages_wait_in_memory_and_are_sent(tmp_path: Path, server: HookServer) -> None:
    (tmp_path / "file").touch()
    sink = opened(tmp_path / "file" / "below", WebhookSettings(server.url))
    sink.take(RAISED)
    assert (sink.counts.events_waiting, sink.counts.events_unsaved) == (1, 1)
    with sink:
        server.wait_for(1)
    assert server.keys == ["17"]


def test_a_thread_that_dies_is_known_to_the_supervisor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(self: object) -> bool:
        raise RuntimeError("out of memory")

    sink = opened(tmp_path, WebhookSettings("http://127.0.0.1:9/"), WebhookSettings("http://127.0.0.1:9/"))
    supervisor = Supervisor()
    assert sink.watched is not None
    supervisor.watch(sink.watched)
    with sink:
        supervisor.check()
        monkeypatch.setattr(sending.Sender, "_send_oldest", dies)
        wait_until(lambda: sink.watched is not None and sink.watched.failure() is not None)
        with pytest.raises(ThreadLostError, match="webhooks died: RuntimeError: out of memory"):
            supervisor.check()


def test_it_neither_numbers_events_nor_says_what_was_told(tmp_path: Path) -> None:
    sink = opened(tmp_path, WebhookSettings("http://127.0.0.1:9/"))
    sink.take(RAISED)
    assert (sink.event_number(), sink.last_told("motor-1"), sink.requests()) == (None, None, [])
    close(sink)


def test_the_agent_posts_the_event_that_it_publishes(tmp_path: Path, server: HookServer) -> None:
    config, stop = tmp_path / "agent.yaml", Flag()
    config.write_text(
        f"agent: {{id: a}}\nmotor: {plate_yaml(id='m')}\n"
        f"acquisition: {{port: {tmp_path / 'port'}}}\nmqtt: {{host: 127.0.0.1, port: 1}}\n"
        f"state_dir: {tmp_path}\nwindow: {{length_s: 4, step_s: 1}}\n"
        f"notify: [{{url: {server.url}}}]\n"
    )
    agent = agent_of(config, Model.load("builtin"), heard := EndsAtAlarm(stop))
    recording = simulate(Scenario(seed=1_000_007, broken_bars=2, load=0.7, duration_s=16.0))
    rates_hz = {stream.number: stream.rate_hz for stream in recording.device.streams}
    queue = agent._feeds[0].source._queue  # type: ignore[attr-defined]
    queue.put(encode_description(recording.device))
    for sequence, block in enumerate(replay_blocks(recording, 0.1)):
        queue.put(encode_data(block, rates_hz[block.stream], sequence))
    agent.run(stop)
    if not server.posted:  # the agent ended first: then it is sent at the next start
        with opened(tmp_path, WebhookSettings(server.url)):
            server.wait_for(1)
    (event,) = heard.of(Event)
    assert isinstance(event, Event)
    assert server.posted[0].key == str(event.number)
    assert server.posted[0].json == {"occasion": "alarm", **payload_of(event)}


DOCUMENT = "edge_agent/publish/README.md"


def test_the_document_shows_settings_and_a_body_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings,) = (block for block in blocks("yaml", DOCUMENT) if block.startswith("notify:"))
    (body,) = (block for block in blocks("json", DOCUMENT) if block.startswith('{"occasion"'))
    config, token = tmp_path / "agent.yaml", tmp_path / "token"
    token.write_text("t")
    monkeypatch.setenv("HOOK_SECRET", "s3cr3t")
    config.write_text(
        f"motor: {plate_yaml(id='m')}\nacquisition: {{port: p}}\nmqtt: {{host: localhost}}\n"
        + settings.replace("/etc/edge-agent/hook-token", str(token))
    )
    (webhook,) = load_settings(config).sink_settings().webhooks
    assert webhook == WebhookSettings("https://alarms.example/hook/s3cr3t", token_file=token)
    assert list(json.loads(body)) == ["occasion", *payload_of(CLEARED)]


class EndsAtAlarm(Heard):
    """Ends the agent when the alarm is raised."""

    def __init__(self, stop: Flag) -> None:
        super().__init__()
        self.stop = stop

    def take(self, document: Document) -> None:
        super().take(document)
        if isinstance(document, Alarm) and document.latched is not None:
            self.stop.set()


def test_kill_9_loses_no_message_between_alarm_and_server(tmp_path: Path, server: HookServer) -> None:
    raised: list[int] = []
    for kill in range(KILLS):
        if kill % 2:
            server.stop()
        with a_process(tmp_path, server, first=1000 * (kill + 1)) as process:
            assert process.stdout is not None
            raised += [int(process.stdout.readline()) for _ in range(1 + 10 * kill)]
            process.send_signal(signal.SIGKILL)
            raised += [int(line) for line in process.stdout.read().splitlines(True) if line.endswith("\n")]
        if kill % 2:
            server.start()
    keys = [key for number in raised for key in (str(number), f"{number}-clear")]
    with opened(tmp_path, WebhookSettings(server.url)) as sink:
        wait_until(lambda: sink.counts.events_waiting == 0)
    arrived = list(dict.fromkeys(server.keys))
    assert set(keys) <= set(arrived)
    assert [key for key in arrived if key in set(keys)] == keys
    bodies = {(posted.key, posted.body) for posted in server.posted}
    assert len(bodies) == len(arrived)  # a message that came twice is the same one


def a_process(folder: Path, server: HookServer, first: int) -> "subprocess.Popen[str]":
    """Start a program that raises alarms numbered from `first`, so few that an outbox has room for all."""
    here = str(Path(__file__).parents[1])
    arguments = [here, server.url, str(folder / "notify-1.sqlite3"), str(first), str(first + ALARMS)]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_of_each_of_several_motors_a_server_is_told_apart(tmp_path: Path, server: HookServer) -> None:
    settings = replace(sink_settings(tmp_path, WebhookSettings(server.url)), motors=("motor-1", "fan"))
    sink = open_sink(settings)
    assert sink is not None
    with sink:
        for motor in settings.motors:
            sink.take(replace(RAISED, origin=replace(RAISED.origin, motor=motor)))
        wait_until(lambda: len(server.occasions) == 2)
    assert server.occasions == ["alarm", "alarm"]
    assert sorted(path.name for path in tmp_path.glob("*.sqlite3")) == [
        "notify-1-fan.sqlite3",
        "notify-1-motor-1.sqlite3",
    ]


def test_other_occasions_count_from_a_reload_on(tmp_path: Path, server: HookServer) -> None:
    hook = WebhookSettings(server.url, on=("danger",))
    sink = open_sink(sink_settings(tmp_path, hook))
    assert sink is not None
    with sink:
        sink.take(RAISED)
        assert sink.counts.events_waiting == 0
        sink.reload(sink_settings(tmp_path, replace(hook, on=("alarm",))))
        sink.take(RAISED)
        server.wait_for(1)
    assert server.occasions == ["alarm"]
