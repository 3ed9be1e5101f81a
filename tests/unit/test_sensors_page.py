"""docs/reference/sensors.md is what the catalogue says."""

from __future__ import annotations

from firmware_bridge.sensors import catalogue
from hil import sensors_page
from tests import house


def test_the_page_is_the_catalogue() -> None:
    written = (house.ROOT / "docs/reference/sensors.md").read_text(encoding="utf-8")
    assert written == sensors_page.page(), "python -m hil.sensors_page > docs/reference/sensors.md"
    for name, entry in catalogue.SENSORS.items():
        assert f"| `{name}` | {entry.title} |" in written


def test_every_chip_has_its_driver() -> None:
    for _, _, file, _ in sensors_page.CHIPS:
        assert (house.ROOT / "firmware_bridge/node" / file.strip("`")).exists()
