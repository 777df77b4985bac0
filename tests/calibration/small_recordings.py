"""Short recordings of one simulated motor."""

from dataclasses import replace
from pathlib import Path

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import Recording, write_recording


def a_folder_of_recordings(folder: Path, count: int) -> None:
    """Files of one simulated motor that say of themselves that they are of three motors and five rotors."""
    folder.mkdir(exist_ok=True)
    recording = a_short_recording(0, motor="m")
    for number in range(count):
        meta = recording.meta | {"motor_id": f"m{number % 3}", "broken_bars": number % 5}
        write_recording(folder / f"r{number:02d}.npz", replace(recording, meta=meta))


def a_short_recording(bars: int, motor: str) -> Recording:
    made = simulate(Scenario(seed=1, broken_bars=bars, load=1.0, duration_s=5.0))
    return replace(made, meta=made.meta | {"motor_id": motor})
