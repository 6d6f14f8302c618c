"""Generated tables in Markdown pages: what stands between two markers is replaced, and no figure is typed."""

from __future__ import annotations

from pathlib import Path


class BadPageError(ValueError):
    """A page lacks the markers between which a table is written; the message names page and markers."""


def fill(page: Path, marker: str, content: str) -> bool:
    """Replace what stands between `<!-- marker:start -->` and `<!-- marker:end -->`; False when it was so already.

    Raises:
        BadPageError: the page cannot be read, or does not hold each of the two markers once, in this order.
    """
    start, end = f"<!-- {marker}:start -->", f"<!-- {marker}:end -->"
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as error:
        raise BadPageError(f"{page}: cannot be read: {error.strerror}.") from error
    if text.count(start) != 1 or text.count(end) != 1 or text.index(start) > text.index(end):
        raise BadPageError(f"{page}: needs one {start} and, below it, one {end}.")
    before, rest = text.split(start)
    filled = f"{before}{start}\n{content.strip()}\n{end}{rest.split(end)[1]}"
    if filled != text:
        page.write_text(filled, encoding="utf-8")
    return filled != text
