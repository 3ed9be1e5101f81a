"""The pages written from tables are those tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from controller.reference_pages import PAGES, text
from tests import house

DOCS = house.ROOT / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_its_table(name: str) -> None:
    assert (DOCS / "reference" / name).read_text() == text(name), "run: python -m controller.reference_pages"


@pytest.mark.parametrize("path", [house.ROOT / "README.md", *sorted(DOCS.rglob("*.md"))], ids=str)
def test_every_link_of_a_page_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text())
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []
