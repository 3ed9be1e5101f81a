"""MuJoCo on the same model: `dcmotor` with inductance and geared rotor, `frictionloss` for dry friction."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Final

import numpy as np

from hil.benchmarks.ride_model import MODEL, OHM, START_RAD, TICK_S, TICKS, volts
from simulator.plant.bed import RIDER

MASS_KG: Final = 96.0  # of rider and bed; only its moments count
XML: Final = """\
<mujoco>
  <option timestep="{step_s}" integrator="{integrator}" gravity="0 0 -9.80665">
    <flag contact="disable"/>
  </option>
  <worldbody><body>
    <joint name="hinge" type="hinge" axis="0 1 0" damping="{damping}" frictionloss="{dry}"/>
    <inertial pos="{xi} 0 {eta}" mass="{mass}" diaginertia="{own} {own} {own}"/>
  </body></worldbody>
  <actuator><dcmotor joint="hinge" motorconst="{kt} {kt}" resistance="{ohm}" inductance="{henry}"
    gear="{ratio}" armature="{rotor}"/></actuator>
</mujoco>
"""


def load() -> ModuleType | None:
    """MuJoCo, if it is installed."""
    try:
        import mujoco
        import mujoco.rollout
    except ImportError:
        return None
    module: ModuleType = mujoco
    return module


def model(mujoco: Any, integrator: str, step_s: float) -> Any:
    """The hinge as a compiled model. Friction of the motor counts at the hinge, as there are no losses."""
    motor, gear = MODEL.motor, MODEL.gear
    xi, eta = RIDER.first_xi_kgm / MASS_KG, RIDER.first_eta_kgm / MASS_KG
    text = XML.format(
        step_s=step_s,
        integrator=integrator,
        damping=MODEL.hinge.viscous_nms + gear.ratio**2 * motor.viscous_nms,
        dry=MODEL.hinge.coulomb_nm + gear.ratio * motor.coulomb_nm,
        xi=xi,
        eta=eta,
        mass=MASS_KG,
        own=RIDER.inertia_kgm2 - MASS_KG * (xi * xi + eta * eta),
        kt=motor.torque_nm_a,
        ohm=OHM,
        henry=motor.inductance_h,
        ratio=gear.ratio,
        rotor=motor.inertia_kgm2,
    )
    return mujoco.MjModel.from_xml_string(text)


def ride(mujoco: Any, compiled: Any) -> list[float]:
    """Ten seconds, one call a tick."""
    data = mujoco.MjData(compiled)
    data.qpos[0] = START_RAD
    steps = round(TICK_S / compiled.opt.timestep)
    step, control, place = mujoco.mj_step, data.ctrl, data.qpos
    angles = []
    for tick in range(TICKS):
        control[0] = volts(tick)
        step(compiled, data, steps)
        angles.append(float(place[0]))
    return angles


class Rollout:
    """Many tables through `rollout`, one thread."""

    def __init__(self, mujoco: Any, compiled: Any, count: int) -> None:
        self._rollout, self._model, self._data = mujoco.rollout.rollout, compiled, mujoco.MjData(compiled)
        size = mujoco.mj_stateSize(compiled, mujoco.mjtState.mjSTATE_FULLPHYSICS)
        self._start = np.zeros((count, size))
        self._start[:, 1] = np.linspace(-1.0, 0.5, count)  # the state begins with the time
        self.steps = round(TICK_S / compiled.opt.timestep)
        self._peaks, self._now = np.linspace(0.5, 1.5, count), 0

    def tick(self) -> None:
        """One tick of all tables."""
        control = np.repeat((self._peaks * volts(self._now))[:, None, None], self.steps, axis=1)
        self._now += 1
        ends, _ = self._rollout(self._model, [self._data], self._start, control, nstep=self.steps)
        self._start = np.ascontiguousarray(ends[:, -1])
