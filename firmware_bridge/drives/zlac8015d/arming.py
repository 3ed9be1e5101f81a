"""Arming a ZLAC8015D: was its stop proved, is it one, is it set as it must be, is it free of faults."""

from __future__ import annotations

from firmware_bridge.drives.modbus16 import Steps, expect, provide, read_request, value_of, write_request
from firmware_bridge.drives.zlac8015d import registers as r
from firmware_bridge.drives.zlac8015d.config import Zlac8015dConfig

TOOL = "the maker's tool"
WHAT = "a ZLAC8015D"


def procedure(config: Zlac8015dConfig) -> Steps:
    """All of it, in this order: nothing is written before the device is known."""
    if not config.bench_verified:
        return (
            "[drive].bench_verified is false: the manual does not say how a ZLAC8015D stops once its host is"
            f" gone ({r.OFFLINE.named}); try it with ballast (docs/how-to/add-a-drive.md), then set it"
        )
    unit = config.address
    refused = yield from expect(unit, r.NODE, unit, WHAT)
    if config.baud in r.BAUD_CODES:
        refused = refused or (yield from expect(unit, r.BAUD, r.BAUD_CODES[config.baud], WHAT))
    if refused is None:
        yield write_request(unit, r.TARGET, 0)
    for setting in r.SETTINGS:
        refused = refused or (yield from provide(unit, setting, TOOL))
    if refused:
        return refused
    fault = value_of((yield read_request(unit, r.FAULT)))
    if fault:
        return f"{r.FAULT.named} is {fault:04X}h ({r.fault_text(fault)}); remove the cause and restart it"
    return None if fault == 0 else f"{r.FAULT.named} cannot be read"
