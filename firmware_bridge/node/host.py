"""The host as the node sees it: frames in, frames out, the handshake, the watchdog, the session mark."""

import struct

from firmware_bridge.node import protocol
from firmware_bridge.node.config import allowed
from firmware_bridge.node.store import BOOT_COUNT, SESSION_MARK
from firmware_bridge.node.watchdog import Watchdog
from firmware_bridge.node.wire import HEADER, FrameReader, FrameWriter, first

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware_bridge.node.brain import Brain

_OUT_ROOM = 240  # of frames nobody fetched
_STATUS = "<HBBhhhhHHBBBBHHI"
_STATUS_BYTES = struct.calcsize(_STATUS)


def _i16(value: int) -> int:
    """Held at the ends of what two bytes can say."""
    return value if -32768 <= value <= 32767 else 32767 if value > 0 else -32768


class Host:
    """One end of the wire; tells the brain what is ordered."""

    def __init__(self, brain: "Brain", reset_cause: int) -> None:
        self._brain = brain
        self._reader = FrameReader()
        self._writer = FrameWriter()
        self.out = bytearray(_OUT_ROOM)
        self.out_size = 0  # so many bytes of `out` are to be sent; whoever sends them sets it to 0
        self._counter = 0
        self._reset_cause = reset_cause
        store = brain.store
        self.boot_count = (store.read(BOOT_COUNT, 0) + 1) & 0xFFFF
        store.put(BOOT_COUNT, self.boot_count)
        store.save()
        self.session_mark = store.read(SESSION_MARK, 0) != 0
        for index in range(len(protocol.LIMITS)):
            kept = store.read(protocol.LIMITS[index][0], brain.config.get(index))
            brain.config.put(index, kept)
        self._watchdog = Watchdog(self.boot_count)
        self._watchdog.window_ms = brain.config.watchdog_ms
        self.greeted = False
        self.configured = False
        self.request = 0
        self.outputs = 0

    @property
    def alive(self) -> bool:
        """Whether the last answer is inside its window."""
        return self._watchdog.alive

    @property
    def refused(self) -> int:
        """Bad answers so far."""
        return self._watchdog.refused

    def lost(self, now_ms: int) -> bool:
        """True once when the host has missed its window."""
        return self._watchdog.expired(now_ms)

    def reply(self) -> bytes:
        """What is to be sent, as a new object; taken once."""
        size, self.out_size = self.out_size, 0
        return first(self.out, size)

    def _send(self) -> None:
        self.out_size = self._writer.finish(self.out, self.out_size)

    def take(self, data: "bytes | bytearray", size: int, now_ms: int) -> None:
        """The first `size` bytes of `data`, from the wire."""
        reader = self._reader
        place = reader.take(data, 0, size)
        while place:
            if reader.kind == protocol.COMMAND and reader.size == 17:
                self._command(now_ms)
            elif reader.kind == protocol.HELLO and reader.size == 6:
                self._hello(now_ms)
            elif reader.kind == protocol.CONFIG and reader.size == 1 + 2 * len(protocol.LIMITS):
                self._config()
            elif reader.kind == protocol.HEAD and reader.size == 1 + 2 * len(protocol.HEAD_KEYS):
                self._head()
            place = reader.take(data, place, size)

    def _hello(self, now_ms: int) -> None:
        reader, writer = self._reader, self._writer
        self.greeted = reader.u8(0) == protocol.VERSION
        if self.greeted:
            self._watchdog.greet(now_ms)
        writer.start(protocol.HELLO_REPLY, reader.seq)
        writer.u8(protocol.VERSION)
        writer.u8(protocol.MINOR)
        writer.u16(protocol.DEVICE)
        writer.u8(self._brain.role)
        writer.u32(protocol.FIRMWARE)
        writer.u16(self.boot_count)
        writer.u8(self._reset_cause)
        writer.u16(reader.u16(2))
        writer.u16(reader.u16(4))
        writer.u16(self._watchdog.challenge)
        self._send()

    def _command(self, now_ms: int) -> None:
        reader, brain = self._reader, self._brain
        mode = reader.u8(0)
        if self.greeted:
            good = self._watchdog.judge(
                reader.u16(9),
                reader.u16(11),
                reader.u16(13),
                reader.u16(15),
                brain.config.checkpoint_mask,
                now_ms,
            )
            if mode == protocol.CUT:
                brain.cut()
            if good:
                self.request = reader.u8(1)
                self.outputs = reader.u8(2)
                self._mark(self.request & protocol.SESSION_OPEN != 0)
                if mode != protocol.CUT:
                    brain.order(mode, reader.i16(3), reader.i16(5), reader.u16(7))
            elif mode == protocol.STOP:
                brain.stop_unproved(reader.u16(7))
        self._status(reader.seq)

    def _mark(self, marked: bool) -> None:
        if marked != self.session_mark:
            self.session_mark = marked
            self._brain.source.calm = False  # another session: its loop may be as quick as ever
            self._brain.store.put(SESSION_MARK, 1 if marked else 0)
            self._brain.store.save()

    def _config(self) -> None:
        if not self.greeted:
            return
        result, field = protocol.TAKEN, 0
        if self._reader.u8(0) == protocol.WRITE:
            field = self._first_bad()
            if field < len(protocol.LIMITS):
                result = protocol.REFUSED
            elif self._brain.state == protocol.DISARMED:
                result, field = self._write_config(), 0
                self.configured = True
            elif self._differs():
                result, field = protocol.NOT_NOW, 0
            else:
                self.configured, field = True, 0
        writer = self._writer
        writer.start(protocol.CONFIG_REPLY, self._reader.seq)
        writer.u8(result)
        writer.u8(field)
        for index in range(len(protocol.LIMITS)):
            writer.u16(self._brain.config.get(index))
        self._send()

    def _value(self, index: int) -> int:
        place = 1 + 2 * index
        return self._reader.i16(place) if protocol.LIMITS[index][1] == "h" else self._reader.u16(place)

    def _first_bad(self) -> int:
        for index in range(len(protocol.LIMITS)):
            if not allowed(index, self._value(index)):
                return index
        return len(protocol.LIMITS)

    def _differs(self) -> bool:
        config = self._brain.config
        return any(config.get(index) != self._value(index) for index in range(len(protocol.LIMITS)))

    def _write_config(self) -> int:
        brain = self._brain
        changed = False
        for index in range(len(protocol.LIMITS)):
            value = self._value(index)
            if brain.config.get(index) != value:
                brain.config.put(index, value)
                brain.store.put(protocol.LIMITS[index][0], value)
                changed = True
        self._watchdog.window_ms = brain.config.watchdog_ms
        return protocol.TAKEN if not changed or brain.store.save() else protocol.NOT_KEPT

    def _head(self) -> None:
        """The newest hash of the host's ledger of doses: kept here too, so that an older ledger shows."""
        if not self.greeted:
            return
        reader, writer, store = self._reader, self._writer, self._brain.store
        result = protocol.TAKEN
        if reader.u8(0) == protocol.WRITE:
            result = self._keep_head()
        writer.start(protocol.HEAD_REPLY, reader.seq)
        writer.u8(result)
        for key in protocol.HEAD_KEYS:
            writer.u16(store.read(key, 0))
        self._send()

    def _keep_head(self) -> int:
        if self._brain.axis.is_moving():
            return protocol.NOT_NOW
        store, changed = self._brain.store, False
        for index in range(len(protocol.HEAD_KEYS)):
            word = self._reader.u16(1 + 2 * index)
            if store.read(protocol.HEAD_KEYS[index], 0) != word:
                store.put(protocol.HEAD_KEYS[index], word)
                changed = True
        return protocol.TAKEN if not (changed or store.failed) or store.save() else protocol.NOT_KEPT

    def _status(self, seq: int) -> None:
        brain, writer = self._brain, self._writer
        # An encoder that is not followed is no angle: the host would command in a frame nobody moves in.
        encoder = None if brain.source.slow else brain.encoder_mdeg
        inclination = brain.inclination_cdeg
        valid = 0 if brain.axis.current.doubted else protocol.CURRENT
        valid |= protocol.ANGLE if encoder is not None else 0
        valid |= protocol.INCLINATION if inclination is not None else 0
        self._counter = (self._counter + 1) & 0xFFFF
        writer.start(protocol.STATUS, seq)
        struct.pack_into(
            _STATUS,
            writer.data,
            HEADER,
            self._counter,
            seq,
            valid,
            0 if encoder is None else _i16((encoder + 5) // 10),
            _i16((brain.source.rate_mdps + 5) // 10),
            0 if inclination is None else _i16(inclination),
            _i16(brain.current_ma),
            brain.inputs & 0xFFFF,
            brain.known & 0xFFFF,
            self._output_bits(),
            brain.reported_state(),
            brain.stage(),
            self._fault(),
            self.boot_count,
            self._watchdog.challenge,
            brain.uptime_ms,
        )
        writer.packed(_STATUS_BYTES)
        self._send()

    def _fault(self) -> int:
        brain = self._brain
        if brain.role == protocol.ROLE_TABLE and (brain.fault or brain.source.fault):
            return brain.fault or brain.source.fault
        if brain.axis.current.doubted:
            return protocol.CURRENT_OFF
        return protocol.STORE_FAILED if brain.store.failed else protocol.NO_FAULT

    def _output_bits(self) -> int:
        brain = self._brain
        bits = protocol.SOUNDER if brain.sounder else 0
        bits |= protocol.LAMP if brain.lamp else 0
        bits |= protocol.ENABLE if brain.enable else 0
        bits |= protocol.BRAKE_CLOSED if brain.brake_closed else 0
        bits |= protocol.BRIDGE_ON if brain.bridge_on else 0
        bits |= protocol.SESSION_MARK if self.session_mark else 0
        bits |= protocol.CONFIGURED if self.configured else 0
        return bits
