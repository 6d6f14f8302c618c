"""What a reviewer does with a conversation. Each form comes back to its page, and says what could not be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from starlette.responses import Response

from console.asked import INCOMPLETE, number
from console.errors import Refusal
from console.pages.transcript import shown as page_of
from console.roles import Role
from console.routing import Pages
from console.teaching.project import OUTCOMES
from console.visits import Visit
from transcripts.staff.review_values import (
    ChangedMeanwhileError,
    ClaimedByOtherError,
    FullSetError,
    ReviewedByOtherError,
)
from transcripts.values import UnknownConversationError

pages = Pages()


@pages.post("/conversations/{conversation}/claim", role=Role.REVIEWER)
def claim(visit: Visit) -> Response:
    """Say that I am reviewing it, or take it over."""
    take = visit.given("take") == "yes"
    return _do(visit, lambda of, me: visit.house.review.claim(of, me, take=take))


@pages.post("/conversations/{conversation}/release", role=Role.REVIEWER)
def release(visit: Visit) -> Response:
    """Give it up."""
    return _do(visit, visit.house.review.release)


@pages.post("/conversations/{conversation}/reviewed", role=Role.REVIEWER)
def reviewed(visit: Visit) -> Response:
    """Mark it as reviewed up to what the page showed, and go back to the queue."""
    seen, shown = number(visit.given("seen")), visit.given("shown")
    if not shown:
        raise Refusal(400, INCOMPLETE)
    return _do(visit, lambda of, me: visit.house.review.mark_reviewed(of, me, seen, shown), after="/queue")


@pages.post("/conversations/{conversation}/reopen", role=Role.REVIEWER)
def reopen(visit: Visit) -> Response:
    """Put it back into the queue."""
    return _do(visit, visit.house.review.reopen)


@pages.post("/conversations/{conversation}/assign", role=Role.REVIEWER)
def assign(visit: Visit) -> Response:
    """Hand it to somebody, or to nobody."""
    to = visit.given("to")
    found = visit.house.accounts.get(to) if to else None
    if to and (found is None or found.disabled):
        raise Refusal(422, "There is no account of that name, or it is disabled.")
    return _do(visit, lambda of, me: visit.house.review.assign(of, me, found.name if found else None))


@pages.post("/conversations/{conversation}/tag", role=Role.REVIEWER)
def tag(visit: Visit) -> Response:
    """Tag it."""
    return _do(visit, lambda of, me: visit.house.review.tag(of, me, visit.given("tag")))


@pages.post("/conversations/{conversation}/untag", role=Role.REVIEWER)
def untag(visit: Visit) -> Response:
    """Take a tag off."""
    return _do(visit, lambda of, me: visit.house.review.untag(of, me, visit.given("tag")))


@pages.post("/conversations/{conversation}/note", role=Role.REVIEWER)
def note(visit: Visit) -> Response:
    """Write a note."""
    return _do(visit, lambda of, me: visit.house.review.add_note(of, me, visit.given("text")))


@pages.post("/conversations/{conversation}/note/delete", role=Role.REVIEWER)
def delete_note(visit: Visit) -> Response:
    """Delete a note of one's own."""
    note_id = number(visit.given("note"))
    return _do(visit, lambda of, me: visit.house.review.delete_note(of, note_id, me))


@pages.post("/conversations/{conversation}/follow-up", role=Role.REVIEWER)
def follow_up(visit: Visit) -> Response:
    """Note the day on which to look again."""
    given = visit.given("day")
    try:
        day = date.fromisoformat(given) if given else None
    except ValueError:
        raise Refusal(422, "The day is written as 2026-11-30.") from None
    return _do(visit, lambda of, me: visit.house.review.set_follow_up(of, me, day))


@pages.post("/conversations/{conversation}/correct", role=Role.REVIEWER)
def correct(visit: Visit) -> Response:
    """Say what a message should have been understood as, or have come to; it goes into the open change set."""
    sequence, intent, outcome = number(visit.given("sequence")), visit.given("intent").strip(), visit.given("outcome")
    if intent and intent not in visit.house.project.known().intents:
        return page_of(visit, "There is no such intent: choose one of the list.", 422)
    if outcome and outcome not in OUTCOMES:
        raise Refusal(422, "There is no such outcome.")
    return _do(
        visit,
        lambda of, me: visit.house.review.correct(of, sequence, me, intent=intent or None, outcome=outcome or None),
        after=f"/conversations/{visit.request.path_params['conversation']}#turn-{sequence}",
    )


def _do(visit: Visit, work: Callable[[str, str], object], after: str | None = None) -> Response:
    conversation = visit.request.path_params["conversation"]
    visit.house.review.renew(conversation, visit.account.name)  # whoever works on it goes on holding it
    try:
        work(conversation, visit.account.name)
    except UnknownConversationError as error:
        raise Refusal(404, "There is no such conversation. It may have been erased.") from error
    except (ClaimedByOtherError, ChangedMeanwhileError, FullSetError, ReviewedByOtherError) as error:
        return page_of(visit, str(error), 409)
    except ValueError as error:
        return page_of(visit, str(error), 422)
    return visit.go(after or f"/conversations/{conversation}")
