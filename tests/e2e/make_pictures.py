"""Make the pictures of the README from the running demo: `make pictures`.

They are what a browser without a screen shows: the page with the alarm, and the spectrum before and after
the bars break. The alert is what the demo prints.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from browser import WAIT_MS, a_browser
from condition_picture import take_conditions

FOLDER = Path(__file__).parents[2] / "deploy/pictures"
WIDE = {"width": 1280, "height": 860}
SMALL = {"width": 360, "height": 740}


def lines_of(demo: "subprocess.Popen[str]") -> Iterator[str]:
    """What the demo prints; it is shown, too."""
    assert demo.stdout is not None
    for line in demo.stdout:
        print(line, end="", flush=True)
        yield line.rstrip()
    raise SystemExit("the demo has ended")


def first(lines: Iterator[str], wanted: Callable[[str], bool]) -> str:
    """The next line that is wanted."""
    return next(line for line in lines if wanted(line))


def take(page: Any, name: str, place: str | None = None) -> None:
    """Keep a picture of the page, or of a part of it."""
    path = str(FOLDER / f"{name}.png")
    if place is None:
        page.screenshot(path=path)
    else:
        page.locator(place).screenshot(path=path)


def main() -> None:
    """Run the demo, and take the pictures as it goes."""
    FOLDER.mkdir(exist_ok=True)
    command = [sys.executable, "-u", "-m", "calibration.cli", "demo", "--keep-running"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo, a_browser() as browser:
        try:
            lines = lines_of(demo)
            address = first(lines, lambda line: "its page:" in line).rpartition(" ")[2]
            page = browser.new_page(viewport=WIDE, color_scheme="light")
            page.set_default_timeout(WAIT_MS)
            first(lines, lambda line: "STATE " in line)  # then the agent serves its page, too
            page.goto(address)
            first(lines, lambda line: "STATE   healthy" in line)
            page.locator("#current-chart canvas").wait_for()
            take(page, "spectrum_sound", "section:has(#current-chart)")
            first(lines, lambda line: "STATE   broken_bars" in line)
            first(lines, lambda line: "window  broken_bars" in line)
            page.locator("#headline").filter(has_text="alarm").wait_for()
            take(page, "spectrum_broken", "section:has(#current-chart)")
            page.evaluate("window.scrollTo(0, 0)")
            take(page, "page")
            page.set_viewport_size(SMALL)
            page.emulate_media(color_scheme="dark")
            page.locator("#verdict").scroll_into_view_if_needed()
            take(page, "page_small")
        finally:
            demo.terminate()
    with a_browser() as browser:
        take_conditions(browser, FOLDER / "conditions.png")


if __name__ == "__main__":
    main()
