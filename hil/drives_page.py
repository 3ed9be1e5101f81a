"""The page docs/reference/drives.md from the code: `python -m hil.drives_page > docs/reference/drives.md`."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from firmware_bridge import keys
from firmware_bridge.assembly import open_devices
from firmware_bridge.drives import catalogue
from firmware_bridge.drives.unfinished.facts import FACTS
from firmware_bridge.keys import Key
from firmware_bridge.link.memory import memory_pair
from firmware_bridge.ports import UNVERIFIED, Capabilities
from hil import demo_table
from hil.device_command import DEVICES
from safety.guard import lever_section, table

HEAD: Final = """\
# Drives

Written from the code by `python -m hil.drives_page > docs/reference/drives.md`; a test compares.
`[drive].type` in the table file is the name in the first column. Every drive here has a driver, a virtual
twin (`keel device NAME --pty`) and passes the same contract suite (`tests/contract/test_all_drives.py`); none
has been tried on real hardware by this project yet.

The guard arms no drive whose own watchdog is off, missing or slower than 200 ms, and none that nothing would
hold once its host is gone. One whose stop on a lost host stands in no document is armed only when the table
file declares a brake and that the stop was tried (`bench_verified`, [add a drive](../how-to/add-a-drive.md)).
In the test of the day it sends the drive nothing for the watchdog's time and 40 ms; the drive must say then,
by itself, that its watchdog has acted, else `watchdog_dead` latches. A drive that could not say so is not
tried (`not_tried` in the guard's events): whether it stops is for the bench. A watchdog that is somewhat
slower than declared passes: measured on the twins, one of 150 ms at the node (declared 100), of 180 at
ODrive (140), 200 at BLV-R (160) and 240 at Jrk (200). At BLV-R the alarm comes from the lifetime of 120 ms
or from 138Ah: the test proves one of both, normally the lifetime; 138Ah is only read back.
"""
ANGLES: Final = {True: "its own or the hinge's encoder", False: "counted from park"}
PACE: Final = """\
"Its line" is computed from its default baud, the lengths of its frames, its gaps and its reply delay: the
longest exchange, how often an angle comes at worst, how old it is when the next one comes. A baud at which
one gets older than 100 ms is refused; `keel check` tells these figures for the baud of a table file."""
HEAT: Final = """\
A drive that tells its heat is asked for it about once a second, in place of another slow question. At 80 % of
what its key `..._gives_up_...` says the rider is brought home and no session begins (HZ-50). No temperature
for ten seconds, or one of 0 degC and less, which only a broken sensor tells, counts as that hot. A drive that
does not tell is stopped by its own protection alone, which is a fault of the drive."""
LEVER: Final = """\
## On a linear actuator or spindle

A rod between two pivots turns the table faster where its arm about the hinge is short. `[lever]` in the
table file says where the pivots are ([how to measure](../how-to/linear-actuator.md)); then {drives}
can drive it. `counts_per_degree` or `gear_ratio` is left out: it is made from `counts_per_metre` or
`turns_per_metre`. Counts become a length and the length an angle, a setpoint the other way; a speed is told
smaller where the arm is short. Pivots between which there is a dead point from 2 deg beyond one stop to 2 deg
beyond the other, an arm below 10 mm, or a sensor step of more than 0.2 deg are refused, with the line. A
length beyond that range is no angle. A motor that counts from park takes its place from the inclinometer
there: an error of that grows by the ratio of the arms (on the simulated rod 0.1 deg at park are up to 0.2 deg
at 60). Node, BLV-R, RoboClaw and ODrive know one gain only and are refused. The simulated table has such a
rod: `keel demo --drive jrk --gear b`."""
REFUSED: Final = """\
## Known, never armed

Something essential of these stands in no document read so far. The table file may name them; the guard says
why it refuses. Whoever has the manual, or the drive on a bench, can [complete one](../how-to/add-a-drive.md).
"""


def page() -> str:
    """The whole page."""
    able = [f"`{name}`" for name in catalogue.DRIVES if lever_section.takes_one(name)]
    lever = LEVER.format(drives=", ".join(able))
    return "\n".join([HEAD, *_table(), "", *_drives(), lever, "", REFUSED, *_refused(), ""])


def _capabilities(name: str) -> Capabilities:
    """What the drive of the demo's table says of itself."""
    ports = {wire: Path(f"/dev/{wire}") for wire in demo_table.DRIVES[name]}
    text = demo_table.text(name, "a1", ports).replace('parity = "none"\n', "")  # which only a pty needs
    config = table.parse(text.encode()).devices
    devices = open_devices(config, lambda port, baud, parity: memory_pair()[0])
    return devices.drive.capabilities


def _table() -> Iterator[str]:
    heads = ("type", "drive", "spoken to", "angle", "its watchdog", "test of the day", "without its host")
    yield f"| {' | '.join((*heads, 'held by', 'tells its heat', 'its line'))} |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for name, entry in catalogue.DRIVES.items():
        can = _capabilities(name)
        watchdog = f"{can.watchdog_ms} ms" + (f", {can.watchdog_setting}" if can.watchdog_setting else "")
        alone = "brings the rider home" if can.own_return else "stops"
        if can.dead_host == UNVERIFIED:
            alone = "UNVERIFIED: needs a brake and `bench_verified`"
        angle = ANGLES[can.absolute_angle]
        held = f"`{can.holds_when_dead}`" if _is_declared(entry) else can.holds_when_dead
        cells = (
            f"`{name}`",
            entry.title,
            DEVICES[name].serial,
            angle,
            watchdog,
            "tried" if can.tells_silence else "NOT tried: it cannot say",
            alone,
            held,
            can.tells_heat or "does not tell",
            str(can.pace),
        )
        yield f"| {' | '.join(cells)} |"
    yield ""
    yield 'A value in code type under "held by" is the demo\'s; the table file declares it.'
    yield ""
    yield PACE
    yield ""
    yield HEAT


def _is_declared(entry: catalogue.Entry) -> bool:
    return any(key.name == "holds_when_dead" for key in keys.keys_of(entry.config))


def _drives() -> Iterator[str]:
    for name, entry in catalogue.DRIVES.items():
        yield f"## {entry.title}"
        yield ""
        needs = ", ".join(f"`[{need}]`" for need in entry.needs)
        yield f'`type = "{name}"`; ' + (f"needs the sections {needs}." if needs else "needs nothing else.")
        yield ""
        yield "| key | what | allowed | default |"
        yield "|---|---|---|---|"
        for key in keys.keys_of(entry.config):
            default = "must be given" if key.default is None else f"`{_shown(key.default)}`"
            yield f"| `{key.name}` | {key.help} | {_allowed(key)} | {default} |"
        yield ""
        open_points = list(_unverified(name))
        if open_points:
            yield "UNVERIFIED, to be looked at on the first bench with a real one:"
            yield ""
            yield from (f"- `{file}`: {what}" for file, what in open_points)
            yield ""


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _allowed(key: Key) -> str:
    if key.kind == "flag":
        return "true, false"
    if key.choices:
        return ", ".join(str(choice) for choice in key.choices)
    if key.low is None:
        return "text"
    return f"{key.low:.10g} to {key.high:.10g}" + (f" {key.unit}" if key.unit else "")


def _unverified(name: str) -> Iterator[tuple[str, str]]:
    """Comments of the driver that say so, with the line of code that they stand at."""
    folder = Path(catalogue.__file__).parent / name
    for path in sorted(folder.glob("*.py")):
        source = path.read_text(encoding="utf-8")
        lines = source.splitlines()
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type != tokenize.COMMENT or UNVERIFIED.upper() not in token.string:
                continue
            code = token.line[: token.start[1]].strip()
            yield path.name, _comment(lines, token.start[0] - 1, code)


def _comment(lines: list[str], at: int, code: str) -> str:
    """The comment's text; one that goes over several lines is put together, one after code names it."""
    words = lines[at].partition("#")[2].strip()
    if code:
        words = words.partition("UNVERIFIED")[2].strip(" :;,")
        return f"`{code}`" + (f", {words}" if words else "")
    first = at
    while lines[first - 1].lstrip().startswith("#"):
        first -= 1
        words = lines[first].lstrip().removeprefix("#").strip() + " " + words
    while at + 1 < len(lines) and lines[at + 1].lstrip().startswith("#"):
        at += 1
        words += " " + lines[at].lstrip().removeprefix("#").strip()
    return words.replace("UNVERIFIED: ", "").replace("UNVERIFIED ", "")


def _refused() -> Iterator[str]:
    yield "| type | drive | spoken to | known | missing | without its host | source |"
    yield "|---|---|---|---|---|---|---|"
    for name, facts in FACTS.items():
        yield (
            f"| `{name}` | {facts.title} | {facts.protocol} | {facts.known} | {facts.missing} |"
            f" {facts.dead_host} | {facts.source} |"
        )


if __name__ == "__main__":
    print(page(), end="")
