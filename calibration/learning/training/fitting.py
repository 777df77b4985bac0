"""One training, from the examples of a fold to the record of what came of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calibration.learning.data.examples import DatasetManifest, Examples
from calibration.learning.data.protocols import Fold, Protocol
from calibration.learning.network.cost import parameters_of
from calibration.learning.network.fusion import FusionNetwork
from calibration.learning.training.place import Place
from calibration.learning.training.probability import fit_temperature
from calibration.learning.training.runs import Run
from calibration.learning.training.trainer import Trainer, TrainingSpec, predict


@dataclass(frozen=True, slots=True)
class FoldData:
    """The examples that a training may learn from, and where they come from."""

    manifest: DatasetManifest
    """Of the data set."""
    sha256: str
    """Hash of the data set's manifest."""
    examples: Examples
    """All examples of the data set, restricted to the modalities of the network."""
    protocol: Protocol
    """How the examples are split."""
    fold: Fold
    """Which of the protocol's splits."""


def fit_fold(
    data: FoldData,
    network: FusionNetwork,
    spec: TrainingSpec,
    init: str | None,
    folder: Path,
    place: Place,
    command: str,
) -> Run | None:
    """Train on one fold, calibrate the temperature on its validation part and save the record in `folder`.

    `init` names the weights that the network starts from, `command` is what the record shall quote. Return
    the record; None in a process that does not lead. Raises ValueError as `Trainer` does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    train, validation = data.examples.take(data.fold.train), data.examples.take(data.fold.validation)
    origin: dict[str, Any] = {
        "dataset_sha256": data.sha256,
        "protocol": data.protocol,
        "fold": data.fold.name,
        "network": network.spec.to_dict(),
        "init": init,
    }
    trainer = Trainer(network, spec, train, validation, data.manifest.side_inputs, folder, place, origin)
    loss = trainer.fit()
    if not place.leads:
        return None
    judged = validation.take(validation.trainable)
    used = [data.manifest.recordings[i] for i in sorted(set(train.recording[train.trainable].tolist()))]
    record = Run(
        command=command,
        dataset_command=data.manifest.command,
        training=spec.to_dict(),
        recordings=len(used),
        motors=len({entry.motor for entry in used}),
        validation_loss=loss,
        temperature=fit_temperature(predict(network, judged), judged.label),
        parameters=parameters_of(network),
        training_s=trainer.seconds,
        **origin,
    )
    record.save(folder)
    return record
