"""What a single window says, as `edge-agent doctor` asks it."""

from answers import NAMEPLATE, SOUND, an_answer
from audited import SIX_POLES, a_motor_window

from edge_agent.audit.findings import Suspect
from edge_agent.audit.one_window import findings_of


def test_a_window_names_what_it_contradicts_and_no_more() -> None:
    window = a_motor_window()
    analysis = an_answer(window, SOUND).analysis
    assert findings_of(window, analysis, NAMEPLATE) == []
    (finding,) = findings_of(window, an_answer(window, SOUND, SIX_POLES).analysis, SIX_POLES)
    assert (finding.suspect, finding.looks) == (Suspect.POLES, 1)
