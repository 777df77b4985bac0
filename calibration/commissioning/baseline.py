"""How far the baseline of the motor is, and what it still needs."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from edge_agent.baseline.memory import FILE_VERSION
from edge_agent.baseline.monitor import Baseline
from edge_agent.baseline.status import BaselineState, BaselineStatus
from edge_agent.config import ConfigError, Settings
from edge_agent.limits import BASELINE
from edge_agent.state_file import StateFile


def baseline_told(settings: Settings) -> Iterator[str]:
    """Return state and needs of the baseline in the agent's folder, which is left as it is."""
    try:
        kept = settings.state_folder() / "baseline.json"
        content = kept.read_bytes() if kept.exists() else None
    except (OSError, ConfigError) as error:
        yield f"The baseline of the agent cannot be read: {error}."
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "baseline.json"
        if content is not None:
            copy.write_bytes(content)
        status = Baseline(settings.baseline_settings(), StateFile(copy, FILE_VERSION)).status
    yield f"State: {status.state} ({status.reason})."
    yield _needs(status, settings.baseline.hours)


def _needs(status: BaselineStatus, hours_wanted: float) -> str:
    match status.state:
        case BaselineState.OFF:
            return "baseline.enabled is false: nothing is learned, and growth is not watched."
        case BaselineState.LEARNING:
            hours = max(0.0, hours_wanted - status.hours)
            looks = max(0, BASELINE.min_looks - max(status.looks.values(), default=0))
            return (
                f"It needs {hours:.1f} more running hours, and {looks:.0f} more looks at one load. Until "
                "then the motor must be sound and run as it usually does; growth is not watched."
            )
        case BaselineState.REFUSED | BaselineState.STALE:
            return "It learns anew after the command learn, once the rotor is examined or the motor replaced."
        case _:
            return f"Learned at the loads {', '.join(status.reference_bars)}; nothing more is needed."
