"""A recording from the port of the agent, for commands that look at the sensors."""

from calibration.sensors.readings import CalibrationError
from edge_agent.acquire.port_source import SerialSource
from edge_agent.acquire.recordings import Recording
from edge_agent.captures.assembly import TooLongError
from edge_agent.commands.record import Recorder, RecordError, ask_it, check_no_agent
from edge_agent.config import Settings
from edge_agent.publish.only_one import TakenError
from edge_agent.supervision import stop_on_signals


def record_live(settings: Settings, seconds: float) -> Recording:
    """Record from the port; raises CalibrationError if that is not possible, with what to do."""
    stop = stop_on_signals()
    try:
        check_no_agent(settings)
        with SerialSource(settings.serial_settings()) as source:
            recorder = Recorder(settings)
            recorder.record(source, seconds, stop)
        return recorder.recording("live")
    except TakenError as error:
        raise CalibrationError(
            f"{error}; stop it, or {ask_it(settings, seconds)} and give that file as --recording"
        ) from error
    except (RecordError, TooLongError) as error:
        raise CalibrationError(str(error)) from error
