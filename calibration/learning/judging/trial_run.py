"""Two model files on the same judged recordings: what the agents of a fleet would say with the new one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from calibration.learning.data.sources import truth_in
from edge_agent.acquire.recordings import Recording, read_recording
from edge_agent.captures.replaying import replayed
from edge_agent.conditions.monitor import Conditions
from edge_agent.diagnose.model import Model
from edge_agent.motor import Nameplate
from edge_agent.verdict import State

_LENGTH_S, _STEP_S = 12.0, 2.0
"""Windows of a recording that says nothing of its agent's: the usual ones of the configuration."""
_OF_SOUND = {State.BROKEN_BARS: 0, State.INDETERMINATE: 1, State.HEALTHY: 2}
"""How good a state is of a sound rotor, judgement: a refusal lies between right and wrong. Of a broken one it
is the other way round."""

_SHOWN = (State.BROKEN_BARS, State.HEALTHY, State.INDETERMINATE)
"""Columns of the table: the states."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What two models said of one recording."""

    name: str
    """Of the recording."""
    site: str
    """Where its motor stands; empty if that is not known."""
    broken: bool
    """True if bars were broken."""
    old: State
    """The worst state of the agent with the old model: broken bars, else healthy, else indeterminate."""
    new: State
    """With the new one."""

    @property
    def worse(self) -> bool:
        """True if the new model misses a break, gives a false alarm, or refuses where the old one did not."""
        return self._gain < 0

    @property
    def better(self) -> bool:
        """True if it says more of it."""
        return self._gain > 0

    @property
    def _gain(self) -> int:
        gain = _OF_SOUND[self.new] - _OF_SOUND[self.old]
        return -gain if self.broken else gain


def outcomes(paths: Iterable[Path], old: Model, new: Model) -> Iterator[Outcome]:
    """Replay each recording through all stages with both models.

    Raises RecordingError or ValueError, with the name of the file, where one cannot be used.
    """
    for path in paths:
        truth = truth_in(path)
        recording = read_recording(path)
        states = (worst_state(recording, truth.nameplate, model) for model in (old, new))
        yield Outcome(path.stem, str(recording.meta.get("site", "")), truth.broken_bars > 0, *states)


def worst_state(recording: Recording, nameplate: Nameplate, model: Model) -> State:
    """Return what an agent would have said of a recording: an alarm in it counts, whatever came after."""
    length_s, step_s = _windows_of(recording)
    of_bars = Conditions(nameplate, diagnosers=())
    answers = replayed(recording, nameplate, model, length_s, step_s, conditions=of_bars)
    seen = {answer.state.state for answer in answers}
    return next((s for s in (State.BROKEN_BARS, State.HEALTHY) if s in seen), State.INDETERMINATE)


def _windows_of(recording: Recording) -> tuple[float, float]:
    """Return length and step of the windows, s, of the agent that kept the recording."""
    configuration = recording.meta.get("configuration")
    window = configuration.get("window") if isinstance(configuration, dict) else None
    if not isinstance(window, dict):
        return _LENGTH_S, _STEP_S
    return float(window.get("length_s", _LENGTH_S)), float(window.get("step_s", _STEP_S))


def page(found: Iterable[Outcome]) -> str:
    """Return the table of a trial: counts of recordings by truth and state, then each that differs."""
    found = list(found)
    lines = ["| recordings | model | broken_bars | healthy | indeterminate |", "|---|---|---|---|---|"]
    for broken, title in ((False, "sound"), (True, "broken")):
        of = [one for one in found if one.broken is broken]
        for name in ("old", "new"):
            counts = [sum(getattr(one, name) is state for one in of) for state in _SHOWN]
            lines.append(f"| {len(of)} {title} | {name} | {' | '.join(map(str, counts))} |")
    for one in found:
        if one.worse or one.better:
            word = "worse" if one.worse else "better"
            lines.append(
                f"- {word}: {one.name} ({'broken' if one.broken else 'sound'}): {one.old} -> {one.new}"
            )
    return "\n".join(lines)
