"""Where the benches find the project, and what the tests share: imported first, for its effect alone.

The project goes before `tests`, whose folder `calibration` would hide the package of that name.
"""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
"""The folder of the tests."""
sys.path[:0] = [
    str(TESTS.parent),
    str(TESTS),
    str(TESTS / "signals"),
    str(TESTS / "calibration" / "simulator"),
]
