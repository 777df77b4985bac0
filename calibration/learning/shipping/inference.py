"""The finished model file on many examples, one at a time as the agent does it."""

from collections.abc import Sequence

import numpy as np

from calibration.learning.data.examples import Examples, RecordingEntry
from calibration.learning.data.protocols import Protocol
from calibration.learning.judging.assessment import Judgement, judge
from edge_agent.diagnose.model import Belief, Model
from edge_agent.signals.images import ModelInputs


def inputs_of(examples: Examples, number: int) -> ModelInputs:
    """One example as the front end would hand it over."""
    return ModelInputs(
        {name: images[number] for name, images in examples.images.items()}, examples.side[number]
    )


def ask(model: Model, examples: Examples) -> list[Belief]:
    """What the model holds of each of the examples."""
    return [model.infer(inputs_of(examples, i)) for i in range(len(examples))]


def judge_model(
    model: Model, examples: Examples, entries: Sequence[RecordingEntry], protocol: Protocol
) -> list[Judgement]:
    """What the model file says of the recordings of some examples; see `judge`."""
    beliefs = ask(model, examples)
    return judge(
        np.array([belief.probabilities for belief in beliefs]),
        examples,
        entries,
        model.spec.thresholds.broken,
        protocol,
        np.array([belief.out_of_domain for belief in beliefs]),
    )
