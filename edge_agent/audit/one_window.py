"""What a single window says of the plate, for checks that have no more; a second one should agree."""

from edge_agent.audit.currents import Plate
from edge_agent.audit.evidence import read_window
from edge_agent.audit.findings import PlateFinding
from edge_agent.audit.ledger import Count
from edge_agent.audit.words import say_finding
from edge_agent.circuit import fit_circuit
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analysis
from edge_agent.windows.sliding import Window


def findings_of(window: Window, analysis: Analysis, nameplate: Nameplate) -> list[PlateFinding]:
    """Return the entries that a window contradicts; nothing without a line of the supply."""
    found = []
    for reading in read_window(window, analysis, Plate(nameplate, fit_circuit(nameplate))):
        if reading.accuses:
            count = Count()
            count.take(reading, window.length_s)
            found.append(say_finding(reading.suspect, count, nameplate, window.current.stream))
    return found
