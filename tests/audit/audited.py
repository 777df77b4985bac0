"""Windows of a made-up motor whose plate is right, and an audit over them."""

from dataclasses import replace
from pathlib import Path

from answers import NAMEPLATE, SOUND, a_window, an_answer

from edge_agent.acquire.samples import Channel, ChannelKind, Device
from edge_agent.audit.currents import Plate
from edge_agent.audit.evidence import read_window
from edge_agent.audit.findings import Suspect
from edge_agent.audit.memory import FILE_VERSION
from edge_agent.audit.monitor import PlateAudit
from edge_agent.circuit import fit_circuit
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer
from edge_agent.state_file import StateFile
from edge_agent.windows.sliding import Window

WINDOW_S = 12.0
SIX_POLES = NAMEPLATE.model_copy(update={"poles": 6, "rated_speed_rpm": 1143.0})
"""The plate with another number of poles, at the same slip."""


def a_motor_window(**given: object) -> Window:
    """A window of 12 s at 0.8 times the rated current, with small sidebands."""
    return a_window(**{"lower": 0.0006, "upper": -0.0004, "length_s": WINDOW_S, **given})


def rescaled(window: Window, scales: dict[str, float]) -> Window:
    """The window with the scale of these channels multiplied."""

    def change(channel: Channel) -> Channel:
        return replace(channel, scale=channel.scale * scales.get(channel.name, 1.0))

    streams = [
        replace(s, stream=replace(s.stream, channels=tuple(change(c) for c in s.stream.channels)))
        for s in window.streams
    ]
    return replace(window, streams=tuple(streams))


def currents_times(window: Window, factor: float) -> Window:
    """The window with all currents multiplied."""
    names = [c.name for s in window.streams for c in s.stream.channels if c.kind is ChannelKind.CURRENT]
    return rescaled(window, dict.fromkeys(names, factor))


def readings(window: Window, nameplate: Nameplate = NAMEPLATE) -> dict[Suspect, bool]:
    """Whether the window accuses each entry that it says anything of."""
    answer = an_answer(window, SOUND, nameplate)
    read = read_window(window, answer.analysis, Plate(nameplate, fit_circuit(nameplate)))
    return {reading.suspect: reading.accuses for reading in read}


def device_of(window: Window) -> Device:
    """The device that gave a window."""
    return Device("made up", "", "", tuple(stream.stream for stream in window.streams))


class Site:
    """An audit, its file, and one window that comes again and again."""

    def __init__(self, folder: Path, window: Window, nameplate: Nameplate) -> None:
        self.path, self.window, self.nameplate = folder / "audit.json", window, nameplate
        self.answer = an_answer(window, SOUND, nameplate)
        self.start_s, self.now_s = 0.0, 1000.0
        self.restart()

    def restart(self) -> None:
        """Begin as after a kill: what was not written is lost."""
        file = StateFile(self.path, FILE_VERSION)
        self.audit = PlateAudit(self.nameplate, file, clock=lambda: self.now_s)
        self.audit.begin(device_of(self.window))

    def run(self, windows: int, step_s: float = WINDOW_S) -> Answer:
        """Let it come so many times; return what became of the last answer."""
        for _ in range(windows):
            window = replace(self.window, start_s=self.start_s)
            last = self.audit.take(replace(self.answer, window=window))
            self.start_s += step_s
        return last

    @property
    def named(self) -> list[Suspect]:
        return [finding.suspect for finding in self.audit.findings]
