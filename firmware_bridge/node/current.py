"""The motor's current as it is measured, while that can be true; else as voltage and rate have it.

The current limit sets the duty by it: a sense stuck at 40 A would turn the motor the other way at full speed.
"""

from firmware_bridge.node.config import Gains

_OFF_MA = 6_000  # 1.5 V at the brushes, a rate that is 30 ms old
_DOUBT_MS = 100
_RESTS_MA = 1_000  # a sense that says more of a bridge that is off is not asked
_DRIVES_MA = 4_000  # head-down, on top of what is applied
_DRIVES_TICKS = 2
_SHARE = 32  # of what is new, a tick: some 300 ms
_JUMP_MA = 8_000  # at most, so that one alone says little
_NOISY_MA = 1_000  # from tick to tick, beside what duty and rate explain


class CurrentSense:
    """`doubted` once it was impossible for 100 ms, until armed anew."""

    def __init__(self, gains: Gains) -> None:
        self._gains = gains
        self._wild_ms = 0
        self._rests = False
        self._drives_ticks = 0
        self._residue_ma = self._noise_ma = 0
        self.doubted = False

    def rest(self, measured_ma: int) -> None:
        """The bridge is off: what is measured now is none."""
        self._watch_noise(measured_ma)
        self._rests = -_RESTS_MA <= measured_ma <= _RESTS_MA
        self._drives_ticks = 0

    def begin(self) -> None:
        """The next try begins: nothing of the last one counts."""
        self._drives_ticks = 0

    def drives_down(self, measured_ma: int, duty: int) -> bool:
        """The brake is closed, the bridge on: whether that pushes head-down harder than it is told to.

        A bridge that is stuck shows so before the brake opens; at each try the table sank by 1.5 deg.
        """
        expected = duty // self._gains.per_amp
        # Head-down by itself, too: a sense that says nothing is no bridge that drives.
        over = min(measured_ma, measured_ma - expected - abs(expected) // 2)
        self._drives_ticks = self._drives_ticks + 1 if self._rests and over > _DRIVES_MA else 0
        return self._drives_ticks >= _DRIVES_TICKS

    def _watch_noise(self, residue_ma: int) -> None:
        """A sense that jumps from tick to tick is felt as motion that there is not."""
        jump_ma = min(abs(residue_ma - self._residue_ma), _JUMP_MA)
        self._residue_ma = residue_ma
        self._noise_ma += (jump_ma - self._noise_ma) // _SHARE
        if self._noise_ma > _NOISY_MA:
            self.doubted = True

    def forgive(self) -> None:
        """Armed anew: it counts again."""
        self._wild_ms = 0
        self.doubted = False

    def judge(self, measured_ma: int, duty: int, rate_mdps: int, dt_ms: int) -> int:
        """The current to go by, with the duty (millionths) that was applied until now."""
        gains = self._gains
        expected = (duty - gains.feed * rate_mdps) // gains.per_amp
        off = abs(measured_ma - expected) - abs(expected) // 2  # a winding may be half as good or bad
        self._wild_ms = min(self._wild_ms + dt_ms, 1_000) if off > _OFF_MA else 0
        self._watch_noise(measured_ma - expected)
        if self._wild_ms >= _DOUBT_MS:
            self.doubted = True
        return expected if self.doubted or off > _OFF_MA else measured_ma
