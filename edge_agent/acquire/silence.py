"""Why an open port brings no samples, in words: concluded from what comes instead."""

from edge_agent.acquire.drivers import DRIVERS, decoder_of
from edge_agent.acquire.drivers.decoder import Decoder, Unread
from edge_agent.acquire.settings import SerialSettings
from edge_agent.acquire.source import Silence


def explain_silence(
    settings: SerialSettings, decoder: Decoder, unread: Unread, device_problem: str | None
) -> Silence:
    """Return why samples do not come though bytes do.

    Every driver is asked whether the bytes are of its format: those with a checksum first, since a frame of
    theirs is one for sure, and JSON within it may look like text.
    """
    problem = decoder.description_problem or device_problem
    if problem is not None:
        text = f"no samples arrive: the description that the DAQ sends cannot be right: {problem}"
        return Silence("description", text, "refused_descriptions", max(1, decoder.counts.bad_descriptions))
    own = settings.driver
    for name in sorted(DRIVERS, key=lambda name: (not decoder_of(name).has_checksum, name != own)):
        if name == own:
            silence = decoder.explain(unread)
        else:
            told = decoder_of(name).recognise(unread, decoder.spoken)
            silence = unread.silence(name, told) if told else None
        if silence is not None:
            return silence
    return unread.silence(
        "foreign",
        f"{decoder.foreign(unread.sample)}: check acquisition.baud_rate (now {settings.baud_rate}) and "
        f"acquisition.driver (now {own})",
    )
