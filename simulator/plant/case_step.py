"""What feeds the motor of a case, and how long a step its circuit bears."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.plant import schema
from simulator.plant.document import CaseError, Document, number
from simulator.plant.dynamics import Circuit

Schedule = list[tuple[float, float]]
RK4_REACH = 2.78  # of the time constants of a decay, where the classical step begins to grow instead


@dataclass(frozen=True)
class Supply:
    """A motor circuit and what feeds it: a duty schedule from a sagging supply, or nothing (shorted)."""

    circuit: Circuit
    duty: Schedule
    V_oc: float
    R_s: float
    bridge_ohm: float

    @property
    def most_ohm(self) -> float:
        """The greatest resistance the circuit meets: that of the motor, the bridge and the sagging supply."""
        duty = max((abs(part) for _, part in self.duty), default=0.0)
        return self.circuit.R + self.bridge_ohm + duty * duty * self.R_s


def read_step(document: Document, fidelity: str, supply: Supply | None) -> float | None:
    """The longest step, if one is asked for; the electrics must bear it."""
    if "step_s" not in document:
        return None
    step_s = number(document["step_s"], "step_s", schema.STEP)
    if supply is None or fidelity == "fast":
        return step_s
    most_s = RK4_REACH * supply.circuit.L / supply.most_ohm
    if step_s > most_s:
        raise CaseError(
            f"step_s: must be at most {most_s:.3g} s for this circuit (2.78 L/R with L = "
            f"{supply.circuit.L:g} H, R = {supply.most_ohm:g} ohm in all), this is {step_s:g}; "
            'take a shorter step, leave step_s out, or ask for "fidelity": "fast", '
            "which carries the current exactly"
        )
    return step_s
