"""What one tick does in each state: the checks at park, the wait for the pendant, the programme itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from controller import prompts, senses
from controller.channel import Reply, Report
from controller.player import Player
from controller.session import Session, test_player
from controller.states import RUNNING
from controller.tiers import TIERS
from safety.causes import BY_NAME, BY_NUMBER
from safety.limits import Limits
from safety.observation import ORDER_END, ORDER_TEST

if TYPE_CHECKING:
    from controller.loop import Controller

ENDED_BY_HAND: Final = {
    BY_NAME["stop_pressed"].number: prompts.TEST_STOPPED,
    BY_NAME["return_asked"].number: prompts.TEST_RETURNED,
}
HELD_MS: Final = 500  # the pendant, before anything goes head-down again
ASK_AGAIN_MS: Final = 2_000
REFUSED_MAX: Final = 3  # so many reports in a row
STUMBLE_MS: Final = 10_000  # what an interruption costs, two a second at most
STUMBLED_MAX_MS: Final = 50_000
PAID_BACK: Final = 5  # by each ms that is led
PARKED_CDEG: Final = Limits().there_cdeg * 4 // 5  # from further off the guard would go on by itself
ARRIVE_MS: Final = 10_000
STOP_WITHIN_MS: Final = 10_000  # no smooth stop takes longer


def work(controller: Controller, report: Report, dt_ms: int) -> None:
    """One tick of the present state."""
    session = controller.session
    controller.prompt = prompts.BY_STATE.get(controller.state, "")
    if controller.state == "parked" and controller.completed:
        controller.prompt = prompts.COMPLETED
    if controller.state == "faulted" and controller.at_park():
        controller.prompt = prompts.RESET
    if session is None:
        return
    if controller.state == "checking":
        _check(controller, session, report, dt_ms)
    elif controller.state == "ready":
        _wait_for_start(controller, session, report)
    elif controller.state in RUNNING:
        _run(controller, session, report, dt_ms)


def _check(controller: Controller, session: Session, report: Report, dt_ms: int) -> None:
    """The day's test, then the rider, then the session."""
    if senses.estop_in(report):
        controller.prompt = prompts.RELEASE_ESTOP
    elif not report.tested or senses.is_testing(report):
        _test(controller, session, report, dt_ms)
    else:
        session.test = None
        _begin(controller, session, report)


def _test(controller: Controller, session: Session, report: Report, dt_ms: int) -> None:
    if senses.is_trying_brake(report):
        controller.prompt = prompts.TRYING_BRAKE
        return
    if senses.is_trying_watchdog(report):
        controller.prompt = prompts.TRYING_WATCHDOG
        return
    if senses.is_testing(report):
        controller.prompt = prompts.TESTING
        if session.test is None and report.trusted_cdeg is not None:
            session.test = test_player(controller.facts.park_deg, report.trusted_cdeg / 100)
        if session.test is not None:
            session.test.tick(dt_ms, True)
            controller.setpoint = session.test.setpoint
        return
    if session.test is not None and report.first_cause in ENDED_BY_HAND:
        # Somebody stopped the table: whether it is to move again is for a person to say.
        controller.machine.fire("refused")
        controller.end(False, ENDED_BY_HAND[report.first_cause])
        return
    session.test = None
    if not senses.ankles_open(report):
        controller.prompt = prompts.CLEAR_TABLE
    elif not senses.pendant_held(report):
        controller.prompt = prompts.HOLD_FOR_TEST
    elif senses.return_held(report):
        controller.prompt = prompts.LET_RETURN_GO
    else:
        _ask_for_test(controller, session, report)


def _ask_for_test(controller: Controller, session: Session, report: Report) -> None:
    """Ask, and ask again a while after a refusal or a test that ended early."""
    controller.prompt = prompts.TEST_ASKED
    if session.request is None:
        if controller.held_ms >= HELD_MS:
            session.request, session.asked_ms = controller.guard.order(ORDER_TEST), controller.now_ms
        return
    reply = _answer(controller, session)
    if reply is not None and not reply.accepted:
        controller.prompt = reply.reason
    elif reply is not None and report.first_cause:
        controller.prompt = BY_NUMBER[report.first_cause].text
    if controller.now_ms - session.asked_ms >= ASK_AGAIN_MS:
        session.request = None


def _begin(controller: Controller, session: Session, report: Report) -> None:
    if not session.number:
        controller.prompt = prompts.STEP_ON
        if senses.rider_on(report) and senses.is_idle(report):
            _ask_to_begin(controller, session)
        return
    controller.prompt = prompts.OPENING
    reply = _answer(controller, session)
    if reply is not None and not reply.accepted:
        controller.machine.fire("refused")
        controller.end(False, reply.reason)
    elif senses.is_open(report, session.number):
        session.request = None
        controller.machine.fire("begun")


def _answer(controller: Controller, session: Session) -> Reply | None:
    return None if session.request is None else controller.guard.replies.get(session.request)


def _ask_to_begin(controller: Controller, session: Session) -> None:
    plan = session.plan
    session.number = controller.fresh_session_number()
    session.request = controller.guard.begin(
        session.number,
        session.rider,
        TIERS[plan.tier].number,
        round(plan.cap_deg * 100),
        plan.allowance_ms,
        len(plan.bouts),
        plan.wall_ms,
    )


def _wait_for_start(controller: Controller, session: Session, report: Report) -> None:
    if not senses.rider_on(report):
        controller.prompt = prompts.STEP_ON
    elif not session.started:
        controller.prompt = prompts.PRESS_START
    elif controller.held_ms < HELD_MS:
        controller.prompt = prompts.HOLD_TO_BEGIN
    elif report.trusted_cdeg is not None:
        session.player = Player(session.plan, report.trusted_cdeg / 100)
        controller.enter_segment(session)


def _run(controller: Controller, session: Session, report: Report, dt_ms: int) -> None:
    player = session.player
    assert player is not None
    if player.done:
        _finish(controller, session, report, dt_ms)
        return
    controller.prompt = player.text
    if _stands(controller, session, player, report):
        if session.stumbled_ms >= STUMBLED_MAX_MS:
            controller.request_return()
            controller.end(False, prompts.STUMBLES)
        return
    session.stumbled_ms = max(session.stumbled_ms - PAID_BACK * dt_ms, 0)
    go = not (player.goes_down and _check_in_near(player, report))
    if senses.check_in_due(report):
        controller.prompt = prompts.ARE_YOU_WELL
    if player.tick(dt_ms, go):
        controller.enter_segment(session)
    controller.setpoint = player.setpoint


def _check_in_near(player: Player, report: Report) -> bool:
    """So near that a smooth stop must begin now: the rider will let the pendant go to answer."""
    if not senses.check_in_due(report, within_ms=STOP_WITHIN_MS):
        return False
    return senses.check_in_due(report, within_ms=round(player.time_to_stop_s * 1_000) + 500)


def _stands(controller: Controller, session: Session, player: Player, report: Report) -> bool:
    """Ask for nothing while the pendant is free or the stream has torn; go on from where the table stands.

    A stream tears when this process was held up for longer than its lease: the guard holds then, and takes
    only a new stream that begins at a standstill.
    """
    session.refused = session.refused + 1 if report.refusal else 0
    down = player.goes_down
    if not session.let_go and session.refused < REFUSED_MAX and (controller.held_ms or not down):
        return False
    if down and not session.let_go:
        _stumble(controller, session)
    session.let_go = True
    if down and (controller.held_ms < HELD_MS or senses.check_in_due(report)):
        is_asked = senses.check_in_due(report)
        controller.prompt = prompts.ARE_YOU_WELL if is_asked else prompts.HOLD_TO_GO_ON
        return True
    if not senses.is_still(report) or report.trusted_cdeg is None:
        return True
    player.anchor(report.trusted_cdeg / 100)
    session.let_go, session.refused = False, 0
    return False


def _stumble(controller: Controller, session: Session) -> None:
    """A pendant or a contact that comes and goes: a session that gets nowhere is to end."""
    if controller.now_ms - session.stumbled_at_ms >= HELD_MS:
        session.stumbled_at_ms = controller.now_ms
        session.stumbled_ms += STUMBLE_MS


def _finish(controller: Controller, session: Session, report: Report, dt_ms: int) -> None:
    """The programme is over: at park the guard closes the session and gives back what was not used."""
    controller.prompt = prompts.ARRIVING
    player = session.player
    assert player is not None
    if not session.closed:
        controller.setpoint = player.setpoint
        session.arriving_ms += dt_ms
        is_there = controller.off_park_cdeg() <= PARKED_CDEG or session.arriving_ms >= ARRIVE_MS
        if is_there and controller.at_park() and senses.is_still(report):
            session.closed = True
            session.request = controller.guard.order(ORDER_END)
        return
    reply = _answer(controller, session)
    if report.session != session.number:
        controller.machine.fire("completed")
        controller.end(True, None)
    elif reply is not None and not reply.accepted:
        session.closed = False  # not settled yet: ask again


def thaw(controller: Controller, session: Session, report: Report) -> None:
    """CONTINUE after a STOP: the programme goes on from where the table stands."""
    player = session.player
    if player is None:
        controller.machine.fire("return_home")
        return
    if report.trusted_cdeg is not None:
        player.anchor(report.trusted_cdeg / 100)
    controller.enter_segment(session)
