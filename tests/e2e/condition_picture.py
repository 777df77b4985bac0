"""The picture of the page's conditions: an agent watches a simulated motor that has two of them."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from broker import free_port
from browser import WAIT_MS
from plant import Agent, Daq, write_config

from calibration.simulator.conditions import Daq as Sampling
from calibration.simulator.graded import bearing_geometry, sound_motor, with_condition
from calibration.simulator.noise import generator
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import write_recording

_NUMBER = 9_600_000
"""The motor of edge_agent/conditions/EXAMPLES.md."""
_LENGTH_S = 150.0
"""Length of the recording, s: the states of three windows of 12 s, and the start of the programs."""
_WHOLE_PAGE = {"width": 1280, "height": 3000}
"""So that nothing is scrolled, and the head of the page hides nothing."""
_FOUND = {"supply_unbalance": 0.025, "bearing_outer": 20.0}
"""What the motor has, in the simulator's units."""


def take_conditions(browser: Any, path: Path) -> None:
    """Keep a picture of the table of conditions, once both are found."""
    motor = sound_motor(_NUMBER, 1, _LENGTH_S)
    scenario = replace(motor, daq=Sampling(bits=16))
    for name, size in _FOUND.items():
        scenario = with_condition(scenario, name, size, generator(_NUMBER, f"example {name}"))
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        write_recording(folder / "motor.npz", simulate(scenario))
        address = f"127.0.0.1:{free_port()}"
        daq = Daq(folder, "--play", str(folder / "motor.npz"))
        config = write_config(folder, port=str(daq.link), plate=f"motor: {json.dumps(_plate(motor))}\n")
        config.write_text(f'{config.read_text()}http: {{listen: "{address}"}}\n')
        agent = Agent(config)
        try:
            agent.wait_for(lambda line: "listens" in line or address in line)
            page = browser.new_page(viewport=_WHOLE_PAGE, color_scheme="light")
            page.set_default_timeout(WAIT_MS)
            page.goto(f"http://{address}/")
            for name in ("phase unbalance", "bearing outer"):
                page.locator("#conditions tr", has_text=name).filter(has_text="found:").wait_for()
            page.locator("#conditions").screenshot(path=str(path))
        finally:
            agent.stop()
            daq.stop()


def _plate(motor: Scenario) -> dict[str, object]:
    geometry = bearing_geometry(_NUMBER)
    bearing = {
        "balls": geometry.balls,
        "ball_diameter_mm": 100.0 * (geometry.ball_ratio or 0.0),
        "pitch_diameter_mm": 100.0,
    }
    return motor.motor.nameplate.model_dump(exclude_none=True) | {"bearing": bearing}
