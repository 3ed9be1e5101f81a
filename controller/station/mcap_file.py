"""The only place that knows MCAP (mcap.dev, version 0): JSON in zstd chunks, readable when cut short.

Topics: `guard/report` is an array in the order of REPORT_LAYOUT (50 a second, so without the names; the
schema lists them), everything else is an object. Times are the table's clock in nanoseconds.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, cast

from mcap.exceptions import McapError
from mcap.records import Channel, Message
from mcap.stream_reader import StreamReader
from mcap.writer import CompressionType, Writer
from zstandard import ZstdError

from controller.version import __version__
from safety.guard.messages import REPORT_LAYOUT

REPORT: Final = "guard/report"
WELCOME: Final = "guard/welcome"
STATUS: Final = "controller/status"
EVENT: Final = "station/event"
ROW: Final = "session/row"  # only in a finished file: the rows of session.csv, for viewers
NS_IN_MS: Final = 1_000_000
# What the library raises where a file ends in the middle of a record, depending on the record.
CUT_OFF: Final = (StopIteration, McapError, struct.error, ValueError, ZstdError)
CHUNK_BYTES: Final = 1 << 20  # chunks end by `flush`, not by size

_REPORT_SCHEMA: Final[dict[str, Any]] = {
    "type": "array",
    "prefixItems": [{"title": field.name, "description": field.what} for field in REPORT_LAYOUT.fields],
}
SCHEMAS: Final[dict[str, dict[str, Any]]] = {REPORT: _REPORT_SCHEMA} | {
    topic: {"type": "object"} for topic in (WELCOME, STATUS, EVENT, ROW)
}


class Record(NamedTuple):
    """One message of a file."""

    topic: str
    at_ms: int
    value: Any


class McapFile:
    """A file that is being written; what has been flushed survives the writer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stream: IO[bytes] = path.open("wb")
        self._writer: Any = Writer(self._stream, chunk_size=CHUNK_BYTES, compression=CompressionType.ZSTD)
        self._writer.start(profile="", library=f"keel {__version__}")
        self._channels = {topic: self._register(topic, schema) for topic, schema in SCHEMAS.items()}
        self._count = 0

    def _register(self, topic: str, schema: dict[str, Any]) -> int:
        data = json.dumps(schema).encode()
        number = self._writer.register_schema(topic, "jsonschema", data)
        return int(self._writer.register_channel(topic, "json", number))

    def add(self, record: Record) -> None:
        """Add one message to the chunk in progress."""
        data = json.dumps(record.value, separators=(",", ":")).encode()
        at_ns = record.at_ms * NS_IN_MS
        self._count += 1
        self._writer.add_message(self._channels[record.topic], at_ns, data, at_ns, self._count)

    def flush(self) -> None:
        """End the chunk and hand it to the operating system."""
        self._writer.flush()

    def close(self) -> None:
        """Write the index and close."""
        self._writer.finish()
        self._stream.close()


def read(path: Path) -> Iterator[Record]:
    """The messages of a file in the order they were written, up to where it was cut off."""
    topics: dict[int, str] = {}
    with path.open("rb") as stream:
        records = StreamReader(stream).records
        while True:
            try:
                record = next(records)
            except CUT_OFF:
                return
            if isinstance(record, Channel):
                topics[record.id] = record.topic
            elif isinstance(record, Message):
                at_ms = record.log_time // NS_IN_MS
                yield Record(topics[record.channel_id], at_ms, cast(Any, json.loads(record.data)))
