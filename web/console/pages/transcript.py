"""One conversation: what was said, what the bot understood beside it. Numbers and addresses are masked, unless a lead asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from starlette.responses import Response

from console.errors import Refusal
from console.labels import REASONS
from console.roles import Role
from console.routing import Pages
from console.teaching.project import OUTCOMES
from console.visits import Visit
from transcripts.privacy.redaction import mask
from transcripts.staff.review_values import Transcript

pages = Pages()

#: What the audit log says of whoever looked at it unmasked.
VIEW_UNMASKED = "view_unmasked"


@pages.get("/conversations/{conversation}", role=Role.REVIEWER)
def masked(visit: Visit) -> Response:
    """Show the conversation, masked. Whoever holds it holds it anew."""
    return shown(visit)


@pages.post("/conversations/{conversation}/unmasked", role=Role.LEAD)
def unmasked(visit: Visit) -> Response:
    """Show it as it was written, and note who asked. A form, not a link: no other page can make somebody ask by accident."""
    found = _held(visit, transcript_of(visit))
    visit.house.review.note_audit(visit.account.name, VIEW_UNMASKED, found.conversation.id)
    return _page(visit, found, lambda text: text, is_masked=False)


def shown(visit: Visit, problem: str = "", status: int = 200) -> Response:
    """Return the page, masked, with what could not be done."""
    return _page(visit, _held(visit, transcript_of(visit)), mask, problem=problem, status=status)


def transcript_of(visit: Visit) -> Transcript:
    """Return the conversation that the address names; raises Refusal when there is none."""
    found = visit.house.review.transcript(visit.request.path_params["conversation"])
    if found is None:
        raise Refusal(404, "There is no such conversation. It may have been erased, or be older than what is kept.")
    return found


def _held(visit: Visit, found: Transcript) -> Transcript:
    """Return the transcript with the claim renewed, where it is one's own: whoever reads a long one keeps it."""
    entry = found.entry
    if entry is None or entry.claim is None or entry.claim.by != visit.account.name:
        return found
    claim = visit.house.review.renew(entry.conversation_id, visit.account.name)
    return replace(found, entry=replace(entry, claim=claim or entry.claim))


def _page(
    visit: Visit,
    found: Transcript,
    show: Callable[[str], str],
    *,
    is_masked: bool = True,
    problem: str = "",
    status: int = 200,
) -> Response:
    return visit.page(
        "transcript.html",
        status,
        found=found,
        entry=found.entry,
        id=found.conversation.id,
        show=show,
        is_masked=is_masked,
        may_unmask=is_masked and visit.account.role.includes(Role.LEAD),
        last=found.lines[-1].message.sequence if found.lines else 0,
        staff=[account.name for account in visit.house.accounts.all() if not account.disabled],
        labels=REASONS,
        intents=visit.house.project.known().intents,
        outcomes=OUTCOMES,
        problem=problem,
        today=visit.house.now().date(),
    )
