"""The token, the cookie of a browser that has shown it, and requests that other sites may have sent."""

import pytest

from edge_agent.web.doors import COOKIE, SESSION_S, Doorkeeper, is_foreign, is_local_name

TOKEN = "correct-horse"


class Clock:
    """A clock that is set by hand."""

    now_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


def session(keeper: Doorkeeper) -> str:
    return keeper.cookie({}).partition(";")[0]


def test_the_cookie_lets_in_until_it_ends_and_holds_nothing_of_the_token() -> None:
    clock = Clock()
    keeper = Doorkeeper(TOKEN, clock)
    cookie = session(keeper)
    assert TOKEN not in cookie
    assert keeper.lets_in({"cookie": f"other=1; {cookie}"})
    clock.now_s += SESSION_S + 1
    assert not keeper.lets_in({"cookie": cookie})


def test_the_cookie_outlasts_a_restart_and_not_a_new_token() -> None:
    clock = Clock()
    cookie = session(Doorkeeper(TOKEN, clock))
    assert Doorkeeper(TOKEN, clock).lets_in({"cookie": cookie})
    assert not Doorkeeper("another", clock).lets_in({"cookie": cookie})


def test_a_cookie_that_was_changed_lets_nobody_in() -> None:
    keeper = Doorkeeper(TOKEN, Clock())
    until, _, seal = session(keeper).partition("=")[2].partition(".")
    for value in (
        "",
        ".",
        seal,
        until,
        f"{int(until) + 1}.{seal}",
        f"{until}.{seal[:-1]}",
        f"{until}.ä",
        "9" * 99,
    ):
        assert not keeper.lets_in({"cookie": f"{COOKIE}={value}"}), value


def test_scripts_and_other_sites_do_not_get_the_cookie_and_https_keeps_it_to_https() -> None:
    keeper = Doorkeeper(TOKEN, Clock())
    plain = keeper.cookie({"origin": "http://pump:8642"})
    assert "HttpOnly" in plain
    assert "SameSite=Strict" in plain
    assert "Path" not in plain  # the browser takes the folder of the page, also below a prefix
    assert "Secure" not in plain
    assert "Secure" in keeper.cookie({"origin": "https://plant.example"})


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({"content-type": "application/json"}, False),
        ({"content-type": "application/json; charset=utf-8", "sec-fetch-site": "same-origin"}, False),
        ({"content-type": "application/json", "sec-fetch-site": "cross-site"}, True),
        ({"content-type": "application/json", "sec-fetch-site": "same-site"}, True),
        ({"content-type": "text/plain"}, True),
        ({"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}, True),
        ({}, True),
    ],
)
def test_what_another_site_can_send_is_foreign(headers: dict[str, str], foreign: bool) -> None:
    assert is_foreign(headers) is foreign


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1:8642", True),
        ("localhost", True),
        ("[::1]:8642", True),
        ("10.0.0.7", True),
        ("evil.example:8642", False),
        ("localhost.evil.example", False),
        ("", False),
        ("[", False),
    ],
)
def test_a_name_that_anybody_can_own_is_not_local(host: str, local: bool) -> None:
    assert is_local_name(host) is local
