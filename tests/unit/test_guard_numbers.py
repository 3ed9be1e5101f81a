"""The numbers of the guard's own process, and the packets of its socket as they are on the wire.

Typed from the design, the reference pages and the reasons beside each of them, so that one that changes in
the code alone is noticed whatever it is for. A number that is new is red until it stands here.
"""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from tests import house

FOLDER: Final = house.ROOT / "safety/guard"
DAY_MS: Final = 24 * 60 * 60 * 1_000
NUMBERS: Final[dict[str, dict[str, Any]]] = {
    "able": {"WATCHDOG_MAX_MS": 200, "MARGIN_MS": 40},
    "act": {"TOO_LATE_MS": 100, "STOP_CDPS2": 3_000},
    "attendant": {"SIGN_MS": 60_000},
    "book": {"OFFER_MS": 2_000, "FREE_BYTES_MIN": 16 * 1024 * 1024},
    "channel": {
        "CLIENTS_MAX": 16, "ACCEPTS_A_TICK": 129, "GRACE_TICKS": 10, "CROWD_MAX": 200, "PACKETS_A_TICK": 16,
        "PACKETS_OF_HOLDER": 256, "PACKETS_OF_STRANGER": 4, "SKIMMED_A_TICK": 1_280,
        "_LEASE_ORDERS": (8, 16), "_ORDERS": (1, 2, 4, 8, 16, 32),
    },
    "checkpoints": {"TAKEN": 1, "CHANNEL": 2, "SENSED": 4, "JUDGED": 8, "ACTED": 16, "ALL": 31},
    "clerk": {"SAME_REFUSAL_MS": 10_000, "_IDLE": (0, 6)},
    "client": {
        "QUEUE_MAX": 640, "WAITING_MAX": 256, "_PACKET_MAX": 512, "_ORDER_SIZE": 8, "_URGENT": (1, 2, 32),
    },
    "dose": {"DAY_MS": DAY_MS, "SAVE_MS": 60_000, "LOOK_MS": 1_000, "KEPT_BAD": 5},
    "dose_clock": {"LEAST_WALL_S": 1_672_531_200, "JUMP_MS": 2_000, "BEHIND_S": 60},
    "events": {"TAIL": 65_536},
    "guard": {"GREETING_TICKS": 10, "LEAVE_AFTER": 5, "_IDLE": (0, 6)},
    "known_table": {"SHORT": 12},
    "latch_file": {"RETRY_MS": (1_000, 10_000, 60_000), "UNREADABLE": 18},
    "lever_section": {"PLAY_DEG": 2.0, "LENGTH_OFF_M": 0.010},
    "listener": {"BACKLOG": 128},
    "mark": {"GAP_MS": 5_000},
    "messages": {
        "VERSION": 1, "HELLO": 1, "PROPOSAL": 2, "BEGIN": 3, "ORDER": 4, "ALIVE": 5, "WELCOME": 16,
        "REPORT": 17, "REPLY": 18,
    },
    "news": {"_WORDS": 2, "WORDS_EVERY_MS": 1_000},
    "process": {"PING_MS": 500, "FIFO_PRIORITY": 50, "_MCL_CURRENT": 1, "_MCL_FUTURE": 2},
    "report": {"_BITS": tuple(1 << n for n in range(14)), "_CURRENT_MAX_MA": 2_147_483_647,
        "SAMPLES_KEPT": 256},
    "ring_file": {"VERSION": 1, "SLOTS": 4_096, "SLOT_SIZE": 144, "SIZE": 64 + 4_096 * 144},
    "sense": {"BEYOND": 32_767, "SAMPLES_KEPT": 256, "HEAT_UNKNOWN_PERMILLE": 1_000, "STALE_MS": 100},
    "standing": {"DAY_MS": DAY_MS},
    "store": {"DAY_MS": DAY_MS},
    "table": {"NODE_ROOM_CDEG": 300},
    "table_rows": {
        "CAP_DEG": 60.0, "STOP_MARGIN_DEG": 6.0, "PARK_MARGIN_DEG": 2.0, "DAY_MAX_MIN": 15,
        "CHECK_IN_MAX_S": 60.0,
    },
    "toml_lines": {"SIZE_MAX": 262_144},
    "toml_values": {"_UPRIGHT_IS_ZERO": 90.0},
    "witness": {"PATIENCE_TICKS": 150},
    "__main__": {"NOT_FOR_OTHERS": 0o007},
}  # fmt: skip
# Type, then each field with its kind as the struct module writes it; "?" = its lowest value means None.
PACKETS: Final = {
    1: "role B instance I",
    16: "boot_id I lease_holder B park_cdeg h cap_cdeg h table_hash 8s",
    2: "session I seq I moving B angle_cdeg h rate_cdps h lease_ms H state B phase B",
    3: "id I session I rider 32s tier B cap_cdeg h allowance_ms I bouts B wall_ms I",
    4: "id I order H",
    5: "instance I",
    18: "id I accepted B reason 160s",
    17: "tick I now_ms Q boot_id I session I mode B trusted_cdeg h? trusted_cdps h? a_cdeg h? a_cdps h?"
    " b_cdeg h? b_cdps h? a_age_ms H b_age_ms H inputs_age_ms H inputs H inputs_known H outputs B command B"
    " setpoint_cdeg h? setpoint_cdps h proposal_seq I controller_state B phase B direction B speed_cap_cdps H"
    " power B planned_down B refusal B refusals I first_cause B causes Q stage B stage_left_ms I check_in B"
    " check_in_left_ms I used_ms I dose_left_ms I day_left_ms I bout B bout_ms I cap_cdeg h tested B"
    " drive_state B drive_stage B drive_fault H current_ma i? controller_age_ms H station_age_ms H late_ms H"
    " cost_us I",
}
INPUTS: Final = (
    "pendant stop return_a return_b estop_ok ankle_a ankle_b at_park past_rest over_angle load supply_ok"
    " enabled panic"
)


def part(name: str) -> Any:
    """A module of the guard, looked up when a test runs."""
    return import_module(f"safety.guard.{name}")


def is_number(value: object) -> bool:
    """One, or some in a row."""
    if isinstance(value, tuple):
        return bool(value) and all(map(is_number, value))
    return type(value) in (int, float)


def names_in(stem: str) -> set[str]:
    """What the file itself gives a name to, at its left margin."""
    lines = ast.parse((FOLDER / f"{stem}.py").read_text()).body
    targets: list[ast.expr] = [line.target for line in lines if isinstance(line, ast.AnnAssign)]
    targets += [target for line in lines if isinstance(line, ast.Assign) for target in line.targets]
    return {target.id for target in targets if isinstance(target, ast.Name)}


@pytest.mark.parametrize("module", sorted(path.stem for path in FOLDER.glob("*.py")))
def test_each_number_is_what_it_was_and_none_is_missing_here(module: str) -> None:
    own = {name: getattr(part(module), name) for name in names_in(module)}
    assert {name: value for name, value in own.items() if is_number(value)} == NUMBERS.get(module, {})


def test_packets_are_what_other_programmes_know() -> None:
    layouts = part("messages").BY_TYPE
    told = {
        number: " ".join(f"{one.name} {one.kind}" for one in layout.fields)
        for number, layout in layouts.items()
    }
    assert told == PACKETS
    assert {layout.number for layout in layouts.values()} == set(PACKETS)
    assert (part("messages").ROLES, part("messages").TIERS) == (
        ("observer", "controller", "station"), ("beginner", "intermediate", "full"),
    )  # fmt: skip


# Files, clocks, signals and words of the machine, and the rows that are asked one after the other.
NAMES: Final[dict[str, dict[str, Any]]] = {
    "compose": {"SOCKET": "guard.sock"},
    "elsewhere": {"NAME": "guard.known"},
    "known_table": {
        "NAME": "table.json",
        "OURS": (
            "ledger.*", "guard.state*", "guard.events*", "guard.ring", "mark.json*", "table.json*",
            "tests.json*", "latch.json*",
        ),
        "_BEGUN": {"guard.state", "guard.state.new", "table.json.new"},
    },
    "latch_file": {"NAME": "latch.json"},
    "ledger_file": {"DEBIT": "debit", "BACK": "back", "OVER": "over", "LOST": "lost"},
    "ring_file": {"MAGIC": b"KEELRING"},
    "store": {"_BOOT": Path("/proc/sys/kernel/random/boot_id")},
    "dose_clock": {
        "_CLOCKS": (Path("/dev/rtc0"), Path("/run/systemd/timesync/synchronized")),
        "FIRST_STATE": {
            "at_ms": 0, "now_ms": 0, "boot": "", "sure_at_ms": 0, "sure_wall_s": 0, "settled": False,
            "head": "",
        },
    },
    "process": {"SIGNALS": (15, 2, 1)},
    "inhibit": {
        "_WORDS": (
            "--what=shutdown:sleep", "--who=keel guard", "--why=The inversion table is not upright",
            "--mode=block", "cat",
        ),
    },
    "able": {"HOLDS": ("drive", "brake", "self-locking")},
    "toml_values": {"_TIMES": ("ms", "s", "min", "h")},
}  # fmt: skip


@pytest.mark.parametrize("module", NAMES)
def test_each_name_is_what_the_machine_and_its_people_know_it_by(module: str) -> None:
    found = {name: getattr(part(module), name) for name in NAMES[module]}
    assert found == NAMES[module]


def test_an_input_keeps_its_bit_of_a_report_for_ever() -> None:
    assert import_module("safety.observation").Inputs._fields == tuple(INPUTS.split())


def test_what_is_not_said_to_the_guard_is_nothing() -> None:
    """A guard by itself: no boot id, no clocks, no listener, no copies elsewhere, nobody waits."""
    defaults = {
        "guard.Guard.__init__": (0, None),
        "channel.Channel.__init__": (None,),
        "store.Store.__init__": (None, None),
        "store.Store.latch": (False,),
        "dose.Dose.__init__": ("", None, False, (None, "")),
        "sense.observe": (False, None),
        "news.why_not": (False,),
        "compose.build": (None, None, None),
        "process.run": (None,),
        "client.Client.reply": ("",),
        "listener.listen": (0o660,),
        "inhibit.Inhibitor.__init__": ("systemd-inhibit",),
    }
    for place, values in defaults.items():
        module, *names = place.split(".")
        found = part(module)
        for name in names:
            found = getattr(found, name)
        assert (place, found.__defaults__) == (place, values)
    assert part("mark").Mark._field_defaults == {"boot": ""}
    assert part("ledger_file").Entry._field_defaults == {"head": ""}
