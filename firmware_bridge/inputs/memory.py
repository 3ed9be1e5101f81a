"""An in-memory GPIO chip: contacts that a test or a world closes and opens, with edges and their times."""

from __future__ import annotations

from collections.abc import Mapping

from firmware_bridge.ports import PinEdge


class MemoryPins:
    """Pins: `put` moves a contact at a moment; `broken` is a chip that is gone."""

    def __init__(self, closed: Mapping[str, bool]) -> None:
        self._closed = dict(closed)
        self._edges: list[PinEdge] = []
        self.driven: dict[str, bool] = {}
        self.broken = False
        self.closed = False

    def put(self, name: str, closed: bool, at_ms: int) -> None:
        """A contact closes or opens."""
        if self._closed[name] != closed:
            self._closed[name] = closed
            self._edges.append(PinEdge(name, at_ms, closed))

    def levels(self) -> dict[str, bool]:
        """Every input now."""
        self._check()
        return dict(self._closed)

    def edges(self) -> list[PinEdge]:
        """Pop them."""
        self._check()
        edges, self._edges = self._edges, []
        return edges

    def drive(self, levels: Mapping[str, bool]) -> None:
        """Set outputs."""
        self._check()
        self.driven.update(levels)

    def close(self) -> None:
        """Let go."""
        self.closed = True

    def _check(self) -> None:
        if self.broken:
            raise OSError(19, "No such device")
