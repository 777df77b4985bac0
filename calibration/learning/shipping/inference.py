"""The finished model file on many examples, one at a time as in the agent."""

from calibration.learning.data.examples import Examples
from edge_agent.diagnose.model import Belief, Model
from edge_agent.signals.images import ModelInputs


def inputs_of(examples: Examples, number: int) -> ModelInputs:
    """Return one example as the front end would hand it over."""
    return ModelInputs(
        {name: images[number] for name, images in examples.images.items()}, examples.side[number]
    )


def ask(model: Model, examples: Examples) -> list[Belief]:
    """Return the model's answer to each example."""
    return [model.infer(inputs_of(examples, i)) for i in range(len(examples))]
