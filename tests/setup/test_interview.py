"""Questions in the order of the plate, each answer judged at once, and asked again where it is wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.acquire.ports import PortInfo
from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.acquire.settings import SerialSettings
from edge_agent.config.document import parse_document
from edge_agent.config.load import settings_with_doubts
from edge_agent.setup.file_text import file_text
from edge_agent.setup.interview import Interview, Surroundings
from edge_agent.setup.questions import CHANNELS

PLATE = ["", "0.75", "220", "2.98", "60", "1715", "", "", "", ""]
PORTS = [
    PortInfo("/dev/ttyS0", None, None, None, None, accessible=False),
    PortInfo("/dev/ttyACM0", "/dev/serial/by-id/usb-DAQ", "Maker", "DAQ", "1", accessible=True),
    PortInfo("/dev/ttyACM1", None, None, None, None, accessible=True),
]
DEVICE = Device(
    "daq", "", "", (Stream(0, 1000.0, (Channel("ia", ChannelKind.CURRENT, "A", 0.1, phase="a"),)),)
)


class Person:
    """Types answers, one after the other, and reads what is said."""

    def __init__(
        self, *typed: str, ports: list[PortInfo] | None = None, device: Device | None = None
    ) -> None:
        self.typed: Iterator[str] = iter(typed)
        self.device = device
        self.listened: list[SerialSettings] = []
        self.said: list[str] = []
        around = Surroundings(self.ask, self.said.append, lambda: ports or [], self.listen)
        self.answers = Interview(Path("agent.yaml"), around).hold()
        assert next(self.typed, None) is None, "not everything was asked for"

    def ask(self, prompt: str) -> str:
        self.said.append(prompt)
        typed = next(self.typed, None)
        if typed is None:
            raise EOFError
        return typed

    def listen(self, settings: SerialSettings) -> tuple[Device | None, str]:
        self.listened.append(settings)
        return self.device, "" if self.device else "nothing comes"

    @property
    def settings(self):
        return settings_with_doubts(parse_document(Path("agent.yaml"), file_text(self.answers)))[0]


def test_enter_takes_what_is_usual_and_leaves_out_what_is_not_known() -> None:
    settings = Person(*PLATE, "", "", "/dev/none", "", "", "").settings
    assert (settings.motor.id, settings.motor.poles, settings.motor.supply) == ("motor", 4, "grid")
    assert settings.motor.rotor_bars is settings.motor.power_factor is None
    assert (settings.mqtt.host, settings.mqtt.username, settings.mqtt.tls) == ("localhost", None, None)


def test_an_answer_that_was_a_slip_is_given_again_after_going_back() -> None:
    person = Person("", "220", "0.75", "<", "<", "0.75", "220", *PLATE[3:], "", "", "/dev/none", "", "", "")
    assert (person.settings.motor.rated_power_kw, person.settings.motor.rated_voltage_v) == (0.75, 220)
    assert person.said.count("[220]> ") == 1, "what was typed before is offered"


def test_going_back_before_the_first_question_asks_it_again() -> None:
    person = Person("<", *PLATE, "", "", "/dev/none", "", "", "")
    assert "  this is the first question" in person.said
    assert person.settings.motor.id == "motor"


def test_going_back_before_the_port_forgets_what_was_heard_there() -> None:
    person = Person(*PLATE, "", "", "/dev/daq", "yes", "<", "/dev/daq", "", "", "", "", device=DEVICE)
    assert len(person.listened) == 2
    assert CHANNELS not in person.answers


def test_a_wrong_answer_is_told_in_the_words_of_the_configuration_and_asked_again() -> None:
    person = Person(*PLATE[:3], "2,98", *PLATE[3:], "", "", "/dev/none", "", "", "")
    assert any("write a decimal point: 2.98" in line for line in person.said)
    assert person.settings.motor.rated_current_a == 2.98


def test_an_answer_that_is_needed_is_asked_for_until_it_comes() -> None:
    person = Person("", "", "", *PLATE[1:], "", "", "/dev/none", "", "", "")
    assert person.said.count("  an answer is needed") == 2


def test_answers_that_contradict_each_other_are_both_asked_again() -> None:
    person = Person(*PLATE[:5], "1815", "", "1715", "", *PLATE[7:], "", "", "/dev/none", "", "", "")
    (told,) = (line for line in person.said if "is above the synchronous speed 1800" in line)
    assert told.startswith("  motor.rated_speed_rpm: ")
    assert (person.settings.motor.rated_speed_rpm, person.settings.motor.poles) == (1715, 4)


def test_ports_are_shown_and_chosen_by_number() -> None:
    person = Person(*PLATE, "", "", "2", "", "", "", ports=PORTS)
    assert person.settings.acquisition.port == "/dev/serial/by-id/usb-DAQ"
    assert any("1: /dev/ttyS0" in line and "dialout" in line for line in person.said)
    assert [settings.port for settings in person.listened] == ["/dev/serial/by-id/usb-DAQ"]


def test_the_only_port_that_may_be_opened_is_taken_by_enter() -> None:
    assert Person(*PLATE, "", "", "", "", "", "", ports=PORTS[:2]).settings.acquisition.port.endswith(
        "usb-DAQ"
    )


@pytest.mark.parametrize(("wanted", "written"), [("yes", True), ("", False)])
def test_a_daq_that_describes_itself_is_asked_nothing_more(wanted: str, written: bool) -> None:
    person = Person(*PLATE, "csv_lines", "", "/dev/none", wanted, "", "", "", device=DEVICE)
    assert (CHANNELS in person.answers) is written
    assert any("ia: current a in A at 1000 Hz" in line for line in person.said)
    assert [c.phase for c in person.settings.channels or ()] == (["a"] if written else [])


def test_the_port_is_listened_to_at_the_stated_baud_rate() -> None:
    person = Person(*PLATE, "csv_lines", "115200", "/dev/none", "2000", "ia", "", "", "")
    assert [settings.baud_rate for settings in person.listened] == [115_200]
    assert person.settings.acquisition.baud_rate == 115_200


def test_lines_that_do_not_describe_themselves_are_described_by_the_person() -> None:
    person = Person(*PLATE, "csv_lines", "", "/dev/none", "2000", "x 1", "ia 0.1, ib 0.1", "", "", "")
    assert any("kind is missing" in line for line in person.said)
    assert [channel.name for channel in person.settings.channels or ()] == ["ia", "ib"]
    assert person.settings.acquisition.rate_hz == 2000


def test_a_password_is_asked_for_as_a_file_and_only_with_a_name(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("secret\n")
    person = Person(*PLATE, "", "", "/dev/none", "", "", "pump-7", str(tmp_path / "none"), str(password))
    assert any("there is no file" in line for line in person.said)
    assert person.settings.mqtt.password_file == password


def test_answers_that_end_too_early_are_an_end_of_file() -> None:
    with pytest.raises(EOFError):
        Person(*PLATE[:4])
