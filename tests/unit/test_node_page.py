"""docs/reference/node.md is what the firmware's tables say."""

from __future__ import annotations

from firmware_bridge.codec.node_frames import FIELDS
from firmware_bridge.node import protocol
from hil.node import page
from tests import house


def test_the_page_is_the_tables() -> None:
    written = (house.ROOT / "docs/reference/node.md").read_text(encoding="utf-8")
    assert written == page.page(), "run: python -m hil.node.page > docs/reference/node.md"


def test_every_frame_state_and_stage_is_there() -> None:
    assert set(page.FRAMES) == set(FIELDS)
    assert [number for number, *_ in page.STAGES] == list(range(protocol.BY_HAND + 1))
    named = {name for _, name, _ in page.STATES}
    assert {to for _, to, _ in page.ROWS} <= named
