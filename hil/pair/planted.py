"""Bugs of node and driver as data: one line of one function said otherwise. The search must find each."""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from firmware_bridge.drives.node.handshake import Handshake
from firmware_bridge.drives.node.port import NodePort
from firmware_bridge.node.brain import Brain
from firmware_bridge.node.homing import Homecoming
from firmware_bridge.node.host import Host
from firmware_bridge.node.watchdog import Watchdog
from hil.pair.guard_end import GuardEnd


class Bug(NamedTuple):
    """What stands there, and what stands there instead."""

    owner: type[Any]
    function: str
    old: str
    new: str


BUGS: Final[dict[str, Bug]] = {
    "watchdog:never_expires": Bug(Watchdog, "expired", "if self.alive and", "if False and"),
    "watchdog:window_ignored": Bug(
        Watchdog, "judge", "if since(now_ms, self._drawn_ms) > self.window_ms:", "if False:"
    ),
    "watchdog:challenge_not_verified": Bug(Watchdog, "judge", "challenge == self.challenge\n", "True\n"),
    "node:obeys_without_answer": Bug(Host, "_command", "if good:", "if True:"),
    "node:mark_never_kept": Bug(Host, "_mark", "if marked != self.session_mark:", "if False:"),
    "node:mark_ignored": Bug(Brain, "_go_home_alone", "if self.host.session_mark:", "if True:"),
    "node:never_home_alone": Bug(Brain, "_go_home_alone", "if self.host.session_mark:", "if False:"),
    "node:boot_not_counted": Bug(Host, "__init__", "+ 1) & 0xFFFF", ") & 0xFFFF"),
    "node:taken_over_unasked": Bug(
        Brain, "_may_arm", "moves and self.host.request & protocol.TAKEOVER != 0", "moves"
    ),
    "node:needs_no_greeting": Bug(Host, "__init__", "self.greeted = False", "self.greeted = True"),
    "node:goes_back_head_down": Bug(Homecoming, "_travel", "if left_mdeg < 0:", "if False:"),
    "driver:counter_ignored": Bug(NodePort, "_status", "not 0 < ahead < 0x8000", "False"),
    "driver:question_ignored": Bug(
        NodePort, "_status", "self._sent.pop(status.ack, None)", "self._sent.pop(status.ack, (now_ms, 40))"
    ),
    "driver:boot_count_ignored": Bug(
        NodePort, "_status", "status.boot_count != self.boot_count and sent is not None", "False"
    ),
    "driver:silence_ignored": Bug(NodePort, "take", "> SILENT_MS", "> 10**9"),
    "driver:takes_over_unasked": Bug(NodePort, "_command", "if self.takes_over and mode", "if mode"),
    "driver:mark_not_told": Bug(NodePort, "_command", "if self.session_open else 0", "if False else 0"),
    "driver:mark_for_ever": Bug(NodePort, "_command", "if self.session_open else 0", "if True else 0"),
    "driver:nonce_ignored": Bug(Handshake, "greeted", "if reply.nonce != self._nonce:", "if False:"),
    "guard:mark_ignored": Bug(GuardEnd, "_wake", "TERMS if desk.mark else None", "None"),
}


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Inside, this bug is there. Raises KeyError for an unknown one, ValueError when its line is gone."""
    bug = BUGS[name]
    good = vars(bug.owner)[bug.function]
    source = textwrap.dedent(inspect.getsource(good))
    if source.count(bug.old) != 1:
        where = f"{bug.owner.__name__}.{bug.function}"
        raise ValueError(f"{name}: {where} has {bug.old!r} {source.count(bug.old)} times, wanted once")
    space = dict(vars(sys.modules[bug.owner.__module__]))
    exec(compile(source.replace(bug.old, bug.new), f"<{name}>", "exec"), space)
    setattr(bug.owner, bug.function, space[bug.function])
    try:
        yield
    finally:
        setattr(bug.owner, bug.function, good)
