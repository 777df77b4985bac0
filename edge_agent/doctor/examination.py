"""All live checks of a site, in the order in which a fault of one hides those after it."""

from collections.abc import Iterator

from edge_agent.config import Settings
from edge_agent.doctor.broker import check_broker
from edge_agent.doctor.computer import check_clock, check_disk, check_model
from edge_agent.doctor.port import check_port
from edge_agent.doctor.result import Result
from edge_agent.doctor.service import check_service, running_agent


def examine(settings: Settings, *, all_topics: bool = False) -> Iterator[Result]:
    """Yield each result as soon as it is known, all of them within a window and about half a minute.

    The agent may run meanwhile: nothing of it is touched. `all_topics` also writes an empty message to each
    kind of topic.
    """
    yield check_clock()
    yield check_disk(settings.state_folder())
    yield check_model(settings.model.file)
    who = running_agent(settings)
    yield from check_port(settings) if who is None else check_service(settings, who)
    yield from check_broker(settings, all_topics=all_topics)
