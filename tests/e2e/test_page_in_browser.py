"""The page in a real browser, below the path of an ingress, while a motor runs and its bars break."""

from pathlib import Path
from typing import Any

from broker import free_port
from browser import WAIT_MS, a_browser, accessibility_problems, ingress
from plant import write_config
from serving import wait_for

TOKEN = "correct-horse"
SIZES = ({"width": 1280, "height": 900}, {"width": 360, "height": 740})


def start(folder: Path, start_daq, start_agent) -> tuple[Any, int]:
    """Start a virtual DAQ and an agent with a token; return the DAQ and the agent's port."""
    (folder / "token").write_text(f"{TOKEN}\n")
    daq = start_daq("--load", "0.75", "--broken-bars", "0", "--speed", "4")
    port = free_port()
    config = write_config(
        folder, port=str(daq.link), broker_port=free_port(), window="{length_s: 6, step_s: 2}"
    )
    config.write_text(
        f"{config.read_text()}http: {{listen: '127.0.0.1:{port}', token_file: {folder / 'token'}}}\n"
    )
    start_agent(config)
    wait_for(port, "/healthz", lambda answer: answer.status == 401)
    return daq, port


def log_in(page: Any, address: str) -> None:
    """Show a wrong token, then the right one."""
    page.goto(address)
    assert accessibility_problems(page) == []
    page.get_by_label("Token").fill("wrong")
    page.keyboard.press("Enter")
    page.get_by_text("this is not the token").wait_for()
    page.get_by_label("Token").fill(TOKEN)
    page.keyboard.press("Enter")
    page.locator("#signals").wait_for()


def picture_of(page: Any, chart: str) -> str:
    """Return what a chart shows, once it shows something."""
    canvas = page.locator(f"#{chart} canvas")
    canvas.wait_for()
    return str(canvas.evaluate("canvas => canvas.toDataURL()"))


def says(page: Any, place: str, words: str) -> None:
    """Wait until an element says something."""
    page.locator(place).filter(has_text=words).first.wait_for()


def fits_and_is_accessible(page: Any) -> None:
    """Check both sizes, light and dark."""
    for size in SIZES:
        page.set_viewport_size(size)
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(  # until the charts have taken the new width, too
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            )
            assert accessibility_problems(page) == [], (size, scheme)


def keyboard_reaches(page: Any, *wanted: str) -> None:
    """Walk through the page with the tab key; all that is wanted must come by."""
    page.evaluate("document.activeElement.blur()")
    reached: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert set(wanted) <= set(reached)


def what_comes_of(page: Any) -> tuple[list[str], list[str]]:
    """Return the lists that collect the page's problems and the addresses that it asks, from now on."""
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type != "log" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return problems, asked


def shows_a_sound_motor(page: Any) -> None:
    """Wait for the state, the conditions and the channels, and for charts that go on moving."""
    says(page, "#connection", "live")
    says(page, "#summary", "no broken bar")
    says(page, "#channels", "ia")
    says(page, "#conditions-table tr:has-text('phase unbalance')", "not found")
    says(page, "#conditions-table tr:has-text('phase unbalance')", "NEMA MG 1")
    says(page, "#conditions-table tr:has-text('stator asymmetry')", "not told")
    before = {chart: picture_of(page, chart) for chart in ("current-chart", "vibration-chart")}
    says(page, "#trend-words", "Newest")
    for chart, picture in before.items():
        assert len(picture) > 2000, chart
        page.wait_for_function(
            "([id, old]) => (document.querySelector(`#${id} canvas`)?.toDataURL() ?? old) !== old",
            arg=[chart, picture],
        )


def test_the_page_below_an_ingress_from_the_login_to_the_acknowledged_alarm(
    tmp_path: Path, start_daq, start_agent
) -> None:
    with a_browser() as browser:
        daq, port = start(tmp_path, start_daq, start_agent)
        with ingress(port) as address:
            page = browser.new_page(viewport=SIZES[0])
            page.set_default_timeout(WAIT_MS)
            log_in(page, address)
            problems, asked = what_comes_of(page)
            shows_a_sound_motor(page)

            daq.tell("break 2")
            says(page, "#headline", "alarm")
            says(page, "#summary", "2 broken bars")
            says(page, "#alarm-body", "unacknowledged")
            page.locator("#alarm").get_by_label("Your name").fill("Ada")
            page.locator("#alarm").get_by_role("button", name="Acknowledge").press("Enter")
            says(page, "#alarm-body", "by Ada")
            says(page, "#events", "by Ada")

            alarm = page.locator("#events > li").first
            with page.expect_download() as download:
                alarm.get_by_role("link", name="Download capture").click()
            assert download.value.suggested_filename.endswith("_broken_bars.npz")
            alarm.get_by_role("button", name="Spectrum").click()
            alarm.locator("canvas").wait_for()
            says(page, "#events", "Sidebands (1 ± 2s)f")

            page.get_by_role("button", name="7 days").press("Enter")
            says(page, "#trend-words", "Nothing yet")
            daq.stop()
            says(page, "#phasors-words", "no running current")
            says(page, "#current-words", "No samples come")
            says(page, "#alarm-badge", "alarm stands")
            keyboard_reaches(page, "Skip to the figures", "Live", "3 months", "Spectrum", "Download capture")
            fits_and_is_accessible(page)
            assert problems == []
            assert [url for url in asked if not url.startswith(address)] == []


def test_without_a_token_the_page_on_loopback_is_read_only(tmp_path: Path, start_agent) -> None:
    with a_browser() as browser:
        port = free_port()
        config = write_config(tmp_path, port=str(tmp_path / "no-port"), broker_port=free_port())
        config.write_text(f"{config.read_text()}http: {{listen: '127.0.0.1:{port}'}}\n")
        start_agent(config)
        wait_for(port, "/healthz", lambda answer: answer.status == 200)
        page = browser.new_page()
        page.set_default_timeout(WAIT_MS)
        page.goto(f"http://127.0.0.1:{port}/")
        says(page, "#connection", "no samples yet")
        says(page, "#alarm-body", "There has been no alarm")
        assert page.get_by_role("button", name="Acknowledge").count() == 0
