"""What the server holds of one motor: its newest documents, those who look at it, and its page."""

from dataclasses import dataclass

from edge_agent.captures.recorder import FOLDER as CAPTURES
from edge_agent.publish.settings import SinkSettings
from edge_agent.state_file import StateFile
from edge_agent.trend.keeper import FILE_NAME as TREND
from edge_agent.web import history
from edge_agent.web.asks import Asks
from edge_agent.web.newest import Newest
from edge_agent.web.page import Page
from edge_agent.web.telling import Telling
from edge_agent.web.viewers import Live


@dataclass(frozen=True, slots=True)
class MotorView:
    """One motor, as the server shows it."""

    motor: str
    """Id of the motor."""
    newest: Newest
    """The newest documents."""
    live: Live
    """Those who look."""
    events: history.History
    """The last changes of its state."""
    telling: Telling
    """What they are told."""
    page: Page
    """The paths of its page."""


def motor_views(settings: SinkSettings, asks: Asks, may_write: bool) -> list[MotorView]:
    """Return the view of each motor; the files of one among several lie in its own folder."""
    several = len(settings.motors) > 1
    views = []
    for motor in settings.motors:
        folder = settings.state_folder / motor if several else settings.state_folder
        newest, live = Newest(motor=motor), Live()
        events = history.History(StateFile(folder / history.FILE_NAME, history.FILE_VERSION))
        telling = Telling(newest, events, live, folder / CAPTURES, settings.motors if several else ())
        page = Page(
            telling, live, asks, folder / CAPTURES, folder / TREND, may_write, motor if several else None
        )
        views.append(MotorView(motor, newest, live, events, telling, page))
    return views
