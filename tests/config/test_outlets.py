"""The sections beside the broker: what each gives to its user, and what it refuses with what to write."""

import ipaddress
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from minimal_file import MINIMAL, changed
from pydantic import ValidationError

from edge_agent.captures.settings import CaptureSettings
from edge_agent.config import Problem, Settings
from edge_agent.config.outlets import CapturesSection, HomeAssistantSection, HttpSection, WebhookSection
from edge_agent.publish.settings import HomeAssistantSettings, HttpSettings, WebhookSettings

Load = Callable[..., Settings]
ProblemsOf = Callable[..., tuple[Problem, ...]]


def refused(section: type, **keys: object) -> str:
    """Return what is said of the only key that a section refuses."""
    with pytest.raises(ValidationError) as raised:
        section(**keys)
    (error,) = raised.value.errors()
    return str(error["msg"])


def test_without_these_sections_nothing_listens_and_nobody_is_told(load: Load) -> None:
    read = load(MINIMAL)
    assert (read.homeassistant, read.http, read.notify) == (None, None, ())
    assert read.captures.settings() == CaptureSettings()


def test_an_empty_section_is_switched_on_with_its_defaults(load: Load) -> None:
    read = load(MINIMAL + "homeassistant: {}\nhttp: {}\n")
    assert read.homeassistant is not None
    assert read.homeassistant.settings() == HomeAssistantSettings()
    assert read.http is not None
    assert read.http.settings() == HttpSettings()


def test_each_key_reaches_its_user_as_it_is_written(load: Load, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t0ken\n")
    read = load(
        MINIMAL + "homeassistant: {enabled: no, prefix: ha/x, status_topic: ha/up}\n"
        "http: {listen: '0.0.0.0:80', token_file: token}\n"
        "notify:\n"
        "  - {url: 'https://a.example/hook', on: [clear, blind], cooldown_s: 5, token_file: token}\n"
        "  - {url: 'http://b.example:8080/'}\n"
        "captures: {when: all, seconds_before: 1, seconds_after: 2, keep: 3, max_mb: 4}\n"
    )
    assert read.homeassistant is not None
    assert read.homeassistant.settings() == HomeAssistantSettings(False, "ha/x", "ha/up")
    assert read.http is not None
    assert read.http.settings() == HttpSettings("0.0.0.0", 80, tmp_path / "token")
    first, second = (webhook.settings() for webhook in read.notify)
    assert first == WebhookSettings("https://a.example/hook", ("clear", "blind"), 5.0, tmp_path / "token")
    assert second == WebhookSettings("http://b.example:8080/")
    assert read.captures.settings() == CaptureSettings("all", 1.0, 2.0, 3, 4.0)


@pytest.mark.parametrize("topic", ["a+", "#", "a b", "/a", "a/", ""])
@pytest.mark.parametrize("key", ["prefix", "status_topic"])
def test_what_is_no_topic_is_refused(key: str, topic: str) -> None:
    refused(HomeAssistantSection, **{key: topic})


@given(st.ip_addresses(), st.integers(1, 65_535))
def test_any_address_and_port_are_read_back_but_beyond_loopback_only_with_a_token(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int
) -> None:
    listen = f"{address}:{port}" if address.version == 4 else f"[{address}]:{port}"
    token = Path(__file__)
    assert HttpSection(listen=listen, token_file=token).settings() == HttpSettings(str(address), port, token)
    if address.is_loopback:
        assert HttpSection(listen=listen).settings() == HttpSettings(str(address), port)
    else:
        assert "can be reached from other computers, which takes a token" in refused(
            HttpSection, listen=listen
        )


@pytest.mark.parametrize("listen", ["127.0.0.1:1", "127.8.8.8:8642", "[::1]:65535"])
def test_loopback_needs_no_token(listen: str) -> None:
    assert HttpSection(listen=listen).settings().token_file is None


@pytest.mark.parametrize("listen", ["0.0.0.0:8642", "[::]:8642", "192.168.1.5:80", "[fe80::1%eth0]:80"])
def test_any_other_address_needs_one(listen: str) -> None:
    said = refused(HttpSection, listen=listen)
    assert listen in said
    assert "listen on 127.0.0.1" in said


@pytest.mark.parametrize(
    ("listen", "said"),
    [
        ("localhost:8642", "does not begin with an IP address"),
        (":8642", "does not begin with an IP address"),
        ("8642", "does not begin with an IP address"),
        ("127.0.0.1", "does not begin with an IP address"),
        ("http://127.0.0.1:8642", "does not begin with an IP address"),
        ("127.0.0.1:", "does not end with a TCP port"),
        ("127.0.0.1:0", "does not end with a TCP port"),
        ("127.0.0.1:65536", "does not end with a TCP port"),
        ("127.0.0.1:-1", "does not end with a TCP port"),
        ("127.0.0.1:http", "does not end with a TCP port"),
        ("127.0.0.1:\u0663", "does not end with a TCP port"),
        ("127.0.0.1:\u00b2", "does not end with a TCP port"),
    ],
)
def test_what_nobody_can_listen_on_is_the_only_problem_and_an_example_is_given(
    listen: str, said: str
) -> None:
    message = refused(HttpSection, listen=listen)
    assert said in message
    assert "write e.g. 127.0.0.1:8642" in message


@pytest.mark.parametrize(
    "url",
    [
        "http://a",
        "https://alarms.example/hook?key=1#x",
        "https://alarms.example:8443",
        "http://[::1]:80/",
        "HTTPS://A.example/",
    ],
)
def test_the_url_of_a_web_server_is_taken_as_it_is(url: str) -> None:
    assert WebhookSection(url=url).settings().url == url


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "is not the URL of a web server"),
        ("alarms.example/hunter2", "is not the URL of a web server"),
        ("ftp://alarms.example/hunter2", "is not the URL of a web server"),
        ("https:///hunter2", "is not the URL of a web server"),
        ("https://a.example/hunter2 x", "is not the URL of a web server"),
        ("https://a.example/hunter2\n", "is not the URL of a web server"),
        ("https://[::1/hunter2", "is not a URL"),
        ("https://a.example:99999/hunter2", "is not a URL"),
        ("https://a.example:x/hunter2", "is not a URL"),
        ("https://ann:hunter2@a.example", "name it in token_file"),
        ("https://hunter2@a.example", "name it in token_file"),
        ("https://:hunter2@a.example", "name it in token_file"),
    ],
)
def test_any_other_url_is_refused_and_never_repeated(url: str, said: str) -> None:
    message = refused(WebhookSection, url=url)
    assert said in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    "url",
    ["'ftp://hunter2/'", "'https://hunter2@a.example'", f"'https://hunter2/{'x' * 2000}'", "[hunter2]"],
)
def test_no_problem_of_a_url_repeats_what_may_be_a_secret(problems_of: ProblemsOf, url: str) -> None:
    (problem,) = problems_of(f"{MINIMAL}notify: [{{url: {url}}}]\n")
    assert problem.key == ("notify", 0, "url")
    assert "hunter2" not in str(problem)


def test_a_secret_part_of_a_url_comes_from_the_environment(load: Load) -> None:
    read = load(MINIMAL + "notify: [{url: 'https://a.example/${KEY}'}]\n", KEY="hunter2")
    assert read.notify[0].url == "https://a.example/hunter2"


@pytest.mark.parametrize(
    ("on", "key", "said"),
    [
        ("[]", ("on",), "found a list of 0, expected at least 1"),
        ("[Alarm]", ("on", 0), "found the text 'Alarm', expected 'alarm', 'danger', 'clear' or 'blind'"),
        ("[alarm, fire]", ("on", 1), "found the text 'fire'"),
        ("alarm", ("on",), "found the text 'alarm', expected a list"),
    ],
)
def test_what_is_no_list_of_occasions_is_one_problem(
    problems_of: ProblemsOf, on: str, key: tuple[str | int, ...], said: str
) -> None:
    (problem,) = problems_of(f"{MINIMAL}notify: [{{url: 'https://a.example', on: {on}}}]\n")
    assert problem.key == ("notify", 0, *key)
    assert said in problem.message


def test_more_webhooks_than_there_may_be_are_counted_and_not_repeated(problems_of: ProblemsOf) -> None:
    webhooks = "".join(f"  - {{url: 'https://a.example/hunter2/{number}'}}\n" for number in range(17))
    (problem,) = problems_of(f"{MINIMAL}notify:\n{webhooks}")
    assert problem.message.startswith("found a list of 17, expected at most 16 (")
    assert "hunter2" not in problem.message


@pytest.mark.parametrize(
    ("section", "key", "least", "most"),
    [
        (CapturesSection, "seconds_before", 0, 600),
        (CapturesSection, "seconds_after", 0, 600),
        (CapturesSection, "keep", 1, 10_000),
        (CapturesSection, "max_mb", 1, 1_000_000),
        (WebhookSection, "cooldown_s", 0, 86_400),
    ],
)
def test_a_number_is_taken_from_its_least_to_its_most_and_not_beyond(
    section: type, key: str, least: int, most: int
) -> None:
    rest = {"url": "https://a.example"} if section is WebhookSection else {}
    for taken in (least, most):
        assert getattr(section(**rest, **{key: taken}).settings(), key) == taken
    for beyond in (least - 1, most + 1):
        assert "than or equal to" in refused(section, **rest, **{key: beyond})


@pytest.mark.parametrize(
    ("section", "wrong"), [("{}", True), ("{enabled: true}", True), ("{enabled: false}", False)]
)
def test_a_motor_has_another_name_than_the_agents_own_device_in_home_assistant(
    load, problems_of, section: str, wrong: bool
):
    text = changed("motor:\n", "motor:\n  id: agent\n") + f"homeassistant: {section}\n"
    if not wrong:
        load(text)
        return
    (problem,) = problems_of(text)
    assert problem.key == ("homeassistant",)
    assert "give the motor another id" in problem.message
