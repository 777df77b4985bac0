"""From a capture to its page."""

import time
from pathlib import Path

from edge_agent.config import Settings
from edge_agent.diagnose.model import Model
from edge_agent.diagnose.model_file import BUILTIN
from edge_agent.report.capture import decided
from edge_agent.report.facts import Facts
from edge_agent.report.kept import folder_beside, kept_in
from edge_agent.report.page import page


def report_html(capture: Path, settings: Settings | None = None, now_unix_s: float | None = None) -> str:
    """Return the report on a capture as one page of HTML that needs nothing else.

    Args:
        capture: recording that the agent has kept.
        settings: of the agent, for plate, model, channels and state folder; None takes plate and window from
            the capture, the shipped model, and the state folder that the capture lies in, if it does.
        now_unix_s: until when the trend is shown, Unix time; None for now.

    Raises RecordingError if the capture cannot be used, and ModelError.
    """
    now_s = time.time() if now_unix_s is None else now_unix_s
    model = Model.load_for_agent(BUILTIN if settings is None else settings.model.file)
    folder = folder_beside(capture) if settings is None else settings.state_folder()
    found = decided(capture, settings, model)
    return page(Facts(found, kept_in(folder, now_s), model.spec.name, model.sha256, now_s))
