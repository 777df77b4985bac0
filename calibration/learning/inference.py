"""The finished model file on many examples, one at a time as the agent does it."""

import numpy as np
from numpy.typing import NDArray

from calibration.learning.examples import Examples
from edge_agent.diagnose.model import Model
from edge_agent.signals.images import ModelInputs


def inputs_of(examples: Examples, number: int) -> ModelInputs:
    """One example as the front end would hand it over."""
    return ModelInputs(
        {name: images[number] for name, images in examples.images.items()}, examples.side[number]
    )


def believe(model: Model, examples: Examples) -> NDArray[np.float64]:
    """Calibrated probabilities (n, classes)."""
    return np.array([model.infer(inputs_of(examples, i)).probabilities for i in range(len(examples))])
