"""The audit on real measurements: nothing is tuned on them."""

from pathlib import Path

import pytest
from plates import a_nameplate

from edge_agent.acquire.recordings import read_recording, replay_blocks
from edge_agent.audit.currents import Plate
from edge_agent.audit.evidence import read_window
from edge_agent.audit.findings import Suspect
from edge_agent.audit.ledger import Ledger, take_readings
from edge_agent.circuit import fit_circuit
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.images import ImageSpec
from edge_agent.windows.sliding import Windows

RIG = Path(__file__).parents[3] / "shared" / "data" / "rig_currents_vibration"
LENGTH_S = 2.133


def audited(nameplate: Nameplate) -> dict[Suspect, bool]:
    """Whether each entry is accused after every seventh recording, counted as windows of 12 s."""
    analyser, plate = Analyser(nameplate, ImageSpec()), Plate(nameplate, fit_circuit(nameplate))
    ledger: Ledger = {}
    for path in sorted(RIG.glob("*.npz"))[::7]:
        recording = read_recording(path)
        windows = Windows(LENGTH_S, LENGTH_S)
        windows.configure(recording.device)
        for block in replay_blocks(recording, 0.1):
            for window in windows.push(block):
                take_readings(ledger, read_window(window, analyser.analyse(window), plate), 12.0)
    return {suspect: bool(count.values) for suspect, count in ledger.items()}


@pytest.mark.skipif(not RIG.is_dir(), reason=f"the real measurements are not in {RIG}")
@pytest.mark.parametrize(("poles", "speed_rpm"), [(2, 3430), (4, 1715), (6, 1143)])
def test_the_shaft_of_the_rig_tells_that_it_has_two_poles(poles: int, speed_rpm: float) -> None:
    found = audited(a_nameplate(poles=poles, rated_speed_rpm=speed_rpm))
    assert found[Suspect.POLES] == (poles != 2)
    assert not any(wrong for suspect, wrong in found.items() if suspect is not Suspect.POLES)
