"""What an address or a form asks for: filters and numbers; and the address that asks for them."""

from __future__ import annotations

from urllib.parse import urlencode

from console.errors import Refusal
from console.visits import Visit
from transcripts.staff.filtering import FilterError, Filters

#: Names in an address that are not filters: where a list goes on, and that the queue was found empty.
CURSOR, EMPTY = "after", "empty"
#: The largest sequence, and the largest id, that both databases hold.
LARGEST, LARGEST_ID = (1 << 31) - 1, (1 << 63) - 1
INCOMPLETE = "This form is not complete: load the page again."


def filters_of(visit: Visit) -> Filters:
    """Return the filters in the address; raises Refusal when one of them means nothing."""
    try:
        return Filters.from_query(visit.request.url.query, besides=(CURSOR, EMPTY), masked=not visit.may_unmask)
    except FilterError as error:
        raise Refusal(400, str(error)) from error


def address(path: str, filters: Filters, after: str | None = None, **more: str) -> str:
    """Return the address of a list with these filters, from the cursor `after` on."""
    besides = {**({CURSOR: after} if after else {}), **more}
    query = "&".join(filter(None, (filters.to_query(), urlencode(besides))))
    return f"{path}?{query}" if query else path


def number(value: str, largest: int = LARGEST) -> int:
    """Return a number of a form or an address; raises Refusal when it is none."""
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(largest)) and int(value) <= largest):
        raise Refusal(400, INCOMPLETE)
    return int(value)
