"""Comparison: past messages, or labelled lines, asked again of the bot of now, and what changed."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response

from console import labelled
from console.asked import LARGEST_ID, address, filters_of, number
from console.changes import SHOWN, changes, listed
from console.errors import Refusal
from console.roles import Role
from console.routing import Pages
from console.visits import Visit
from transcripts.privacy.redaction import mask
from transcripts.teaching.replay_values import AlreadyRunningError, NothingToReplayError, Replay, Replayed
from transcripts.teaching.replaying import MOST_TURNS

pages = Pages()

#: Turns of one page of a list.
ROWS = 100
HOME = "/comparison"


@pages.get("/comparison", role=Role.LEAD)
def comparisons(visit: Visit) -> Response:
    """Show the replays there were, and what one can be made of."""
    return _home(visit)


@pages.get("/comparison/conversations", role=Role.LEAD)
def filtered(visit: Visit) -> Response:
    """Show what a replay of the conversations that the filters leave would be."""
    filters = filters_of(visit)
    review = visit.house.review
    return visit.page(
        "comparison_filtered.html",
        turns=len(review.choose(filters)),
        behind=review.catch_up(0),
        most=MOST_TURNS,
        send=address("/comparison/conversations", filters),
        back=address("/conversations", filters),
    )


@pages.post("/comparison/conversations", role=Role.LEAD)
def replay_filtered(visit: Visit) -> Response:
    """Begin a replay of the conversations that the filters leave."""
    if visit.given("sure") != "yes":  # without filters it would be everything
        raise Refusal(400, "This form is not complete: load the page again.")
    filters = filters_of(visit)
    return _begin(visit, lambda who: visit.house.review.replay_filtered(filters, who))


@pages.post("/comparison/change-set", role=Role.LEAD)
def replay_change_set(visit: Visit) -> Response:
    """Begin a replay of what a change set corrects."""
    wanted = number(visit.given("change_set"), LARGEST_ID)
    return _begin(visit, lambda who: visit.house.review.replay_change_set(wanted, who))


@pages.post("/comparison/evaluation", role=Role.LEAD)
def replay_evaluation(visit: Visit) -> Response:
    """Begin a replay of a labelled set."""
    try:
        held = labelled.read(visit.house.evaluation, visit.given("file"))
    except labelled.LabelledError as error:
        return _home(visit, str(error), 422)
    return _begin(visit, lambda who: visit.house.review.replay_file(held.name, held.digest, held.labels, who))


@pages.get("/comparison/{replay}", role=Role.LEAD)
def comparison(visit: Visit) -> Response:
    """Show a replay: how far it is, what changed, and a page of its turns."""
    found = _replay(visit)
    turns = visit.house.review.replayed(found.id)
    asked = visit.asked("show") or "changed"
    if asked not in SHOWN:
        raise Refusal(400, f"show is one of: {', '.join(SHOWN)}.")
    start = number(visit.asked("from") or "0", LARGEST_ID)
    shown = listed(turns, asked)
    rows = shown[start : start + ROWS]
    texts, stale = _texts(visit, found, rows)
    more = urlencode({"show": asked, "from": start + ROWS}) if len(shown) > start + ROWS else None
    response = visit.page(
        "comparison_one.html",
        replay=found,
        changes=changes(turns),
        models=sorted({turn.now.model for turn in turns if turn.now and turn.now.model}),
        models_before=sorted({turn.was.model for turn in turns if turn.was and turn.was.model}),
        filters=parse_qsl(found.query or ""),
        asked=asked,
        lists=list(SHOWN),
        rows=rows,
        texts=texts,
        stale=stale,
        show=mask,
        more=more,
    )
    if visit.is_htmx and found.state != "running":  # it asks how far a replay is: now the whole page is another
        response.headers["HX-Refresh"] = "true"
    return response


@pages.post("/comparison/{replay}/stop", role=Role.LEAD)
def stop(visit: Visit) -> Response:
    """Stop a replay; what it has found stays."""
    found = _replay(visit)
    visit.house.review.stop_replay(found.id, visit.account.name)
    return visit.go(f"{HOME}/{found.id}")


@pages.post("/comparison/{replay}/go-on", role=Role.LEAD)
def go_on(visit: Visit) -> Response:
    """Let a replay that ended early go on with what waits."""
    found = _replay(visit)
    try:
        visit.house.review.go_on_with_replay(found.id, visit.account.name)
    except AlreadyRunningError as error:
        return _home(visit, str(error), 409)
    visit.house.replaying.wake()
    return visit.go(f"{HOME}/{found.id}")


def _begin(visit: Visit, make: Callable[[str], int]) -> Response:
    try:
        number = make(visit.account.name)
    except AlreadyRunningError as error:
        return _home(visit, str(error), 409)
    except NothingToReplayError as error:
        return _home(visit, str(error), 422)
    visit.house.replaying.wake()
    return visit.go(f"{HOME}/{number}")


def _home(visit: Visit, problem: str = "", status: int = 200) -> Response:
    review = visit.house.review
    return visit.page(
        "comparison.html",
        status,
        replays=review.replays(),
        change_sets=[one for one in review.change_sets() if one.corrections],
        files=labelled.names(visit.house.evaluation),
        most=MOST_TURNS,
        problem=problem,
    )


def _replay(visit: Visit) -> Replay:
    found = visit.house.review.replay(number(visit.request.path_params["replay"], LARGEST_ID))
    if found is None:
        raise Refusal(404, "There is no such comparison: only the newest are kept.")
    return found


def _texts(visit: Visit, found: Replay, rows: list[Replayed]) -> tuple[dict[int, str], bool]:
    """Return what was said in these turns, and whether it cannot be told because the labelled file is another now."""
    if found.file is None:
        return visit.house.review.replayed_texts([turn.id for turn in rows]), False
    try:
        held = labelled.read(visit.house.evaluation, found.file)
    except labelled.LabelledError:
        return {}, True
    if held.digest != found.digest:
        return {}, True
    return {turn.id: held.texts[turn.line] for turn in rows if turn.line is not None}, False
