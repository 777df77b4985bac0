"""An agent as `edge-agent run` makes it, and a sink that remembers what it was handed."""

import json
import time
from functools import partial
from pathlib import Path

from plates import plate_yaml
from schemas import check_payload

from edge_agent.acquire.port_source import SerialSource
from edge_agent.acquire.recordings import Recording, replay_blocks
from edge_agent.agent import Agent
from edge_agent.config import load_agent
from edge_agent.diagnose.model import Model
from edge_agent.publish.documents import Diagnosis, Document
from edge_agent.publish.payloads import encode, payload_of
from edge_agent.publish.sink import Sink, open_sinks
from edge_agent.supervision import Flag
from edge_agent.verdict import Reason, Refusal


class Heard(Sink):
    """The second sink of a test: no network, no disk. It holds what it takes against the shipped schemas."""

    def __init__(self) -> None:
        self.documents: list[Document] = []

    def take(self, document: Document) -> None:
        payload = json.loads(encode(payload_of(document)))
        check_payload(type(document).__name__.lower(), payload)
        self.documents.append(document)

    def of(self, kind: type[Document]) -> list[Document]:
        """Return the documents of a kind, in order."""
        return [document for document in self.documents if isinstance(document, kind)]

    @property
    def kinds(self) -> list[str]:
        """Names of the kinds of all documents, in order."""
        return [type(document).__name__ for document in self.documents]


class StopsAfter(Heard):
    """Ends the agent once it has heard so many diagnoses."""

    def __init__(self, stop: Flag, diagnoses: int) -> None:
        super().__init__()
        self.stop, self.diagnoses = stop, diagnoses

    def take(self, document: Document) -> None:
        super().take(document)
        if len(self.of(Diagnosis)) >= self.diagnoses:
            self.stop.set()


def agent_of(config: Path, model: Model, *more: Sink) -> Agent:
    """Return the agent of a configuration, with more sinks after its own."""
    settings, _ = load_agent(config)
    sinks = [*open_sinks(settings.sink_settings()), *more]
    return Agent(settings, model, [partial(SerialSource, serial) for serial, _ in settings.daqs()], sinks)


def a_quick_agent(folder: Path, *sinks: Sink, more: str = "") -> Agent:
    """Return the agent of a usual plate with windows of 4 s, one a second; its files are in `folder`.

    `more` are further lines of its configuration.
    """
    folder.mkdir(exist_ok=True)
    config = folder / "agent.yaml"
    config.write_text(
        f"motor: {plate_yaml(id='m')}\nacquisition: {{port: {folder / 'port'}}}\n"
        f"mqtt: {{host: localhost}}\nstate_dir: {folder}\nwindow: {{length_s: 4, step_s: 1}}\n{more}"
    )
    return agent_of(config, Model.load("builtin"), *sinks)


def a_refusal(reason: Reason) -> Refusal:
    """Return a refusal for a reason; its quantity and numbers stand for any."""
    return Refusal(reason, "x", 0.0, 1.0)


def play(agent: Agent, recording: Recording) -> None:
    """Hand the samples of a recording to an agent that does not run."""
    agent.lines[0].take(recording.device, time.monotonic())
    for block in replay_blocks(recording, 0.1):
        agent.lines[0].take(block, time.monotonic())
