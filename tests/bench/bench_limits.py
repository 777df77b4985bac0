"""What each stage takes of a window, and what its parts could take: `python tests/bench/bench_limits.py`.

The limits are those of the parts alone, in C and with warm caches, measured on a core of a Zen 5 server; on
another machine, or a busy one, only the ratios of the stages mean much. A window is one of 12 s, every 2 s,
of 4 channels at 10 kHz. Times are those of the processor.
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from edge_agent.commands.bench import RATE_HZ, StageTimer, work
from edge_agent.diagnose.model import BUILTIN, Model

_STEP_S, _LENGTH_S = 2.0, 12.0
_FRAMES = _STEP_S * RATE_HZ / 128
_SAMPLES = 4 * RATE_HZ * _LENGTH_S
LIMITS_MS = {
    # COBS in C and CRC-32, 128 scans in a frame: 0.70 million frames a second.
    "frames": (1e3 * _FRAMES / 0.70e6, "COBS in C and zlib's CRC-32 of each frame"),
    # What is new goes into the ring, and all of the window out of it, 16 bits each, at 10 GB/s.
    "windows": (1e3 * 2 * _SAMPLES * (1 + _STEP_S / _LENGTH_S) / 10e9, "one copy in and one out"),
    # Short-time spectra of all channels, new columns alone: 0.036 ms for each 0.1 s.
    "signals": (0.036 * _STEP_S / 0.1, "short-time spectra of what is new"),
    # ShuffleNetV2 x0.5, int8, 96 x 96 in 8 channels, ONNX Runtime on one thread.
    "model": (0.16, "the same kind of network, its graph rewritten by hand"),
}
"""By stage, what its part takes at least, ms per window, and what that is."""
_WITHOUT_LIMIT = ("conditions", "decision")
"""Stages that are no part on their own: what they take is told beside the others."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the signal (s)")
    args = parser.parse_args()
    timer = StageTimer()
    with tempfile.TemporaryDirectory() as folder:
        windows = work(args.seconds, Model.load_for_agent(BUILTIN), Path(folder), timer)
    print(f"{windows} windows\n{'stage':<10}{'ms':>8}{'limit':>8}{'times':>8}  limit of what")
    for stage, (limit_ms, of_what) in LIMITS_MS.items():
        own_ms = 1e3 * timer.spent_s[stage] / windows
        print(f"{stage:<10}{own_ms:>8.2f}{limit_ms:>8.2f}{own_ms / limit_ms:>8.0f}  {of_what}")
    for stage in _WITHOUT_LIMIT:
        print(f"{stage:<10}{1e3 * timer.spent_s[stage] / windows:>8.2f}")


if __name__ == "__main__":
    main()
