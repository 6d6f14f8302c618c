"""What staff corrected: the open change set with its checks, the closed ones, and the files that come of them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from console.asked import INCOMPLETE, number
from console.errors import Refusal
from console.roles import Role
from console.routing import Pages
from console.teaching import files
from console.teaching.checks import Candidate, Remark, candidate, check, stops
from console.teaching.stripping import stripped
from console.visits import Visit
from transcripts.staff.review_values import ChangedSetError, ChangeSet, Correction, Use
from transcripts.teaching.collecting import LONGEST_WORDS
from transcripts.teaching.correcting import stamp

pages = Pages()

#: What the audit log says of whoever took the lines of a set away.
EXPORT = "export_corrections"
USES: dict[str, Use] = {"training": "training", "evaluation": "evaluation"}
#: Characters of a line that a form may send: browsers make two of each line break. Stripping a whole form would take seconds.
MOST_SENT = 2 * LONGEST_WORDS
GONE = "That correction is not in the open change set any more."


@dataclass(frozen=True)
class Row:
    """A correction, what goes out of it, and what is found about that."""

    correction: Correction
    line: Candidate
    remarks: tuple[Remark, ...]

    @property
    def stops(self) -> bool:
        """Whether it cannot go out as it is."""
        return stops(self.remarks)


@pages.get("/corrections", role=Role.LEAD)
def corrections(visit: Visit) -> Response:
    """Show a change set: the open one, or the closed one that the address names."""
    asked = visit.asked("set")
    return _page(visit, _closed(visit, number(asked)) if asked else None)


@pages.post("/corrections/revise", role=Role.LEAD)
def revise(visit: Visit) -> Response:
    """Change what of a correction goes out, and what for."""
    found = _held(visit)
    given, use = visit.given("words"), USES.get(visit.given("use"))
    if use is None:
        raise Refusal(422, "A line is for training or for evaluation.")
    if len(given) > MOST_SENT:
        return _page(visit, None, f"The text has 1 to {LONGEST_WORDS} characters.", 422)
    words = stripped(given)
    if not words:
        return _page(visit, None, "Nothing would be left of that line. Withdraw it instead.", 422)
    own = stripped(found.text)
    try:
        kept = visit.house.review.revise(found.id, visit.account.name, words=None if words == own else words, use=use)
    except ValueError as error:
        return _page(visit, None, str(error), 422)
    return visit.go(f"/corrections#line-{found.id}") if kept else _page(visit, None, GONE, 409)


@pages.post("/corrections/withdraw", role=Role.LEAD)
def withdraw(visit: Visit) -> Response:
    """Take a correction out."""
    gone = visit.house.review.withdraw(number(visit.given("correction")), visit.account.name)
    return visit.go("/corrections") if gone else _page(visit, None, GONE, 409)


@pages.post("/corrections/close", role=Role.LEAD)
def close(visit: Visit) -> Response:
    """Close the open change set as the page showed it, if each of its lines can go out."""
    shown = visit.given("shown")
    if not shown:
        raise Refusal(400, INCOMPLETE)
    held = sum(row.stops for row in _rows(visit, None))
    if held:
        lines = "One line" if held == 1 else f"{held} lines"
        return _page(visit, None, f"{lines} cannot go out: change, move or withdraw what is marked so.", 409)
    try:
        closed = visit.house.review.close_change_set(visit.account.name, shown)
    except ChangedSetError as error:
        return _page(visit, None, str(error), 409)
    return visit.go(f"/corrections?set={closed}") if closed else _page(visit, None, "There is nothing to close.", 409)


@pages.post("/corrections/export", role=Role.LEAD)
def export(visit: Visit) -> Response:
    """Give the lines of a closed set as a file, without those that cannot go out (any more), and note who took them."""
    found = _closed(visit, number(visit.given("set")))
    kinds = {
        "zip": ("application/zip", "zip", files.archive, set(USES)),
        "yaml": ("application/yaml", "yml", files.training, {"training"}),
        "table": ("text/tab-separated-values", "tsv", files.table, {"evaluation"}),
    }
    if (kind := visit.given("kind")) not in kinds:
        raise Refusal(400, INCOMPLETE)
    media, suffix, made, uses = kinds[kind]
    lines = files.once(row.line for row in _rows(visit, found) if not row.stops and row.line.use in uses)
    content, name = made(lines), f"corrections-{found.id}.{suffix}"
    visit.house.review.note_audit(visit.account.name, EXPORT, change_set=found.id, kind=kind, lines=len(lines))
    return Response(content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _page(visit: Visit, shown: ChangeSet | None, problem: str = "", status: int = 200) -> Response:
    rows = _rows(visit, shown)
    return visit.page(
        "corrections.html",
        status,
        shown=shown,
        rows=rows,
        stamp=stamp([row.correction for row in rows]),
        held=sum(row.stops for row in rows),
        closed=[one for one in visit.house.review.change_sets() if one.state == "closed"],
        unchecked=visit.house.project.known().problem,
        longest=LONGEST_WORDS,
        problem=problem,
    )


def _rows(visit: Visit, of: ChangeSet | None) -> list[Row]:
    found = visit.house.review.corrections(of.id if of else None)
    lines = [candidate(each) for each in found]
    return [Row(*each) for each in zip(found, lines, check(lines, visit.house.project.known()))]


def _closed(visit: Visit, wanted: int) -> ChangeSet:
    for one in visit.house.review.change_sets():
        if one.id == wanted and one.state == "closed":
            return one
    raise Refusal(422, "There is no closed change set of that number.")


def _held(visit: Visit) -> Correction:
    """Return the correction of the open set that the form names."""
    found = visit.house.review.correction(number(visit.given("correction")))
    if found is None:
        raise Refusal(409, GONE)
    return found
