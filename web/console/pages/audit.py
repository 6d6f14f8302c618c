"""The audit log, for admins: filters in the address, the newest first, a page at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from starlette.responses import Response

from console.asked import LARGEST_ID, number
from console.auditing import Wanted, actions, entries
from console.errors import Refusal
from console.roles import Role
from console.routing import Pages
from console.visits import Visit

pages = Pages()

#: Entries of one page.
MOST = 50
FILTERS = ("actor", "action", "conversation", "since", "until")


@pages.get("/audit", role=Role.ADMIN)
def log(visit: Visit) -> Response:
    """Show the entries that the address asks for."""
    asked = {name: visit.asked(name) for name in FILTERS}
    wanted = Wanted(
        actor=asked["actor"].lower() or None,
        action=asked["action"] or None,
        conversation_id=asked["conversation"] or None,
        since=_day(asked["since"]),
        until=_day(asked["until"], after=1),
    )
    before = visit.asked("before")
    found = entries(visit.house.database, wanted, number(before, LARGEST_ID) if before else None, MOST + 1)
    shown = found[:MOST]
    filters = {name: value for name, value in asked.items() if value}
    older = urlencode({**filters, "before": shown[-1].id}) if len(found) > MOST else None
    return visit.page(
        "audit.html",
        entries=shown,
        asked=asked,
        older=older,
        newest=urlencode(filters) if before else None,
        actions=actions(visit.house.database),
    )


def _day(value: str, after: int = 0) -> datetime | None:
    """Return the beginning of a day (or of the one `after` it) in UTC; None for no day."""
    if not value:
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=after)
    except (ValueError, OverflowError):
        raise Refusal(400, f"{value!r} is no date: write it as 2026-11-30.") from None
