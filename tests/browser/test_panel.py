"""The panel in a browser: both screens, both schemes, against a real station process."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from firmware_bridge import clock
from safety.observation import ORDER_RETURN, ORDER_STOP
from tests.browser.station_process import StationProcess, wait_for

PHONE: Final = ViewportSize(width=390, height=844)
TABLE: Final = ViewportSize(width=800, height=480)
Scheme = Literal["dark", "light"]
SHOTS = os.environ.get("KEEL_SHOTS")  # a folder: pictures of the panel are left there

SCREENS = pytest.mark.parametrize("scheme", ["dark", "light"])
SIZES = pytest.mark.parametrize("size", [PHONE, TABLE], ids=["phone", "table"])


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StationProcess]:
    station = StationProcess(tmp_path_factory.mktemp("panel"))
    yield station
    station.close()


@pytest.fixture
def own_station(tmp_path: Path) -> Iterator[StationProcess]:
    station = StationProcess(tmp_path)
    yield station
    station.close()


def open_panel(browser: Browser, station: StationProcess, size: ViewportSize, scheme: Scheme) -> Page:
    page = browser.new_context(viewport=size, color_scheme=scheme, has_touch=True).new_page()
    page.goto(station.url)
    expect(page.locator("body")).to_have_attribute("data-stale", "0")
    return page


def watch(page: Page, station: StationProcess) -> list[str]:
    """Everything that goes wrong on a page from now on: errors, and requests to anywhere else."""
    faults: list[str] = []

    def look(url: str) -> None:
        if is_foreign(url, station):
            faults.append(url)

    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: look(request.url))
    return faults


def is_foreign(url: str, station: StationProcess) -> bool:
    return not url.startswith((station.url, station.url.replace("http", "ws"), "data:"))


def in_view(page: Page, selector: str, size: ViewportSize) -> tuple[float, float]:
    """Width and height of something that must be whole on the screen and on top."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    assert box["y"] + box["height"] <= size["height"]
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    on_top = page.evaluate("([x, y]) => '#' + document.elementFromPoint(x, y).id", middle)
    assert on_top == selector
    return box["width"], box["height"]


@SIZES
@SCREENS
def test_it_fits_and_nothing_comes_from_elsewhere(
    browser: Browser, station: StationProcess, size: ViewportSize, scheme: Scheme
) -> None:
    page = open_panel(browser, station, size, scheme)
    faults = watch(page, station)
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-stale", "0")
    page.wait_for_timeout(600)
    for selector in ("#stop", "#return"):
        width, height = in_view(page, selector, size)
        assert width >= 150
        assert height >= 64
    overflow = "document.documentElement.scrollWidth - innerWidth"
    assert page.evaluate(overflow) <= 0
    assert page.evaluate("(m => m.scrollHeight - m.clientHeight)(document.querySelector('main'))") <= 1
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/panel-{size['width']}x{size['height']}-{scheme}.png")
    assert faults == []
    page.context.close()


@SIZES
def test_every_target_is_64_px(browser: Browser, station: StationProcess, size: ViewportSize) -> None:
    page = open_panel(browser, station, size, "light")
    for button in page.locator("button:visible, select:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 64, button.get_attribute("id")
    page.context.close()


def test_angle_and_chart_move(browser: Browser, station: StationProcess) -> None:
    page = open_panel(browser, station, PHONE, "dark")
    picture = "document.querySelector('#chart canvas').toDataURL()"
    first, angle = page.evaluate(picture), page.locator("#angle").inner_text()
    expect(page.locator("#angle")).not_to_have_text(angle)
    expect(page.locator("#angle")).to_have_text(re.compile(r"^\d\d\.\d°$"))
    page.wait_for_timeout(300)
    assert page.evaluate(picture) != first
    page.context.close()


@pytest.mark.parametrize(("selector", "order"), [("#stop", ORDER_STOP), ("#return", ORDER_RETURN)])
def test_one_tap_sends_one_order(
    browser: Browser, station: StationProcess, selector: str, order: int
) -> None:
    page = open_panel(browser, station, TABLE, "dark")
    before = len(station.orders())
    page.tap(selector)
    expect(page.locator(selector)).to_have_attribute("data-sent", "received")
    assert station.orders()[before:] == [order]
    page.context.close()


def test_escape_stops(browser: Browser, station: StationProcess) -> None:
    page = open_panel(browser, station, TABLE, "light")
    before = len(station.orders())
    page.keyboard.press("Escape")
    wait_for(lambda: station.orders()[before:] == [ORDER_STOP])
    page.context.close()


def test_the_seat_is_taken_kept_over_a_reload_and_watched_by_others(
    browser: Browser, station: StationProcess
) -> None:
    page = open_panel(browser, station, PHONE, "light")
    page.tap("#seat")
    expect(page.locator("#seat_holder")).to_have_text("you")
    page.reload()
    expect(page.locator("#seat_holder")).to_have_text("you")
    watcher = open_panel(browser, station, TABLE, "light")
    expect(watcher.locator("#seat_holder")).to_have_text("Phone")
    expect(watcher.locator("#seat")).to_have_attribute("aria-disabled", "true")
    watcher.context.close()
    page.tap("#seat")
    expect(page.locator("#seat_holder")).to_have_text("free")
    page.context.close()


def test_a_vanished_guard_greys_within_a_second(browser: Browser, own_station: StationProcess) -> None:
    page = open_panel(browser, own_station, PHONE, "dark")
    own_station.stop(own_station.doubles, signal.SIGKILL)
    gone_ms = clock.monotonic_ms()
    expect(page.locator("#banner")).to_be_visible(timeout=1_000)
    assert clock.monotonic_ms() - gone_ms <= 1_000
    expect(page.locator("body")).to_have_attribute("data-stale", "1")
    assert float(page.locator("main .angle").evaluate("e => getComputedStyle(e).opacity")) < 0.6
    for selector in ("#stop", "#return"):
        in_view(page, selector, PHONE)
        expect(page.locator(selector)).to_be_enabled()
    page.context.close()


def test_a_frozen_station_greys_within_a_second(browser: Browser, own_station: StationProcess) -> None:
    page = open_panel(browser, own_station, TABLE, "light")
    os.kill(own_station.station.pid, signal.SIGSTOP)
    try:
        expect(page.locator("#banner")).to_be_visible(timeout=1_000)
    finally:
        os.kill(own_station.station.pid, signal.SIGCONT)
    expect(page.locator("#banner")).to_be_hidden()
    page.context.close()


def test_stop_and_return_work_without_javascript(browser: Browser, station: StationProcess) -> None:
    page = browser.new_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(station.url)
    before = len(station.orders())
    page.click("#return")
    page.wait_for_url(station.url)
    assert station.orders()[before:] == [ORDER_RETURN]
    page.context.close()
