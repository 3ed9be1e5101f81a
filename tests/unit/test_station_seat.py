"""The seat: one holder, others watch, and nobody keeps it by being dead."""

from __future__ import annotations

from controller.station.seat import Seat


def taken(seat: Seat, name: str = "Ann", now_ms: int = 0) -> str:
    token = seat.take(name, "", now_ms, force=False)
    assert token is not None
    return token


def test_only_one_holds_it() -> None:
    seat = Seat()
    token = taken(seat)
    assert seat.take("Bob", "", 1, force=False) is None
    assert seat.take("Bob", "guess", 1, force=False) is None
    assert seat.holder == "Ann"
    assert seat.take("Ann", token, 2, force=False) == token


def test_force_hands_it_over_and_the_old_token_is_worth_nothing() -> None:
    seat = Seat()
    old = taken(seat)
    new = seat.take("Bob", "", 1, force=True)
    assert new not in (None, old)
    assert not seat.owns(old, 2)
    assert seat.number == 2


def test_a_holder_without_a_socket_is_there_for_30_s_after_each_request() -> None:
    seat = Seat()
    token = taken(seat)
    assert not seat.lost(30_000)
    assert seat.owns(token, 30_000)
    assert not seat.lost(60_000)
    assert seat.holder == "Ann"
    assert not seat.lost(60_001)  # free, but that is no RETURN: no panel has vanished
    assert seat.holder is None


def test_a_closed_socket_is_forgiven_for_5_s_then_it_is_a_loss() -> None:
    seat = Seat()
    token = taken(seat)
    assert seat.attach(token, 0)
    assert not seat.lost(3_600_000)  # an open socket is enough
    seat.detach(token, 3_600_000)
    assert not seat.lost(3_605_000)
    assert seat.lost(3_605_001)
    assert seat.holder is None
    assert not seat.lost(3_605_002)  # once


def test_a_reloaded_page_keeps_it() -> None:
    seat = Seat()
    token = taken(seat)
    seat.attach(token, 0)
    seat.detach(token, 1_000)
    assert seat.attach(token, 2_000)
    assert not seat.lost(60_000)


def test_one_of_two_tabs_may_close() -> None:
    seat = Seat()
    token = taken(seat)
    seat.attach(token, 0)
    seat.attach(token, 0)
    seat.detach(token, 100)
    assert not seat.lost(60_000)


def test_an_empty_token_owns_nothing() -> None:
    seat = Seat()
    assert not seat.owns("", 0)
    taken(seat)
    assert not seat.owns("", 0)
    assert not seat.attach("", 0)
