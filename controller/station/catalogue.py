"""The programmes that come with Keel, by name. The controller judges their text, not the station."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

FOLDER = "programmes"


def names() -> list[str]:
    """Every programme in the package, sorted."""
    folder = files("controller") / FOLDER
    if not folder.is_dir():
        return []
    return sorted(
        entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")
    )


def text_of(name: str) -> str | None:
    """A programme's TOML text, None when there is none of that name."""
    return (files("controller") / FOLDER / f"{name}.toml").read_text() if name in names() else None


def listing() -> list[dict[str, Any]]:
    """Name, title and words about every programme."""
    return [describe(name) for name in names()]


def describe(name: str) -> dict[str, Any]:
    """One row of the list."""
    document = tomllib.loads(text_of(name) or "")
    about = document.get("programme", document)
    about = about if isinstance(about, dict) else document
    return {
        "name": name,
        "title": about.get("title") or about.get("name") or name.replace("_", " ").capitalize(),
        "about": about.get("text") or about.get("about") or "",
        "tier": about.get("tier") or "beginner",
    }
