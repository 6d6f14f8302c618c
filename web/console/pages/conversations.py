"""Every conversation: searched and filtered, with the filters in the address."""

from __future__ import annotations

from starlette.responses import Response

from console.asked import CURSOR, address, filters_of
from console.errors import Refusal
from console.labels import REASONS
from console.pages.queue import ROWS
from console.roles import Role
from console.routing import Pages
from console.visits import Visit
from transcripts.privacy.redaction import mask
from transcripts.staff.filtering import FilterError
from transcripts.staff.queueing import REASONS as ALL

pages = Pages()

#: Filters that are always in sight; the others are behind "More filters", open when one of them is asked for.
IN_SIGHT = frozenset({"words", "said_by", "since", "until", "reviewed"})
HINT = 'All of these words. Also: "a phrase", -without, begin*.'


@pages.get("/conversations", role=Role.REVIEWER)
def conversations(visit: Visit) -> Response:
    """Show a page of what the filters leave, the newest first."""
    review = visit.house.review
    filters = filters_of(visit)
    try:
        page = review.page(filters, after=visit.asked(CURSOR) or None, limit=ROWS)
    except FilterError as error:
        raise Refusal(400, str(error)) from error
    asked = {name: value for name, value in visit.request.query_params.items() if value.strip()}
    return visit.page(
        "conversations.html",
        page=page,
        asked=asked,
        more_open=bool(set(asked) - IN_SIGHT - {CURSOR}),
        channels=review.channels(),
        reasons=[str(reason.name).lower() for reason in ALL],
        tags=[tag for tag in review.tags() if mask(tag) == tag],  # an option would show what a masked one hides
        staff=[account.name for account in visit.house.accounts.all()],
        labels=REASONS,
        hint=HINT,
        older=address("/conversations", filters, page.next) if page.next else None,
        export=address("/export", filters) if visit.account.role.includes(Role.LEAD) else None,
        replay=address("/comparison/conversations", filters) if visit.account.role.includes(Role.LEAD) else None,
    )
