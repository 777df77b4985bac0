"""What is asked, and when."""

import pytest

from edge_agent.config.explain import meaning
from edge_agent.setup.questions import CHANNELS, DRIVER, QUESTIONS, RATE, Answers, applies, usual_answer

BY_KEY = {question.key: question for question in QUESTIONS}
POLES = BY_KEY["motor", "poles"]


def test_every_question_is_of_a_key_of_the_file_and_says_where_to_look() -> None:
    for question in QUESTIONS:
        assert meaning(question.key) != "see the README"
        assert question.where.endswith(".")


@pytest.mark.parametrize(
    ("frequency", "speed", "poles"),
    [
        ("50", "2930", "2"),
        ("50", "1450", "4"),
        ("60", "1715", "4"),
        ("60", "1815", "4"),
        ("50", "1500", "4"),
        ("50", "710", "8"),
        ("50", "1290", "4"),
        ("400", "11500", "4"),
        ("5", "100000", "2"),
    ],
)
def test_the_poles_follow_from_frequency_and_speed(frequency: str, speed: str, poles: str) -> None:
    answers: Answers = {("motor", "line_frequency_hz"): frequency, ("motor", "rated_speed_rpm"): speed}
    assert usual_answer(POLES, answers) == poles


@pytest.mark.parametrize("speed", ["", "x", "0", "nan"])
def test_without_a_speed_no_poles_are_proposed(speed: str) -> None:
    answers: Answers = {("motor", "line_frequency_hz"): "50", ("motor", "rated_speed_rpm"): speed}
    assert usual_answer(POLES, answers) is None
    assert usual_answer(POLES, {}) is None


def test_rate_and_channels_are_asked_only_where_nothing_else_says_them() -> None:
    for key in (RATE, CHANNELS):
        assert applies(BY_KEY[key], {DRIVER: "csv_lines"}, described=False)
        assert not applies(BY_KEY[key], {DRIVER: "csv_lines"}, described=True)
        assert not applies(BY_KEY[key], {DRIVER: "block_frames"}, described=False)


def test_a_password_is_asked_only_after_a_user_name() -> None:
    question = BY_KEY["mqtt", "password_file"]
    assert not applies(question, {}, described=False)
    assert applies(question, {("mqtt", "username"): "pump-7"}, described=False)
