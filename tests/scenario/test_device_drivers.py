"""Our own drivers on the pseudo terminals of keel device: real bytes, real ports, the wall's clock."""

from __future__ import annotations

import pytest

from firmware_bridge.clock import Ticker
from firmware_bridge.config import BlvrConfig, NodeConfig, WitmotionConfig
from firmware_bridge.drives.blvr.driver import BlvrDrive
from firmware_bridge.drives.node.driver import NodeDrive
from firmware_bridge.drives.node.port import NodePort
from firmware_bridge.link.serial_port import open_serial
from firmware_bridge.sensors.witmotion.sensor import WitmotionSensor
from tests.device_process import device

TICK_MS = 20


@pytest.mark.serial
def test_the_blvr_driver_arms_and_moves() -> None:
    with device("blvr", "--pty", "--angle", "-70") as place:
        config = BlvrConfig(str(place["pty"]))
        drive = BlvrDrive(config, open_serial(config.port, config.baud, config.parity))
        ticker, armed, setpoint = Ticker(TICK_MS), False, -7_000.0
        for tick in range(130):
            now_ms = ticker.wait()
            drive.take(now_ms)
            armed = drive.arm(now_ms).armed
            if armed and setpoint < -6_900:
                setpoint += 2
            drive.move(round(setpoint), 100 if armed and setpoint < -6_900 else 0)
            drive.send(tick, 0, now_ms)
        reading = drive.read()
        drive.close()
    assert armed, drive.trouble
    assert reading is not None
    assert reading.angle_cdeg == pytest.approx(-6_900, abs=2)


@pytest.mark.serial
def test_the_inclinometers_driver_reads() -> None:
    with device("witmotion", "--pty", "--angle", "-22.5") as place:
        config = WitmotionConfig(str(place["pty"]))
        sensor = WitmotionSensor(config, open_serial(config.port, config.baud, config.parity))
        ticker = Ticker(TICK_MS)
        for _ in range(50):
            now_ms = ticker.wait()
            sensor.take(now_ms)
            sensor.send(now_ms)
        reading = sensor.read()
        sensor.close()
    assert reading is not None
    assert reading.angle_cdeg == -2_250
    assert reading.counter >= 20


@pytest.mark.serial
def test_the_node_answers() -> None:
    with device("node", "--pty", "--angle", "-70") as place:
        config = NodeConfig(str(place["pty"]))
        port = NodePort(config, open_serial(config.port, config.baud, config.parity), "table")
        drive = NodeDrive(port)
        ticker, armed = Ticker(TICK_MS), False
        for tick in range(75):
            now_ms = ticker.wait()
            port.take(now_ms)
            armed = drive.arm(now_ms).armed
            drive.stop(3_000)
            port.send(tick, 0xFFFF, now_ms)
        reading = drive.read()
        port.close()
    assert reading is not None, port.trouble
    assert reading.angle_cdeg == pytest.approx(-7_000, abs=5)
    assert armed
