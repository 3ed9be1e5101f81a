"""How hot the motor gets: winding and housing, and the drive's own I2t. Values are assumptions [A]."""

from __future__ import annotations

from typing import NamedTuple

COPPER_PER_K = 0.00393
WINDING_J_K, HOUSING_J_K = 44.0, 940.0
WINDING_K_W, HOUSING_K_W = 0.9, 1.6  # winding to housing, housing to the air
MAGNET_PER_K = 0.002  # torque lost with the housing's temperature, ferrite
LIMIT_DEGC = 155.0  # class F
REFERENCE_DEGC = 25.0
CONTINUOUS_A, PEAK_A, PEAK_S = 12.0, 30.0, 2.0
TRIP_A2S = (PEAK_A**2 - CONTINUOUS_A**2) * PEAK_S
LONGEST_S = 1.0


class Heat(NamedTuple):
    """Temperatures of winding and housing in degC."""

    winding: float = REFERENCE_DEGC
    housing: float = REFERENCE_DEGC


def slopes(heat: Heat, current_a: float, ohm_at_25: float, air: float) -> Heat:
    """Kelvin per second."""
    ohm = ohm_at_25 * (1.0 + COPPER_PER_K * (heat.winding - REFERENCE_DEGC))
    flow_w = (heat.winding - heat.housing) / WINDING_K_W
    return Heat(
        (current_a * current_a * ohm - flow_w) / WINDING_J_K,
        (flow_w - (heat.housing - air) / HOUSING_K_W) / HOUSING_J_K,
    )


def step(heat: Heat, current_a: float, ohm_at_25: float, dt_s: float, air: float = REFERENCE_DEGC) -> Heat:
    """Time passes at a current: RK4, the step cut into seconds."""
    count = max(1, round(dt_s / LONGEST_S + 0.499))
    h = dt_s / count
    for _ in range(count):
        a = slopes(heat, current_a, ohm_at_25, air)
        b = slopes(moved(heat, a, h / 2), current_a, ohm_at_25, air)
        c = slopes(moved(heat, b, h / 2), current_a, ohm_at_25, air)
        d = slopes(moved(heat, c, h), current_a, ohm_at_25, air)
        heat = Heat(
            heat.winding + h / 6 * (a.winding + 2 * b.winding + 2 * c.winding + d.winding),
            heat.housing + h / 6 * (a.housing + 2 * b.housing + 2 * c.housing + d.housing),
        )
    return heat


def moved(heat: Heat, by: Heat, dt_s: float) -> Heat:
    """Along a slope."""
    return Heat(heat.winding + by.winding * dt_s, heat.housing + by.housing * dt_s)


def steady_rise_k(watt_at_25: float, kelvin_per_watt: float) -> float:
    """Over the air, for ever at a current that makes so much heat in a winding at 25 degC."""
    rise = watt_at_25 * kelvin_per_watt
    return rise / (1.0 - COPPER_PER_K * rise)


def torque_part(heat: Heat) -> float:
    """Which part of the motor's torque is left when its magnets are warm."""
    return 1.0 - MAGNET_PER_K * (heat.housing - REFERENCE_DEGC)


def i2t(charge_a2s: float, current_a: float, dt_s: float) -> float:
    """What the drive counts; at TRIP_A2S it gives up."""
    return max(0.0, charge_a2s + (current_a * current_a - CONTINUOUS_A**2) * dt_s)
