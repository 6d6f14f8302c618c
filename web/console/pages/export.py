"""A filtered list as a file: one row for each conversation, or for each turn. Every file is noted before its first byte."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from starlette.responses import Response, StreamingResponse

from console import exporting
from console.asked import address, filters_of
from console.errors import Refusal
from console.house import House
from console.roles import Role
from console.routing import Pages
from console.teaching.project import OUTCOMES
from console.visits import Visit
from transcripts.privacy.redaction import mask
from transcripts.staff import batches
from transcripts.staff.filtering import FilterError
from transcripts.staff.finding import MOST_BATCHES

pages = Pages()

#: What a row is: name -> (its columns, where the rows come from).
ROWS: dict[str, tuple[tuple[str, ...], Callable[..., Any]]] = {
    "conversations": (batches.CONVERSATION, batches.conversations),
    "turns": (batches.TURN, batches.of_turns),
}
#: Name -> (media type, how it is written).
FORMATS: dict[str, tuple[str, Callable[..., Any]]] = {
    "csv": ("text/csv; charset=utf-8; header=present", exporting.as_csv),
    "json": ("application/json", exporting.as_json),
}


@pages.get("/export", role=Role.LEAD)
def choose(visit: Visit) -> Response:
    """Show how much the filters leave, and what can be chosen."""
    filters = filters_of(visit)
    try:
        page = visit.house.review.page(filters, limit=1)
        with visit.house.database.reading() as connection:
            conversations, turns = batches.count(connection, filters)
    except FilterError as error:
        raise Refusal(400, str(error)) from error
    return visit.page(
        "export.html",
        filters=filters.items(),
        conversations=conversations,
        turns=turns,
        behind=page.behind,
        action=address("/export", filters),
        back=address("/conversations", filters),
    )


@pages.post("/export", role=Role.LEAD)
def export(visit: Visit) -> Response:
    """Send the file. A form, not a link: no other page can make somebody take one by accident."""
    filters = filters_of(visit)
    rows, kind, texts = (visit.given(name) for name in ("rows", "format", "texts"))
    if rows not in ROWS or kind not in FORMATS or texts not in ("masked", "unmasked"):
        raise Refusal(422, "Choose what a row is, the kind of file, and whether texts are masked.")
    house = visit.house
    house.review.catch_up(MOST_BATCHES)
    now = house.now()
    try:
        batches.note(
            house.database, filters, _known(house), visit.account.name, now, rows=rows, format=kind, texts=texts
        )
    except FilterError as error:
        raise Refusal(400, str(error)) from error
    columns, read = ROWS[rows]
    media_type, write = FORMATS[kind]
    file = write(columns, read(house.database, filters, mask if texts == "masked" else str))
    return StreamingResponse(file, media_type=media_type, headers=exporting.as_file(f"{rows}-{now:%Y-%m-%d}.{kind}"))


def _known(house: House) -> dict[str, Collection[str]]:
    """Return which values of filters are ours, so that the audit log may hold them. A tag is never: people write it."""
    staff = [account.name for account in house.accounts.all()]
    return {
        "channel": house.review.channels(),
        "outcome": OUTCOMES,
        "intent": house.project.known().intents,
        "reviewer": staff,
        "assigned": staff,
    }
