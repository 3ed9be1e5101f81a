"""`./dev fuzz [SECONDS] [--only NAME]`: each target in a process of its own, guided by coverage (atheris).

Seeds are the golden frames. A find stops its target, is kept as `fuzz-NAME-...` and makes the exit code 1.
So does a target that saw next to none of the code: it was not guided, so it has shown nothing.
"""

from __future__ import annotations

import argparse
import importlib
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hil.fuzz_codecs.targets import Target

FRAMES: Final = Path("tests/data/frames")
HANG_S: Final = 5
MEMORY_MB: Final = 1_024
LONGEST: Final = 1_024
LEAST_COV: Final = 5  # edges; the smallest codec has 8, a target that is not instrumented 2
COV: Final = re.compile(r"\bcov: (\d+)")


def main() -> int:
    """All targets, or one; the number of finds decides."""
    parser = argparse.ArgumentParser(prog="./dev fuzz", description=__doc__)
    parser.add_argument("seconds", nargs="?", type=int, default=60, help="for each target")
    parser.add_argument("--only", action="append", help="a target; may be repeated")
    parser.add_argument("--target", help=argparse.SUPPRESS)
    parser.add_argument("--corpus", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.target:
        return fuzz(given.target, given.seconds, given.corpus)
    from hil.fuzz_codecs.targets import TARGETS

    names = given.only or list(TARGETS)
    unknown = [name for name in names if name not in TARGETS]
    if unknown:
        parser.error(f"--only {unknown[0]}: allowed are {', '.join(TARGETS)}")
    found = [name for name in names if not passed(name, given.seconds)]
    print(
        f"{len(names)} targets, {given.seconds} s each: "
        + (f"finds in {', '.join(found)}" if found else "no find")
    )
    return 1 if found else 0


def passed(name: str, seconds: int) -> bool:
    """One target in its own process; libFuzzer ends the process when it is done."""
    with tempfile.TemporaryDirectory(prefix="keel-fuzz-") as folder:
        for number, seed in enumerate(seeds()):
            (Path(folder) / f"seed-{number}").write_bytes(seed)
        words = [sys.executable, "-m", "hil.fuzz_codecs", str(seconds), "--target", name, "--corpus", folder]
        done = subprocess.run(words, capture_output=True, text=True)
    last = [line.strip() for line in done.stderr.splitlines() if "exec/s" in line]
    said = verdict(done.returncode, last[-1] if last else "")
    print(f"{name:<26}{said:<7}{last[-1] if last else ''}", flush=True)
    if said == "BLIND":
        what = f"{name}: fewer than {LEAST_COV} edges seen, so nothing guided it; mend loaded()"
        print(what, file=sys.stderr)
    elif said == "FIND":
        print(done.stdout[-3_000:] + done.stderr[-3_000:], file=sys.stderr)
    return said == "ok"


def verdict(returncode: int, line: str) -> str:
    """Of libFuzzer's exit code and its last line: ok, FIND, or BLIND when it ran without guidance."""
    if returncode != 0:
        return "FIND"
    seen = COV.search(line)
    return "ok" if seen is not None and int(seen[1]) >= LEAST_COV else "BLIND"


def seeds() -> list[bytes]:
    """The golden frames, alone and as a chunk of a stream."""
    frames: list[bytes] = []
    for path in sorted(FRAMES.glob("*.toml")):
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["frame"]:
            frames.append(bytes.fromhex(row["hex"]) if "hex" in row else row["line"].encode())
    return [*frames, *(bytes([len(frame) - 1]) + frame for frame in frames)]


def fuzz(name: str, seconds: int, corpus: Path) -> int:
    """In this process, which does not come back from it."""
    atheris = importlib.import_module("atheris")  # only in .venv/fuzz
    with atheris.instrument_imports(include=["firmware_bridge", "simulator.devices"]):
        target = loaded(name)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={HANG_S}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix=fuzz-{name}-",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], target)
    atheris.Fuzz()
    return 0


def loaded(name: str) -> Target:
    """A target with all that it runs: drivers are imported when the first is made, so one is made here."""
    from hil.fuzz_codecs.targets import TARGETS

    TARGETS[name](b"\0\0")
    return TARGETS[name]


if __name__ == "__main__":
    sys.exit(main())
