"""The page of faults is the tables."""

from __future__ import annotations

from hil.faults_page import PAGE, page


def test_the_page_is_its_tables() -> None:
    assert PAGE.read_text() == page(), "run: python -m hil.faults_page"
