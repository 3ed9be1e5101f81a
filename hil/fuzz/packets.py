"""Packets for the guard's socket: rubbish, and our own messages with something wrong about them."""

from __future__ import annotations

import random
from typing import Final

from safety.guard import messages

HUGE: Final = (513, 4_096, 65_536)
FROM_CLIENTS: Final = (
    messages.HELLO_LAYOUT,
    messages.PROPOSAL_LAYOUT,
    messages.BEGIN_LAYOUT,
    messages.ORDER_LAYOUT,
    messages.ALIVE_LAYOUT,
)


def valid(dice: random.Random) -> bytes:
    """A message whose form is right and whose values are anything."""
    layout = dice.choice(FROM_CLIENTS)
    return bytes([messages.VERSION, layout.number]) + dice.randbytes(layout.size - 2)


def packet(dice: random.Random) -> bytes:
    """One packet; never empty, which would mean the end of the connection."""
    kind = dice.randrange(6)
    if kind == 0:
        return dice.randbytes(dice.randint(1, 200))
    if kind == 1:
        return dice.randbytes(dice.choice(HUGE))
    if kind == 2:
        return valid(dice)
    if kind == 3:  # a bit or two
        found = bytearray(valid(dice))
        for _ in range(dice.randint(1, 3)):
            found[dice.randrange(len(found))] ^= 1 << dice.randrange(8)
        return bytes(found)
    if kind == 4:  # cut or longer
        found = bytearray(valid(dice))
        return bytes(found[: dice.randint(1, len(found))]) if dice.random() < 0.5 else bytes(found) + b"\0"
    return bytes([dice.randrange(256), dice.randrange(256)]) + dice.randbytes(dice.randint(0, 130))
