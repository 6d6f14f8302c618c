"""The queue: what is to be reviewed, the most urgent first."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from console.asked import CURSOR, EMPTY, address, filters_of
from console.errors import Refusal
from console.labels import REASONS
from console.roles import Role
from console.routing import Pages
from console.visits import Visit
from transcripts.staff.filtering import FilterError, Filters

pages = Pages()

ROWS = 25


@pages.get("/queue", role=Role.REVIEWER)
def queue(visit: Visit) -> Response:
    """Show a page of the queue, with how many conversations wait for which reason."""
    review = visit.house.review
    filters, today = filters_of(visit), visit.house.now().date()
    try:
        page = review.queue(filters, after=visit.asked(CURSOR) or None, limit=ROWS)
    except FilterError as error:
        raise Refusal(400, str(error)) from error
    return visit.page(
        "queue.html",
        queue=page,
        filters=filters,
        reasons=_reasons(visit),
        narrowed=replace(filters, reason=None) != Filters(),
        due=review.due(today),
        today=today,
        labels=REASONS,
        older=address("/queue", filters, page.next) if page.next else None,
        empty=visit.asked(EMPTY) == "yes",
    )


@pages.post("/queue/next", role=Role.REVIEWER)
def next_one(visit: Visit) -> Response:
    """Claim the most urgent conversation that is nobody else's, and go to the turn to look at first."""
    review = visit.house.review
    filters = filters_of(visit)
    found = review.claim_next(visit.account.name, filters)
    if found is None:
        return visit.go(address("/queue", filters, **{EMPTY: "yes"}))
    entry = review.entry(found)
    return visit.go(f"/conversations/{found}" + (f"#turn-{entry.jump}" if entry and entry.jump else ""))


def _reasons(visit: Visit) -> list[tuple[str, str, int]]:
    """Return (name in the address, label, conversations) for each reason that something waits for, the most urgent first."""
    counts = visit.house.review.reason_counts().items()
    return [(str(reason.name).lower(), REASONS[reason], count) for reason, count in counts if reason and count]
