"""What the controller has to know of the table: a few numbers of the table file, in a programme's units."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from safety.guard.table import Table


class TableFacts(NamedTuple):
    """Inversion angles in degrees, rates in degrees per second. The defaults are the demo table's."""

    park_deg: float = -70.0
    cap_deg: float = 60.0
    down_dps: float = 2.0
    up_dps: float = 2.0
    upright_dps: float = 1.5
    day_max_s: float = 900.0
    check_in_every_s: float = 60.0


def facts_of(table: Table) -> TableFacts:
    """The facts of a checked table file."""
    return TableFacts(
        park_deg=table.park_cdeg / 100,
        cap_deg=table.cap_cdeg / 100,
        down_dps=table.down_cdps / 100,
        up_dps=table.up_cdps / 100,
        upright_dps=table.upright_cdps / 100,
        day_max_s=table.day_max_ms / 1_000,
        check_in_every_s=table.check_in_every_ms / 1_000,
    )
