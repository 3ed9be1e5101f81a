"""What may stand in no file of the project: addresses of registries, lock files, other places."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import house

# In pieces, so that this file passes its own test.
REGISTRIES = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "npmjs" + ".org",
    "deb.debian" + ".org",
    "crates" + ".io",
)
ELSEWHERE = re.compile(
    r"(?<![\w./-])/wor" + r"k/" + r"|/tmp/" + r"keel/" + r"|\b(?:issue|pull request|PR) #?\d+\b"
    r"|\b(?:clau" + r"de|anthro" + r"pic|chat" + r"gpt|co" + r"pilot)\b",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"://|--(?:extra-)?index|--find-links|" + "|".join(map(re.escape, REGISTRIES)))
LOCKS = ("uv.lock", "pylock.toml", "poetry.lock", "package-lock.json")


def test_requirement_files_hold_hashes_and_no_address() -> None:
    files = sorted((house.ROOT / "requirements").glob("*.txt"))
    names = [path.stem for path in files]
    assert names == ["bench", "build", "dev", "fuzz", "run", "uv"]
    for path in files:
        text = path.read_text()
        assert ADDRESS.search(text) is None, path
        pins = re.findall(r"^[\w.-]+==", text, re.MULTILINE)
        assert pins
        assert text.count("--hash=sha256:") >= len(pins), path


def test_the_tools_agree_with_the_run_time_pins() -> None:
    def pins(name: str) -> set[str]:
        lines = (house.ROOT / "requirements" / name).read_text().splitlines()
        return {line.rstrip(" \\") for line in lines if re.match(r"[\w.-]+==", line)}

    assert pins("run.txt") <= pins("dev.txt")
    assert pins("run.txt") <= pins("bench.txt")


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_file_is_kept(lock: str) -> None:
    assert list(house.ROOT.glob(lock)) == []


@pytest.mark.parametrize(
    "planted", ["see https://files." + REGISTRIES[1], "see iss" + "ue 12", "in PR" + " #7", "cd /wor" + "k/x"]
)
def test_a_planted_word_is_caught(planted: str) -> None:
    assert foreign_words(planted)


def test_no_file_speaks_of_other_places() -> None:
    found = {str(path.relative_to(house.ROOT)): foreign_words(read(path)) for path in house.text_files()}
    assert {path: words for path, words in found.items() if words} == {}


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def foreign_words(text: str) -> list[str]:
    return [host for host in REGISTRIES if host in text] + ELSEWHERE.findall(text)
