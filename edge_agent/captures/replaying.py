"""A recording through the same stages as live samples: a capture gives the verdicts that were published."""

from collections.abc import Callable, Iterator

from edge_agent.acquire.recordings import Recording, replay_blocks
from edge_agent.captures.assembly import timeline_in
from edge_agent.captures.taught import known_in
from edge_agent.conditions.monitor import Conditions
from edge_agent.diagnose.load_sweep import LoadSweep
from edge_agent.diagnose.model import Model
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.signals.slip.known import KnownMotor

_BLOCK_S = 0.1
"""Length of the blocks that a recording is played in, s; verdicts do not depend on it."""


def replayed(
    recording: Recording,
    nameplate: Nameplate,
    model: Model,
    length_s: float,
    step_s: float,
    load_sweep: LoadSweep | None = None,
    conditions: Conditions | None = None,
    known: Callable[[], KnownMotor | None] | None = None,
) -> Iterator[Answer]:
    """Yield the answers to the windows of a recording, from a fresh start.

    Windows of a capture lie where the agent had them; those of other recordings begin with the first scan.
    `load_sweep` and `conditions` go on with what other recordings of the same motor showed; `known` returns
    what was learned of the motor so far; None stands for what the recording itself says was learned.
    """
    pipeline = Pipeline(nameplate, model, length_s, step_s, load_sweep=load_sweep, conditions=conditions)
    pipeline.configure(recording.device)
    timeline = timeline_in(recording)
    if timeline is not None:
        pipeline.windows.resume(timeline)
    pipeline.know(known_in(recording))
    for block in replay_blocks(recording, _BLOCK_S):
        if known is not None:
            pipeline.know(known())
        yield from pipeline.push(block)
