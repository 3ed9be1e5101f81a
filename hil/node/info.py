"""Asks a node who it is: one HELLO, one CONFIG read. It commands nothing and changes nothing."""

from __future__ import annotations

import os
from typing import Any, Final, TypeVar

from firmware_bridge.clock import monotonic_ms, sleep_until_ms
from firmware_bridge.codec.node_frames import (
    Config,
    ConfigReply,
    Deframer,
    Hello,
    HelloReply,
    Message,
    encode,
)
from firmware_bridge.node import protocol
from firmware_bridge.ports import ByteLink

ANSWER_MS: Final = 500
POLL_MS: Final = 2
AGAIN_MS: Final = 100
Answer = TypeVar("Answer", HelloReply, ConfigReply)
RESETS: Final = ("power", "its own watchdog", "other")


class NoNode(Exception):
    """Nothing that is our node has answered."""


def ask(link: ByteLink) -> dict[str, Any]:
    """Role, firmware, boot count, reset cause and limits. Raises NoNode, LinkLost."""
    nonce = int.from_bytes(os.urandom(4), "little")
    hello = _answer(link, Hello(protocol.VERSION, protocol.MINOR, nonce), HelloReply)
    if hello.device != protocol.DEVICE or hello.nonce != nonce:
        raise NoNode(f"{link.name}: something answers, but it is no node of ours; check the port")
    facts: dict[str, Any] = {
        "port": link.name,
        "role": protocol.ROLES[hello.role] if hello.role < len(protocol.ROLES) else f"number {hello.role}",
        "protocol": f"{hello.major}.{hello.minor}",
        "firmware": f"{hello.firmware >> 16}.{hello.firmware & 0xFFFF}",
        "boot_count": hello.boot_count,
        "reset_cause": RESETS[min(hello.reset_cause, len(RESETS) - 1)],
    }
    if hello.major != protocol.VERSION:
        return facts
    unread = tuple(0 for _ in protocol.LIMITS)
    config = _answer(link, Config(protocol.READ, unread), ConfigReply)
    facts["limits"] = {row[0]: value for row, value in zip(protocol.LIMITS, config.limits, strict=True)}
    return facts


def _answer(link: ByteLink, question: Message, kind: type[Answer]) -> Answer:
    deframer, start_ms = Deframer(), monotonic_ms()
    due_ms, seq = start_ms, 0
    while (now_ms := monotonic_ms()) - start_ms < ANSWER_MS:
        if now_ms >= due_ms:
            due_ms, seq = now_ms + AGAIN_MS, seq + 1
            link.write(encode(question, seq))
        for frame in deframer.feed(link.read()):
            if isinstance(frame.message, kind):
                return frame.message
        sleep_until_ms(now_ms + POLL_MS)
    heard = f"{deframer.good} frames and {deframer.bad} broken ones came" if deframer.bad else "nothing came"
    raise NoNode(f"{link.name}: no answer within {ANSWER_MS} ms ({heard}); check plug, power and --baud")
