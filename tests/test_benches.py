"""Each bench can be started as its first lines say, from any folder."""

import subprocess
import sys
from pathlib import Path

BENCHES = Path(__file__).parent / "bench"
PEERS = {"statorscope", "mcp_server_mcsa"}
"""Packages of the extra `bench`, which the tests do not install."""
IMPORT_EACH = """
import importlib, pathlib, sys
folder, peers = pathlib.Path(sys.argv[1]), set(sys.argv[2:])
sys.path[0] = str(folder)
before = list(sys.path)
for file in sorted(folder.glob("*.py")):
    sys.path[:] = before
    for name, module in list(sys.modules.items()):
        own = str(getattr(module, "__file__", "")).startswith(str(folder.parent))
        if own or name.split(".")[0] == "calibration":
            del sys.modules[name]
    try:
        importlib.import_module(file.stem)
    except ModuleNotFoundError as error:
        if error.name not in peers:
            print(f"{file.name}: {error}")
    except Exception as error:
        print(f"{file.name}: {type(error).__name__}: {error}")
"""


def test_each_bench_can_be_started_from_any_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-c", IMPORT_EACH, str(BENCHES), *sorted(PEERS)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
