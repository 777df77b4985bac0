"""Times a model file, batch 1 on one thread: `python tests/bench/bench_model.py [MODEL] [--paced-s 10]`.

Hot is one run after another; paced is ten runs a second with idle caches between, as in the agent.
"""

import argparse
import resource
import time

import numpy as np

from edge_agent.diagnose.model import BUILTIN, Model
from edge_agent.signals.images import ModelInputs

_HOT_RUNS = 500
_PACE_HZ = 10.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default=BUILTIN, help="model file, or builtin")
    parser.add_argument("--paced-s", type=float, default=10.0, help="length of the paced measurement")
    args = parser.parse_args()
    before_mb = _resident_mb()
    start = time.perf_counter()
    model = Model.load(args.model)
    loaded_ms = 1e3 * (time.perf_counter() - start)
    inputs = _random_inputs(model)
    hot = [_timed_ms(model, inputs) for _ in range(_HOT_RUNS)]
    paced = []
    for _ in range(int(args.paced_s * _PACE_HZ)):
        time.sleep(1 / _PACE_HZ)
        paced.append(_timed_ms(model, inputs))
    print(f"model {model.spec.name}, SHA-256 {model.sha256[:12]}")
    print(f"load with golden inputs {loaded_ms:.0f} ms, memory {_resident_mb() - before_mb:.0f} MB")
    for name, times in (("hot", hot), ("paced at 10 Hz", paced)):
        print(f"{name}: median {np.median(times):.3f} ms, 99 % {np.quantile(times, 0.99):.3f} ms")


def _random_inputs(model: Model) -> ModelInputs:
    random = np.random.default_rng(0)
    images = {m.name: random.integers(0, 256, m.shape[1:], dtype=np.uint8) for m in model.spec.modalities}
    return ModelInputs(images, random.normal(size=len(model.spec.side_inputs)).astype(np.float32))


def _timed_ms(model: Model, inputs: ModelInputs) -> float:
    start = time.perf_counter()
    model.infer(inputs)
    return 1e3 * (time.perf_counter() - start)


def _resident_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
