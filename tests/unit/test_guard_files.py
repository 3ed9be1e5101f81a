"""Files that are not as a guard left them, and disks that take nothing: each is said, none stops it."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from safety.guard import dose_clock, files, known_table, ledger_file, mark, store
from safety.guard.client import Client
from safety.guard.dose import Dose, Refused
from safety.guard.events import Events
from safety.guard.latch_file import write as write_latch
from safety.guard.ledger_file import BACK, DEBIT, LOST, Entry
from safety.guard.listener import connect, listen
from safety.guard.mark import Mark
from safety.guard.spent import sessions
from safety.guard.store import Store
from safety.observation import Terms
from safety.trial import TESTS
from tests.dose_machine import TABLE

TERMS = Terms(7, 4500, 150, 200, 150, 200_000, 180_000, 2, 120_000, 60_000, 900_000)
SHA = "ab" * 32


def wall_s() -> int:
    return 1_800_000_000


@pytest.fixture
def went_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dose_clock, "_CLOCKS", (tmp_path,))


def opened(folder: Path, boot: str | None = "boot") -> Store:
    return Store(folder, SHA, wall_s, 1_000, boot)


def test_events_without_a_place_are_counted(tmp_path: Path) -> None:
    events = Events(tmp_path / "gone" / "events.jsonl", wall_s)
    events.write(0, "start")
    events.write(20, "mode")
    assert (events.lost, events.seq) == (2, 2)
    events.close()


def test_a_file_is_taken_away_at_once_or_for_good(tmp_path: Path) -> None:
    for durable in (False, True):
        files.replace(tmp_path / "x", {"a": 1}, durable)
        assert files.read(tmp_path / "x") == {"a": 1}
        files.remove(tmp_path / "x", durable)
        files.remove(tmp_path / "x", durable)
        assert files.read(tmp_path / "x") is None


def test_a_ledger_that_cannot_be_read_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").mkdir()
    assert ledger_file.read(tmp_path / "ledger.jsonl") == ([], "cannot be read (Is a directory)")
    dose = Dose(tmp_path / "ledger.jsonl", wall_s, "boot", used_before=True)
    assert dose.trouble == "ledger.jsonl cannot be read (Is a directory)"
    refused = dose.left("a", 1, TABLE, 1_000)
    assert isinstance(refused, Refused)
    assert "no dose for anybody for 24 h" in refused.why
    assert (tmp_path / "ledger.bad").is_dir()


def test_a_line_without_an_end_is_taken_away_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger_file.mend(path)
    assert not path.exists()
    for before, after in ((b"a\n", b"a\n"), (b"a\nb", b"a\n"), (b"b", b"")):
        path.write_bytes(before)
        ledger_file.mend(path)
        assert path.read_bytes() == after


@pytest.mark.parametrize("tier", [-1, 3, 99])
def test_no_tier_is_made_up(tmp_path: Path, tier: int) -> None:
    dose = Dose(tmp_path / "ledger.jsonl", wall_s, "boot")
    assert dose.left("a", tier, TABLE, 1_000) == Refused(f"tier {tier} is unknown; allowed 0 to 2")


def test_a_disk_that_takes_no_new_ledger_leaves_the_old_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ledger.jsonl").write_bytes(b"rubbish\n")
    dose = Dose(tmp_path / "ledger.jsonl", wall_s, "boot", used_before=True)
    monkeypatch.setattr(ledger_file, "append", refuse)
    dose.tick(1_000)
    wrong = "ledger.jsonl has been changed or cut at line 1"
    assert [dose.trouble, dose.lost] == [wrong, None]
    monkeypatch.undo()
    dose.tick(1_000 + 60_000)
    assert [dose.trouble, dose.lost] == [None, wrong]


def refuse(*given: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_moment_must_be_whole() -> None:
    whole = dose_clock.BEGINNING._asdict()
    assert dose_clock.moment_of(whole) == dose_clock.BEGINNING
    assert dose_clock.moment_of(None) is None
    for name in whole:
        assert dose_clock.moment_of({key: value for key, value in whole.items() if key != name}) is None
        assert dose_clock.moment_of({**whole, name: None}) is None


def test_only_debits_are_sessions_and_each_is_given_back_once() -> None:
    lines = [
        Entry(BACK, "a", 1, 50, 0, 0),  # of nothing
        Entry(DEBIT, "a", 1, 100, 10, 0),
        Entry(LOST, "what", 0, 0, 20, 0),
        Entry(BACK, "a", 1, 150, 30, 0),
        Entry(BACK, "a", 1, 10, 40, 0),  # once only
        Entry(DEBIT, "a", 2, 100, 50, 0),
        Entry(BACK, "a", 3, 100, 60, 0),
    ]
    assert [tuple(one) for one in sessions(lines)] == [(1, 0, 30, False), (2, 100, 50, True)]


def test_a_folder_that_is_gone_accepts_no_table(tmp_path: Path) -> None:
    assert known_table.met(tmp_path / "gone", SHA, new_folder=True) is False


def write_mark(folder: Path, **other: object) -> None:
    whole = Mark(TERMS, SHA, "a", 5, "head")._asdict()
    files.seal(folder / "mark.json", {**whole, "terms": TERMS._asdict(), **other}, durable=False)


@pytest.mark.parametrize(
    "other",
    [
        {"terms": 3},
        {"terms": {}},
        {"terms": {**TERMS._asdict(), "bouts": "x"}},
        {"more": 1},
        {"rider": 3},
        {"used_ms": "5"},
        {"table_sha256": None},
    ],
)
def test_a_mark_that_is_sealed_but_no_mark_is_none(tmp_path: Path, other: dict[str, object]) -> None:
    write_mark(tmp_path)
    assert mark.read(tmp_path / "mark.json") == Mark(TERMS, SHA, "a", 5, "head")
    write_mark(tmp_path, **other)
    assert mark.read(tmp_path / "mark.json") is None


def test_an_open_session_had_its_tests_and_without_a_report_it_used_all(tmp_path: Path) -> None:
    first = opened(tmp_path)
    assert (first.tested, first.used_ms(2_000, 200)) == (False, 0)
    first.write_mark(Mark(TERMS, SHA, "a", 5, ""))
    first.close()
    second = opened(tmp_path)
    assert (second.tested, second.same_table) == (True, True)
    assert second.used_ms(2_000, 200) == TERMS.allowance_ms
    second.remove_mark()
    second.close()
    assert opened(tmp_path).mark is None


@pytest.mark.parametrize(
    ("found", "boot", "tested"),
    [
        ({"now_ms": 1_000, "boot": "boot"}, "boot", True),
        ({"now_ms": 1_001, "boot": "boot"}, "boot", False),  # of the time to come
        ({"now_ms": 1_000 - store.DAY_MS, "boot": "boot"}, "boot", False),
        ({"now_ms": 1_001 - store.DAY_MS, "boot": "boot"}, "boot", True),
        ({"now_ms": None, "boot": "boot"}, "boot", False),
        ({"wall_s": wall_s() - 86_399, "boot": "another"}, "boot", True),
        ({"wall_s": wall_s() - 86_400, "boot": "another"}, "boot", False),
        ({"wall_s": wall_s() + 1, "boot": "another"}, "boot", False),
        ({"wall_s": "today", "boot": "another"}, "boot", False),
        ({"now_ms": 1_000, "boot": "boot", "table_sha256": "cd" * 32}, "boot", False),
        ({"now_ms": 1_000, "boot": "boot", "tests": ["direction", "brake"]}, "boot", False),  # one less
        ({"now_ms": 1_000, "boot": "boot", "tests": None}, "boot", False),  # of a release that kept no names
    ],
)
@pytest.mark.usefixtures("went_on")
def test_tests_count_for_a_day_for_their_table_and_by_their_names(
    tmp_path: Path, found: dict[str, object], boot: str, tested: bool
) -> None:
    entry = {"table_sha256": SHA, "tests": list(TESTS), **found}
    files.replace(tmp_path / "tests.json", entry, durable=False)
    assert opened(tmp_path, boot).tested is tested


def test_a_guard_that_stays_on_has_its_tests_due_after_a_day(tmp_path: Path) -> None:
    made = opened(tmp_path)
    assert not made.test_due(store.DAY_MS + 1_000)
    made.note_tested(5_000)
    assert [made.test_due(5_000 + store.DAY_MS + more) for more in (-1, 0)] == [False, True]
    made.close()
    again = opened(tmp_path)
    assert again.tested is False  # of the time to come: this machine's clock began anew
    again.note_tested(500)
    again.close()
    restarted = opened(tmp_path)
    assert [restarted.test_due(500 + store.DAY_MS + more) for more in (-1, 0)] == [False, True]
    restarted.forget_tested()
    assert not restarted.test_due(500 + store.DAY_MS)
    restarted.close()
    assert not opened(tmp_path).tested


@pytest.mark.usefixtures("went_on")
def test_the_age_of_tests_before_a_restart_of_the_machine_is_that_of_the_calendar(tmp_path: Path) -> None:
    entry = {"table_sha256": SHA, "tests": list(TESTS), "wall_s": wall_s() - 86_399, "boot": "another"}
    files.replace(tmp_path / "tests.json", entry, durable=False)
    made = opened(tmp_path)
    assert [made.test_due(now_ms) for now_ms in (1_999, 2_000)] == [False, True]


def test_a_folder_that_takes_nothing_more_loses_words_and_no_guard(tmp_path: Path) -> None:
    """What it would keep is in the way of itself: folders of the files' names."""
    (tmp_path / "guard.ring").mkdir()
    made = opened(tmp_path)
    assert made.ring_trouble == f"{tmp_path / 'guard.ring'}: Is a directory; reports are kept in memory only"
    (tmp_path / "tests.json").mkdir()
    made.note_tested(1_000)
    assert (made.tested, made.events.lost) == (True, 1)
    made.forget_tested()
    assert (made.tested, made.events.lost) == (False, 2)
    write_latch(tmp_path, 0, durable=False)
    (tmp_path / "latch.json").mkdir()
    made.latch(3, parked=False, now_ms=1_000)
    assert made.latched_cause == 0
    made.close()


def test_a_machine_that_does_not_tell_its_boot_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(store._machine_boot()) == 36
    monkeypatch.setattr(store, "_BOOT", tmp_path / "none")
    assert store._machine_boot() == ""
    opened(tmp_path, None).close()


def test_who_connects_is_let_in_or_told_that_nobody_listens(tmp_path: Path) -> None:
    path = tmp_path / "guard.sock"
    with pytest.raises(OSError, match="No such file"):
        connect(path)
    listener = listen(path)
    ours = connect(path)
    theirs, _ = listener.accept()
    ours.send(b"hello")
    assert theirs.recv(10) == b"hello"
    with pytest.raises(BlockingIOError):
        ours.recv(10)
    for one in (ours, theirs, listener):
        one.close()
    with pytest.raises(ConnectionRefusedError):
        connect(path)


def test_no_socket_is_left_where_none_can_be_bound(tmp_path: Path) -> None:
    (tmp_path / "guard.sock").mkdir()
    with pytest.raises(OSError, match="directory"):
        listen(tmp_path / "guard.sock")
    assert [one.name for one in tmp_path.iterdir()] == ["guard.sock"]


def test_a_client_that_is_gone_is_asked_nothing_more() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    client = Client(ours)
    assert [client.receive(), client.gone] == [None, False]
    theirs.close()
    client.send(b"x")
    assert [client.gone] == [True]
    client.send(b"x")
    client.reply(1, True)
    assert client.receive() is None
    client.close()


def test_a_client_whose_wire_broke_is_gone() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    client = Client(ours)
    ours.close()  # as when the descriptor is lost: each call fails
    assert [client.receive(), client.gone] == [None, True]
    theirs.close()


def test_events_go_on_after_what_no_event_is(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(json.dumps({"no": "number"}).encode() + b"\n")
    events = Events(path, wall_s)
    events.write(0, "start")
    assert json.loads(path.read_text().splitlines()[-1])["seq"] == 1
    events.close()
