"""What belongs to one person: found, handed out, erased; and the job that erases what is old."""

from __future__ import annotations

import json
from datetime import timedelta

from starlette.responses import Response

from console.errors import Refusal
from console.exporting import as_file, written
from console.roles import Role
from console.routing import Pages
from console.visits import Visit
from transcripts.privacy import retention
from transcripts.privacy.persons import LONGEST_ADDRESS, Asked, NotFoundError, Person

pages = Pages()

#: Channels with addresses. A platform's id comes by a form: it is often a phone number, and addresses of pages are kept.
PLATFORMS = {
    "whatsapp": "WhatsApp",
    "twilio": "WhatsApp by Twilio",
    "telegram": "Telegram",
    "slack": "Slack",
    "messenger": "Messenger",
}
#: What somebody types who means it, beside the beginning of a conversation's id.
WORD = "ERASE"
SHORT = 8
UNSURE = f"Nothing is erased: that is neither {WORD} nor the beginning of an id."

ABOUT = (
    "Everything that the record of this assistant holds about one person, table by table. Times are UTC. Left out: who of the "
    "staff did something. Not in here: the bot's own memory, which repeats these messages (see docs/privacy.md), and what "
    "messaging platforms keep. Read it before you hand it out: messages and notes may name others."
)


@pages.get("/privacy", role=Role.LEAD)
def privacy(visit: Visit) -> Response:
    """Show how to find somebody, or whom a conversation's id in the address finds, and how retention stands."""
    conversation = visit.asked("conversation")
    if not conversation:
        return _start(visit)
    return _found(visit, Asked(conversation=conversation))


@pages.post("/privacy/person", role=Role.LEAD)
def person(visit: Visit) -> Response:
    """Show what is held about somebody on a platform."""
    return _found(visit, _asked(visit))


@pages.post("/privacy/export", role=Role.LEAD)
def export(visit: Visit) -> Response:
    """Send the file of one person."""
    asked = _asked(visit)
    try:
        held = visit.house.persons.hand_out(asked, visit.account.name)
    except NotFoundError as error:
        return _start(visit, asked, str(error), 422)
    now = visit.house.now()
    file = {"about": ABOUT, "made_at": now, "kept_for_days_after_the_last_message": _retention(visit).days, **held}
    text = json.dumps(file, ensure_ascii=False, indent=1, default=written)
    return Response(
        text.encode(),
        media_type="application/json",
        headers=as_file(f"person-{_short(held)}-{now:%Y-%m-%d}.json"),
    )


@pages.post("/privacy/erase", role=Role.LEAD)
def erase(visit: Visit) -> Response:
    """Ask whether it is meant; erase when the answer came along."""
    asked = _asked(visit)
    try:
        found = visit.house.persons.find(asked, visit.account.name)
        if "confirm" not in visit.form:
            return _sure(visit, asked, found)
        if not _is_meant(visit.given("confirm"), found):
            return _sure(visit, asked, found, UNSURE, 422)
        gone = visit.house.persons.erase(asked, visit.account.name)
    except NotFoundError as error:
        return _start(visit, asked, str(error), 422)
    return visit.go(f"/privacy?erased={len(gone.conversations)}")


def _asked(visit: Visit) -> Asked:
    if conversation := visit.given("conversation").strip():
        return Asked(conversation=conversation)
    channel = visit.given("channel")
    if channel not in PLATFORMS and channel:
        raise Refusal(422, "There is no such platform.")
    return Asked(channel=channel, address=visit.given("address"))


def _found(visit: Visit, asked: Asked) -> Response:
    try:
        found = visit.house.persons.find(asked, visit.account.name)
    except NotFoundError as error:
        gone = visit.house.persons.gone(asked.conversation)
        return _start(visit, asked, "" if gone else str(error), 200 if gone else 422, gone=gone)
    return visit.page("person.html", asked=asked, found=found, platforms=PLATFORMS)


def _sure(visit: Visit, asked: Asked, found: Person, problem: str = "", status: int = 200) -> Response:
    return visit.page(
        "erase.html", status, asked=asked, found=found, platforms=PLATFORMS, word=WORD, short=SHORT, problem=problem
    )


def _start(visit: Visit, asked: Asked | None = None, problem: str = "", status: int = 200, **more: object) -> Response:
    erased = visit.asked("erased")
    job = _retention(visit)
    return visit.page(
        "privacy.html",
        status,
        **{
            "asked": asked or Asked(),
            "problem": problem,
            "gone": (),
            "erased": int(erased) if erased.isascii() and erased.isdigit() and len(erased) < 8 else None,
            "platforms": PLATFORMS,
            "longest": LONGEST_ADDRESS,
            "job": job,
            "late": job.is_late(visit.house.now()),
            "every": retention.EVERY // timedelta(minutes=1),
            **more,
        },
    )


def _retention(visit: Visit) -> retention.Retention:
    with visit.house.database.reading() as connection:
        return retention.read(connection)


def _is_meant(typed: str, found: Person) -> bool:
    typed = typed.strip()
    own = [one.id for one in found.conversations]
    return typed == WORD or (len(typed) >= SHORT and any(name.startswith(typed.lower()) for name in own))


def _short(held: dict[str, list[dict[str, str]]]) -> str:
    """Return what the file is called by: never a platform's id."""
    conversations = held["conversations"]
    return conversations[0]["id"][:SHORT] if conversations else "without-conversation"
