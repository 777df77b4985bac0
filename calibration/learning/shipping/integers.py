"""A trained network in INT8, and its answers before it is a model file."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from calibration.learning.data.examples import DatasetManifest, Examples
from calibration.learning.network.fusion import FusionNetwork
from calibration.learning.shipping.deploy import DeployedNetwork, features_of
from calibration.learning.shipping.domain import DomainDistance, fit_domain
from calibration.learning.shipping.export import LOGITS, SIDE, accept_bytes, to_onnx
from calibration.learning.shipping.packaging import calibration_inputs, modalities_of
from calibration.learning.shipping.quantization import CHANNEL_ALIGNMENT, Target, quantize
from calibration.learning.training.trainer import predict, to_tensors
from edge_agent.diagnose.model import open_session

USUAL_EXAMPLES = 240
"""Training examples from which the ranges of the activations come. Judgement: some of every class
and load, in seconds."""
_COMPARED = 32
"""Judgement: a wrong rewriting shows in every example."""
_MAX_DIFFERENCE = 1e-3
"""Logits span tens: in float32 the order of the sums costs less than a hundredth of this."""


def to_integers(
    network: FusionNetwork, train: Examples, dataset: DatasetManifest, target: Target, count: int
) -> onnx.ModelProto:
    """Rewrite, export and quantise; the ranges of the activations come from `count` training examples.

    Raises ValueError if the rewritten network does not answer as the trained one does.
    """
    names = list(network.modalities)
    modalities = modalities_of(dataset, train, names)
    deployed = DeployedNetwork(network, CHANNEL_ALIGNMENT[target])
    _check_same(network, deployed, train.take(np.arange(min(_COMPARED, len(train)))))
    clear = train.take(train.trainable)
    deployed.distance = DomainDistance(fit_domain(features_of(deployed, clear), clear.label))
    floats = to_onnx(deployed, modalities, len(dataset.side_inputs))
    load = np.array([dataset.recordings[i].load for i in train.recording])
    inputs = calibration_inputs(train, load, names, count)
    return accept_bytes(quantize(floats, inputs, target), modalities)


def _check_same(network: FusionNetwork, deployed: DeployedNetwork, examples: Examples) -> None:
    with torch.inference_mode():
        rewritten = deployed.look(*to_tensors(examples, network.modalities))[0].double().numpy()
    off = float(np.abs(rewritten - predict(network, examples)).max())
    if not off < _MAX_DIFFERENCE:
        raise ValueError(f"the rewritten network's logits are up to {off:.2g} off the trained one's")


def integer_logits(model: onnx.ModelProto, examples: Examples) -> NDArray[np.float64]:
    """Return logits (n, classes) of each example alone, as the agent computes them."""
    session = open_session(model.SerializeToString(), Path("network"))
    names = [node.name for node in session.get_inputs() if node.name != SIDE]
    logits = []
    for number in range(len(examples)):
        feed: dict[str, NDArray[Any]] = {name: examples.images[name][number : number + 1] for name in names}
        feed[SIDE] = examples.side[number : number + 1]
        logits.append(session.run([LOGITS], feed)[0][0])
    return np.array(logits, np.float64)
