"""What is asked, in the order of a nameplate, and where each value is found."""

from collections.abc import Mapping
from dataclasses import dataclass

from edge_agent.acquire.drivers import DRIVERS, decoder_of
from edge_agent.config.problems import KeyPath

Answers = dict[KeyPath, str]
"""The YAML text of each value, by its key."""

PORT: KeyPath = ("acquisition", "port")
DRIVER: KeyPath = ("acquisition", "driver")
BAUD_RATE: KeyPath = ("acquisition", "baud_rate")
CHANNELS: KeyPath = ("channels",)
RATE: KeyPath = ("acquisition", "rate_hz")
USERNAME: KeyPath = ("mqtt", "username")


@dataclass(frozen=True, slots=True)
class Question:
    """One question."""

    key: KeyPath
    """The key of the file that the answer goes to."""
    where: str
    """Where to read the value, in one sentence."""
    usual: str | None = None
    """What is taken without an answer; None if there is nothing usual."""
    needed: bool = True
    """False: without an answer, the key stays out of the file."""
    is_text: bool = False
    """True if the answer is text, whatever it looks like."""


_SPEED_TOO_HIGH = 0.05
"""How far the pole pairs by a speed may lie below a whole number: judgement, for a synchronous speed that was
taken for the rated one, which the rules then explain."""

QUESTIONS = (
    Question(
        ("motor", "id"), "A name of your choice for topics: letters, digits, _ and -.", "motor", is_text=True
    ),
    Question(("motor", "rated_power_kw"), "On the plate beside kW; one horsepower is 0.746 kW."),
    Question(
        ("motor", "rated_voltage_v"),
        "On the plate beside V; of two, take the one for which the terminal box is connected.",
    ),
    Question(("motor", "rated_current_a"), "On the plate beside A; of two, take the one of that voltage."),
    Question(("motor", "line_frequency_hz"), "On the plate beside Hz."),
    Question(
        ("motor", "rated_speed_rpm"),
        "On the plate beside rpm, r/min or 1/min: the speed under load, a little below 3000, 1500, 1000 or "
        "750 (50 Hz), or 3600, 1800, 1200 or 900 (60 Hz).",
    ),
    Question(("motor", "poles"), "On some plates; otherwise it follows from frequency and speed."),
    Question(("motor", "power_factor"), "On the plate beside cos phi or PF.", needed=False),
    Question(
        ("motor", "rotor_bars"),
        "Only in papers of the maker; leave it out if you do not know it.",
        needed=False,
    ),
    Question(
        ("motor", "supply"), "grid if the motor hangs on the mains, vfd behind a frequency converter.", "grid"
    ),
    Question(
        DRIVER,
        f"What the DAQ sends: {', or '.join(f'{n} ({d.help})' for n, d in DRIVERS.items())}.",
        "block_frames",
    ),
    Question(
        BAUD_RATE,
        "As in the program of the DAQ, e.g. 115200 of Serial.begin(115200); a device that is USB ignores it.",
        needed=False,
    ),
    Question(PORT, "The serial port of the DAQ; best one below /dev/serial/by-id.", is_text=True),
    Question(RATE, "How many lines the DAQ sends in a second: it is set in its own program."),
    Question(
        CHANNELS,
        "The columns of a line in order, each with its units per count (A, m/s2 or rpm), e.g. "
        "ia 0.00582, ib 0.00582, ic 0.00582, vib_radial 0.00958; names begin with i, vib or speed.",
    ),
    Question(("mqtt", "host"), "Name or address of the MQTT broker.", "localhost", is_text=True),
    Question(
        ("mqtt", "tls"),
        "true if the broker encrypts, with a certificate that the system trusts; for your own authority "
        "write tls: {ca_file: ...} into the file afterwards.",
        "false",
    ),
    Question(
        USERNAME,
        "The agent's user name on the broker; leave it out if it asks for none.",
        needed=False,
        is_text=True,
    ),
    Question(
        ("mqtt", "password_file"),
        "A file with the password on its first line; the password itself is never written into this file.",
        needed=False,
        is_text=True,
    ),
)
"""All of them, in the order in which they are asked."""


def applies(question: Question, answers: Mapping[KeyPath, str], *, described: bool) -> bool:
    """True if a question makes sense after these answers; `described`: the DAQ says what its channels are."""
    if question.key in (RATE, CHANNELS):
        driver = answers.get(DRIVER, "")
        return not described and driver in DRIVERS and not decoder_of(driver).tells_rate
    return question.key != ("mqtt", "password_file") or USERNAME in answers


def usual_answer(question: Question, answers: Mapping[KeyPath, str]) -> str | None:
    """Return what is taken without an answer: of the poles, the number that frequency and speed leave."""
    if question.key != ("motor", "poles"):
        return question.usual
    try:
        frequency_hz = float(answers["motor", "line_frequency_hz"])
        pairs = 60.0 * frequency_hz / float(answers["motor", "rated_speed_rpm"])
        return str(2 * max(int(pairs + _SPEED_TOO_HIGH), 1))
    except (KeyError, ValueError, ZeroDivisionError):
        return None
