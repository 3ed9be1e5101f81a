"""From the table file's wires to devices: opens the ports, puts the drivers on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware_bridge.config import DevicesConfig, NodeConfig, Parity, WireConfig
from firmware_bridge.drives import catalogue
from firmware_bridge.drives.node.driver import (
    NodeDrive,
    NodeEncoder,
    NodeHeadKeeper,
    NodeInclinometer,
    NodeInputs,
    NodeOutputs,
)
from firmware_bridge.drives.node.port import NodePort
from firmware_bridge.errors import BridgeError
from firmware_bridge.inputs.config import GpioConfig, wirings
from firmware_bridge.inputs.panel import GpioPanel, lines
from firmware_bridge.link.local_echo import without_echo
from firmware_bridge.link.reopening import ReopeningLink
from firmware_bridge.link.wire_log import WireLog, logged
from firmware_bridge.ports import (
    AngleSensor,
    ByteLink,
    Devices,
    HeadKeeper,
    Inputs,
    MotorDrive,
    Outputs,
    Pins,
)
from firmware_bridge.readings import AngleReading
from firmware_bridge.sensors import catalogue as sensors

OpenLink = Callable[[str, int, Parity], ByteLink]
OpenPins = Callable[[str, Mapping[str, int], Mapping[str, int]], Pins]


class TableDevices:
    """All devices of one table; satisfies ports.Devices."""

    def __init__(self, log: WireLog | None) -> None:
        self.drive: MotorDrive
        self.inclinometer: AngleSensor
        self.inputs: Inputs
        self.outputs: Outputs
        self.head_keeper: HeadKeeper | None = None
        self._encoder: AngleSensor | None = None
        self._log = log
        self._takers: list[Callable[[int], None]] = []
        self._senders: list[Callable[[int, int, int], None]] = []
        self._troubles: list[Callable[[], str | None]] = []
        self._closers: list[Callable[[], None]] = []

    def take(self, now_ms: int) -> None:
        """Read what has arrived on every wire."""
        if self._log is not None:
            self._log.now(now_ms)
        for take in self._takers:
            take(now_ms)

    def send(self, tick: int, checkpoints: int, now_ms: int) -> None:
        """This tick's commands and requests; the drive's wire first."""
        for send in self._senders:
            send(tick, checkpoints, now_ms)

    def withhold(self, tick: int, checkpoints: int, now_ms: int) -> None:
        """As `send`, without the drive's wire."""
        for send in self._senders[1:]:
            send(tick, checkpoints, now_ms)

    @property
    def trouble(self) -> str | None:
        """Of the first wire that has one, the drive's before the others."""
        for trouble in self._troubles:
            if text := trouble():
                return text
        return None

    def close(self) -> None:
        """Close all ports; the log belongs to whoever opened it."""
        for close in self._closers:
            close()

    def put_node(self, config: NodeConfig, link: ByteLink, role: str) -> NodePort:
        """A node on its link."""
        port = NodePort(config, link, role)
        self._takers.append(port.take)
        self._senders.append(port.send)
        self._troubles.append(lambda: port.trouble)
        self._closers.append(port.close)
        return port

    def put_inputs(self, port: NodePort) -> None:
        """Inputs and outputs are this node's, the ledger's head, and the encoder that may be wired to it."""
        self.inputs, self.outputs = NodeInputs(port), NodeOutputs(port)
        self._encoder = NodeEncoder(port)
        self.head_keeper = NodeHeadKeeper(port)

    def put_gpio(self, config: GpioConfig, open_pins: OpenPins) -> None:
        """Inputs and outputs on the pins of the Pi."""
        wired = wirings(config)
        panel = GpioPanel(
            open_pins(config.chip, lines(wired.inputs), wired.outputs), wired.inputs, wired.outputs
        )
        self.inputs, self.outputs = panel, panel
        self._takers.append(panel.take)
        self._senders.append(panel.send)
        self._troubles.append(lambda: panel.trouble)
        self._closers.append(panel.close)

    def put_drive(self, config: WireConfig, link: ByteLink) -> None:
        """A drive on a wire of its own; its driver is loaded for it alone."""
        angles = catalogue.Angles(lambda: self.inclinometer.read(), self._read_encoder)
        drive = catalogue.make(config, link, angles)
        self.drive = drive
        self._takers.append(drive.take)
        self._senders.append(drive.send)
        self._troubles.append(lambda: drive.trouble)
        self._closers.append(drive.close)

    def _read_encoder(self) -> AngleReading | None:
        return None if self._encoder is None else self._encoder.read()

    def put_inclinometer(self, config: WireConfig, link: ByteLink) -> None:
        """An inclinometer on a wire of its own."""
        sensor = sensors.make(config, link)
        self.inclinometer = sensor
        self._takers.append(sensor.take)
        self._senders.append(lambda tick, checkpoints, now_ms: sensor.send(now_ms))
        self._troubles.append(lambda: sensor.trouble)
        self._closers.append(sensor.close)


def open_devices(
    config: DevicesConfig,
    open_link: OpenLink | None = None,
    log: WireLog | None = None,
    open_pins: OpenPins | None = None,
) -> Devices:
    """Open every port of the table, or none. Raises PortMissing, PortBusy, ValueError with what to change."""
    name = catalogue.name_of(config.drive)
    missing = [need for need in catalogue.known()[name].needs if getattr(config, need) is None]
    if missing:
        nouns, sections = " nor ".join(missing), " and ".join(f"[{need}]" for need in missing)
        raise ValueError(f'[drive].type "{name}" has no {nouns}: add {sections}')
    if open_link is None:
        from firmware_bridge.link.serial_port import open_serial

        open_link = open_serial
    opened: list[ByteLink] = []

    def link_of(part: WireConfig) -> ByteLink:
        echoes = getattr(part, "local_echo", False)
        link = ReopeningLink(lambda: without_echo(open_link(part.port, part.baud, part.parity), echoes))
        opened.append(link)
        return link if log is None else logged(link, log, isinstance(part, NodeConfig))

    try:
        return _put_together(config, link_of, TableDevices(log), open_pins or _open_pins)
    except (BridgeError, ValueError):
        for link in opened:
            link.close()
        raise


def _open_pins(chip: str, inputs: Mapping[str, int], outputs: Mapping[str, int]) -> Pins:
    from firmware_bridge.pins import GpiodPins

    return GpiodPins(chip, inputs, outputs)


def _put_together(
    config: DevicesConfig,
    link_of: Callable[[WireConfig], ByteLink],
    devices: TableDevices,
    open_pins: OpenPins,
) -> Devices:
    if isinstance(config.drive, NodeConfig):
        node = devices.put_node(config.drive, link_of(config.drive), "table")
        devices.drive, devices.inclinometer = NodeDrive(node), NodeInclinometer(node)
        devices.put_inputs(node)
    else:
        devices.put_drive(config.drive, link_of(config.drive))
    if config.inclinometer is not None:
        devices.put_inclinometer(config.inclinometer, link_of(config.inclinometer))
    if isinstance(config.inputs, GpioConfig):
        devices.put_gpio(config.inputs, open_pins)
    elif config.inputs is not None:
        devices.put_inputs(devices.put_node(config.inputs, link_of(config.inputs), "io"))
    return devices
