"""The third opinion on encoder and inclinometer, from what lies on neither: the switches and the brake.

A switch that changes over tells where the table is: of two that are apart, the one further from there is
wrong. A closed brake tells that it stands: the one that moves all the same is wrong, unless both do, or one
faster than anything drifts. The host judges by the same, so both go by the same angle.
"""

from firmware_bridge.node import protocol
from firmware_bridge.node.config import Config

NOBODY, ENCODER, INCLINATION = 0, 1, 2

_REST_MDEG = -2_000  # where the rest switch changes over
_ABOVE_PARK_MDEG = 1_000  # where the park switch does
_APART_MDEG = 1_000
_MOVED_MDEG = 270
_TOO_FAR_MDEG = 3_000
_SETTLES_MS = 300
_LASTS_MS = 200
_WATCHED_MS = 900  # the host takes a little more: it must not lead on before this is known here


class Witness:
    """`judge` each sample; it names who is wrong in the tick in which it shows."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._inputs = self._known = 0
        self._braked_ms = -1  # -1: open, or not settled yet
        self._settling_ms = 0
        self._encoder_from = self._inclination_from = 0

    def judge(self, encoder: int, inclination: int, inputs: int, known: int, braked: bool, dt: int) -> int:
        """Both in millidegrees, the switches, and whether brake and bridge hold it since `dt` ms."""
        wrong = self._stands(encoder, inclination, braked, dt)
        both = self._known & known
        changed = (self._inputs ^ inputs) & both
        self._inputs, self._known = inputs, known
        if wrong == NOBODY and abs(encoder - inclination) >= _APART_MDEG:
            if changed & protocol.PAST_REST:
                return _further(encoder, inclination, _REST_MDEG)
            if changed & protocol.AT_PARK:
                return _further(encoder, inclination, self._config.park_cdeg * 10 + _ABOVE_PARK_MDEG)
        return wrong

    def _stands(self, encoder: int, inclination: int, braked: bool, dt: int) -> int:
        if not braked:
            self._braked_ms, self._settling_ms = -1, 0
            return NOBODY
        if self._braked_ms < 0:
            self._settling_ms += dt
            if self._settling_ms > _SETTLES_MS:
                self._look(encoder, inclination)
            return NOBODY
        turned, leant = abs(encoder - self._encoder_from), abs(inclination - self._inclination_from)
        if max(turned, leant) >= _TOO_FAR_MDEG or min(turned, leant) >= _MOVED_MDEG:
            self._look(encoder, inclination)
            return NOBODY
        lasts = _LASTS_MS if abs(turned - leant) >= _MOVED_MDEG else 0  # one sample is none
        self._braked_ms = min(self._braked_ms + dt, _WATCHED_MS + lasts)
        if self._braked_ms < _WATCHED_MS + _LASTS_MS:
            return NOBODY
        self._look(encoder, inclination)
        return ENCODER if turned > leant else INCLINATION

    def _look(self, encoder: int, inclination: int) -> None:
        self._braked_ms = 0
        self._encoder_from, self._inclination_from = encoder, inclination


def _further(encoder: int, inclination: int, place: int) -> int:
    encoder_off, inclination_off = abs(encoder - place), abs(inclination - place)
    if abs(encoder_off - inclination_off) < _APART_MDEG or min(encoder_off, inclination_off) >= _TOO_FAR_MDEG:
        return NOBODY  # where neither is near its place, it is the switch that is broken
    return ENCODER if encoder_off > inclination_off else INCLINATION
