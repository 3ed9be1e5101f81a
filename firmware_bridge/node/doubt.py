"""Which of the two angles is wrong: the encoder or the inclinometer. Once doubted, doubted until armed anew.

Of two that disagree the one is wrong that the rest or the park switch contradicts, else the inclinometer if
it has just jumped. Where nothing says it the host does; alone, the encoder is wrong: the inclinometer is
absolute and sits on the frame. While it stands the motor must not follow either of them.
"""

from firmware_bridge.node import protocol
from firmware_bridge.node.config import Config
from firmware_bridge.node.witness import ENCODER, INCLINATION, Witness

_JUMP_MDEG = 300  # in one sample, and on top of it
_FASTEST_DPS = 15  # so many millidegrees a millisecond
_APART_MDEG = 3_000
_APART_MS = 200
_JUMPED_MS = 500  # so long a jump explains a disagreement
_AGREE_MDEG = 1_000
_STOOD_MDEG = 20  # the encoder, while
_TOLD_UDEG = 120_000  # was commanded and
_SEEN_MDEG = 100  # was seen by the inclinometer, on top of
_BEHIND_MS = 50  # the way it still shows of a motion that has just been stopped short
_FELT = 4  # so many times what the motor says it turned: it learns from the encoder what is no motion
_TURNING_MDPS = 300
_STOOD_MS = 200  # so long after the encoder stands the inclinometer has caught up
_FALL_MS = 300  # and then it may not turn further than
_FALL_MDEG = 200  # in that time, nor the motor say half as much: a fall
_MOVED_MDEG = 2_000  # by the encoder, while the inclinometer
_SAME_MDEG = 300  # stood
_OPPOSED_MDEG = 400  # one way, while the other went as far the other way
_MIRROR_MDEG = 600  # the one is the other with its sign turned, but for the mount
_APART_STILL_MDEG = 1_000  # standing still with the two so far apart, or
_TORN_MDEG = 300  # further apart than they were when it came to stand, the brake holds it
_SETTLES_MS = 300  # a slow inclinometer shows the stop so much later
_FAR_MDEG = 2_000  # but is never so far behind, while
_FAR_MS = 60  # nothing has been streamed to an open brake
_SIGN_MDEG = 5_000  # from zero: so far off it shows which way a source counts
_REST_LOW_MDEG, _REST_HIGH_MDEG = -5_000, 1_000  # the rest switch changes over at -2 deg
_PARK_WIDE_MDEG, _PARK_TIGHT_MDEG = 4_000, 500  # the park switch closes within 3 deg


class Doubt:
    """`encoder` is a fault or NO_FAULT, `inclination` whether that one is wrong."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.encoder = protocol.NO_FAULT
        self.inclination = False
        self._encoder_mdeg = self._inclination_mdeg = 0  # the newest of each
        self._encoder_ms = self._inclination_ms = -1  # its age, -1 = none yet
        self._jumped_ms = _JUMPED_MS
        self._apart_ms = 0
        self._encoder_from = self._inclination_from = 0
        self._told_udeg = self._turned_udeg = 0
        self._still_from = self._moved_from = 0
        self._fall_from = self._fall_encoder = 0
        self._fall_ms = -_STOOD_MS
        self._felt_mdeg = 0
        self._encoder_ref = self._inclination_ref = 0
        self.opposed = False  # one of them counts the other way
        self._way = 0  # the last wish to move
        self.alone = True  # no host that judges too
        self.braked = False  # brake and bridge hold the table
        self.feels = True  # the current sense is asked: without it the motor says what the encoder says
        self._witness = Witness(config)
        self.still = False  # it stands, and the motor must not go on following
        self._torn_from = 0
        self._torn_ms = 0
        self._far_ms = 0

    def judge(
        self,
        encoder: "int | None",
        inclination: "int | None",
        wanted_mdps: int,
        inputs: int,
        known: int,
        dt: int,
        felt_mdps: int = 0,
    ) -> None:
        """One sample of both in millidegrees, None = silent; `dt` ms after the last. `felt`: by back-EMF."""
        self._jumped_ms = min(self._jumped_ms + dt, _JUMPED_MS)
        if encoder is not None:
            if self._encoder_ms >= 0 and abs(encoder - self._encoder_mdeg) > _reach(self._encoder_ms + dt):
                self._doubt_encoder(protocol.ENCODER_JUMPED)
            self._encoder_mdeg = encoder
        if inclination is not None:
            before = self._inclination_ms
            if before >= 0 and abs(inclination - self._inclination_mdeg) > _reach(before + dt):
                self._jumped_ms = 0
            self._inclination_mdeg = inclination
        self._encoder_ms = _age(self._encoder_ms, encoder is not None, dt)
        self._inclination_ms = _age(self._inclination_ms, inclination is not None, dt)
        if encoder is not None and inclination is not None:
            self._compare(encoder, inclination, inputs, known, dt)
            self._watch_encoder(encoder, inclination, wanted_mdps, felt_mdps, dt)
            self._watch_fall(encoder, inclination, felt_mdps, dt)
            self._watch_inclination(encoder, inclination)
            self._watch_ways(encoder, inclination, wanted_mdps)
            self._hear(self._witness.judge(encoder, inclination, inputs, known, self.braked, dt))

    def _hear(self, wrong: int) -> None:
        """What neither says of itself overrules what was thought before."""
        if wrong == ENCODER:
            self.inclination = False
            self._doubt_encoder(protocol.ENCODER_OFF)
        elif wrong == INCLINATION:
            self.inclination = True
            self.encoder = protocol.NO_FAULT

    def watch_still(self, is_led: bool, slow: bool, drives: bool, dt: int) -> None:
        """Standing still: the motor holds what its angle says, and so follows it where it drifts.

        `slow`: it goes by the inclinometer alone, and nothing would show that this one drifts. `drives`: the
        brake is open.
        """
        torn = self._encoder_mdeg - self._inclination_mdeg
        far = drives and not is_led and abs(torn) >= _FAR_MDEG
        self._far_ms = min(self._far_ms + dt, _FAR_MS) if far else 0
        if is_led:
            self._torn_ms = 0
            self.still = False
        elif self._torn_ms < _SETTLES_MS:
            self._torn_ms += dt
            self._torn_from = torn
        else:
            moves = abs(torn - self._torn_from) >= _TORN_MDEG
            self.still = self.still or slow or moves or abs(torn) >= _APART_STILL_MDEG
        self.still = self.still or self._far_ms >= _FAR_MS

    def forgive(self) -> None:
        """Armed anew at a standstill: what agrees counts again."""
        fresh = self._encoder_ms == 0 and self._inclination_ms == 0
        if self.opposed and abs(self._encoder_mdeg) < _SIGN_MDEG:
            return  # near zero even a source that counts the other way agrees
        if fresh and abs(self._encoder_mdeg - self._inclination_mdeg) <= _AGREE_MDEG:
            self.opposed = False
            self.encoder = protocol.NO_FAULT
            self.inclination = False

    def _doubt_encoder(self, fault: int) -> None:
        if self.encoder == protocol.NO_FAULT:
            self.encoder = fault

    def _compare(self, encoder: int, inclination: int, inputs: int, known: int, dt: int) -> None:
        """Apart for too long: one of them is wrong, and no second one after it."""
        if abs(encoder - inclination) < _APART_MDEG:
            self._apart_ms = 0
            return
        self._apart_ms = min(self._apart_ms + dt, 1_000)
        if self._apart_ms < _APART_MS or self.encoder != protocol.NO_FAULT or self.inclination:
            return
        encoder_lies = self._is_contradicted(encoder, inputs, known)
        if encoder_lies != self._is_contradicted(inclination, inputs, known):
            self.inclination = not encoder_lies
        else:
            self.inclination = self._jumped_ms < _JUMPED_MS
            if not self.inclination and not self.alone:
                return
        if not self.inclination:
            self._doubt_encoder(protocol.ENCODER_OFF)

    def _is_contradicted(self, angle: int, inputs: int, known: int) -> bool:
        """Whether a switch says that the table is elsewhere."""
        if known & protocol.PAST_REST:
            past_rest = inputs & protocol.PAST_REST != 0
            if (past_rest and angle < _REST_LOW_MDEG) or (not past_rest and angle > _REST_HIGH_MDEG):
                return True
        if not known & protocol.AT_PARK:
            return False
        off_park = abs(angle - self._config.park_cdeg * 10)
        return off_park > _PARK_WIDE_MDEG if inputs & protocol.AT_PARK else off_park < _PARK_TIGHT_MDEG

    def _watch_encoder(
        self, encoder: int, inclination: int, wanted_mdps: int, felt_mdps: int, dt: int
    ) -> None:
        """Frozen: told to turn it stood, while inclinometer and motor turned as told. A still table proves
        nothing.

        A jump of the inclinometer alone proves nothing either: a good encoder follows the command. Nor does a
        worm that jams for a moment, or somebody who holds the bed: then the inclinometer is behind and shaken
        by the stop, but the motor stands, too. Where nothing is felt the inclinometer says it alone.
        """
        stood = abs(encoder - self._encoder_from) < _STOOD_MDEG
        if not stood or -_TURNING_MDPS < wanted_mdps < _TURNING_MDPS:
            self._encoder_from, self._inclination_from = encoder, inclination
            self._told_udeg = self._turned_udeg = 0
            return
        self._told_udeg = max(-10_000_000, min(10_000_000, self._told_udeg + wanted_mdps * dt))
        self._turned_udeg = max(-10_000_000, min(10_000_000, self._turned_udeg + felt_mdps * dt))
        seen, felt = inclination - self._inclination_from, self._turned_udeg // 1000
        if self._told_udeg < 0:
            seen, felt = -seen, -felt
        enough = _SEEN_MDEG + abs(wanted_mdps) * _BEHIND_MS // 1000
        turned = seen > enough and (not self.feels or _FELT * felt >= seen)
        if turned and abs(self._told_udeg) > _TOLD_UDEG and self._jumped_ms >= _JUMPED_MS:
            self._doubt_encoder(protocol.ENCODER_FROZEN)

    def _watch_fall(self, encoder: int, inclination: int, felt_mdps: int, dt: int) -> None:
        """Frozen: told to stand or not, inclinometer and motor say that it turns, the encoder stands."""
        self._fall_ms += dt
        turned, fell = encoder - self._fall_encoder, inclination - self._fall_from
        stood = abs(turned) < max(_STOOD_MDEG, abs(fell) // 4 if self._fall_ms > 0 else 0)
        if not stood or self._jumped_ms < _JUMPED_MS:
            self._fall_encoder, self._fall_ms = encoder, -_STOOD_MS
        if self._fall_ms <= 0 or self._fall_ms > _FALL_MS:
            self._fall_encoder = encoder
            self._fall_from, self._fall_ms = inclination, min(self._fall_ms, 0)
            self._felt_mdeg = self._felt_mdeg // 2  # that of the window before still shows
            fell = 0
        self._felt_mdeg += felt_mdps * dt // 1000
        felt = self._felt_mdeg if fell > 0 else -self._felt_mdeg
        # A silent inclinometer that catches up shows in one sample what the motor has turned in many.
        if abs(fell) >= _FALL_MDEG and 2 * felt >= abs(fell):
            self._doubt_encoder(protocol.ENCODER_FROZEN)

    def _watch_inclination(self, encoder: int, inclination: int) -> None:
        """Frozen: the encoder went on and on, it did not; behind the brake it is right not to."""
        if (
            self.braked
            or abs(inclination - self._still_from) >= _SAME_MDEG
            or self.encoder != protocol.NO_FAULT
        ):
            self._still_from, self._moved_from = inclination, encoder
        elif abs(encoder - self._moved_from) >= _MOVED_MDEG:
            self.inclination = True

    def _watch_ways(self, encoder: int, inclination: int, wanted_mdps: int) -> None:
        """Counting the other way, which near zero is no jump: who went as told last is right.

        Only where the one mirrors the other: an encoder that drifts goes as told too, and the table does not.
        """
        self._way = wanted_mdps or self._way
        turned, leant = encoder - self._encoder_ref, inclination - self._inclination_ref
        if turned == 0 or leant == 0 or (turned > 0) == (leant > 0):  # no product: small integers
            if max(abs(turned), abs(leant)) >= _OPPOSED_MDEG:
                self._encoder_ref, self._inclination_ref = encoder, inclination
        elif min(abs(turned), abs(leant)) >= _OPPOSED_MDEG:
            self._encoder_ref, self._inclination_ref = encoder, inclination
            mirrors = -_MIRROR_MDEG <= encoder + inclination <= _MIRROR_MDEG
            if mirrors and self.encoder == protocol.NO_FAULT and not self.inclination and self._way:
                self.opposed = True
                self.inclination = (turned > 0) == (self._way > 0)
                if not self.inclination:
                    self._doubt_encoder(protocol.ENCODER_OFF)


def _reach(age_ms: int) -> int:
    """How far a table can have come in this time."""
    return _JUMP_MDEG + _FASTEST_DPS * min(age_ms, 10_000)


def _age(age_ms: int, fresh: bool, dt: int) -> int:
    if fresh:
        return 0
    return -1 if age_ms < 0 else min(age_ms + dt, 10_000)
