"""The agent that runs already: it has the port, so it is asked what it sees."""

import http.client
import json
from collections.abc import Iterator, Mapping

from edge_agent.config import Settings
from edge_agent.doctor.result import Result, fail, ok, warn
from edge_agent.doctor.session import read_retained
from edge_agent.publish.mqtt.connection import ConnectionFailedError
from edge_agent.publish.only_one import find_holder
from edge_agent.publish.settings import HttpSettings, read_password

_TIMEOUT_S = 3.0
"""Time that the agent or the broker has to answer, s. Judgement: both are near."""
_MAX_BYTES = 65_536
"""Most bytes that are read of an answer: judgement, far more than it holds."""


def running_agent(settings: Settings) -> str | None:
    """Return which agent runs with this configuration, in words; None if none is seen."""
    mqtt = settings.mqtt_settings()
    session = mqtt.session_name(settings.agent.id)
    return find_holder(settings.state_folder(), f"{mqtt.host}:{mqtt.port}", session)


def check_service(settings: Settings, who: str) -> Iterator[Result]:
    """Yield what the running agent says of itself, over HTTP or else by its retained health."""
    yield ok(
        "port",
        f"in use by {who}, so its samples are not tested here",
        "to test them, stop it (sudo systemctl stop edge-agent) and run this again",
    )
    http_settings = settings.sink_settings().http
    if http_settings is not None:
        yield _by_http(http_settings)
        return
    yield _by_health(settings)


def ask_http(http_settings: HttpSettings, path: str) -> tuple[int, str]:
    """Return the status and the text of a page of the running agent; raises OSError or ValueError."""
    token = None if http_settings.token_file is None else read_password(http_settings.token_file)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(http_settings.host, http_settings.host)
    connection = http.client.HTTPConnection(host, http_settings.port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        answer = connection.getresponse()
        return answer.status, answer.read(_MAX_BYTES).decode(errors="replace").strip()
    except http.client.HTTPException as error:
        raise OSError(f"no answer in HTTP: {error!r}") from error
    finally:
        connection.close()


def _by_http(http_settings: HttpSettings) -> Result:
    where = f"http://{http_settings.host}:{http_settings.port}/readyz"
    try:
        status, words = ask_http(http_settings, "/readyz")
    except (OSError, ValueError) as error:
        return warn("service", f"{where} does not answer: {error}", "see its log: journalctl -u edge-agent")
    if status == http.client.OK:
        return ok("service", f"the running agent sees its motor ({where})")
    return fail(
        "service", f"the running agent says ({status}): {words}", "see its log: journalctl -u edge-agent"
    )


def _by_health(settings: Settings) -> Result:
    topic = f"{settings.mqtt_settings().base_topic(settings.agent.id)}/health"
    try:
        found = read_retained(settings, [topic], _TIMEOUT_S).get(topic)
    except ConnectionFailedError as error:
        return warn("service", f"it could not be asked: {error}", "correct what is said of the broker below")
    if found is None:
        return warn(
            "service",
            f"it could not be asked: there is no section http, and {topic} is not there or may not be read",
            "add `http: {}` to the configuration, or see its log: journalctl -u edge-agent",
        )
    try:
        health = json.loads(found.payload)
    except ValueError:
        health = None
    if not isinstance(health, Mapping):
        return warn("service", f"{topic} holds no health", "see whether two programs write there")
    return _of_health(health)


def _of_health(health: Mapping[str, object]) -> Result:
    source, when = health.get("source"), health.get("time")
    if source is not None:
        return fail(
            "service", f"the running agent says ({when}): {source}", "correct it; the agent goes on by itself"
        )
    if health.get("messages_left_out"):
        return warn(
            "service",
            f"the broker did not take {health['messages_left_out']} messages of the running agent ({when})",
            "look at the limits and the access list of the broker; the log of the agent names the messages",
        )
    age_s = health.get("last_verdict_age_s")
    verdict = "no window was judged yet" if age_s is None else f"the last window was judged {age_s} s before"
    return ok("service", f"samples come, {verdict} ({when})")
