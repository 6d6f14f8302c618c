"""What the gateway itself says on messaging platforms. Whatever may stand for an answer ends with the emergency number."""

from __future__ import annotations

from gateway.numbers import emergency_line


def first_contact(region: str | None, days: int) -> str:
    """Return what somebody reads who writes for the first time; `days`: how long the record keeps what they write."""
    return (
        "Hello! I'm an automated assistant with general information about hips. I'm not a doctor, this is not medical advice, "
        f"and nobody watches this chat all the time. What you write is stored for up to {days} days after your last message, "
        f'and staff can read it. Write "delete my data" to have it deleted. {_line(region)}'
    )


def cannot_see(what: str, region: str | None) -> str:
    """Return the answer to something that is no text; `what`: as `Arrival.media`."""
    thing = "this kind of message" if what == "message" else f"a {what}"
    return (
        f"Sorry, I can only read text, so I can't open {thing}. Please write what you'd like to know. {_line(region)}"
    )


def private_offer(region: str | None) -> str:
    """Return what is said where others read along, in place of everything that is not an emergency."""
    return (
        "I'm an automated assistant, and others can read this chat. Please write to me in a private chat, so that what you say "
        f"stays between us. {_line(region)}"
    )


def new_conversation(region: str | None) -> str:
    """Return the beginning of a new conversation that somebody asked for."""
    return (
        "A fresh start. I'm an automated assistant with general information, not medical advice. Is it about a dislocated hip, "
        f"or about making hips smaller? {_line(region)}"
    )


def deleted(region: str | None) -> str:
    """Return the confirmation of a deletion."""
    return (
        "Done: what you wrote is deleted on our side. Your app keeps its own copy until you delete the chat there. You can "
        f"write again at any time. {_line(region)}"
    )


def old_button(region: str | None) -> str:
    """Return the answer to a button of an earlier conversation."""
    return (
        "That button belongs to an earlier chat, so I don't know what it was about. Please write what you'd like to know. "
        f"{_line(region)}"
    )


def too_many(region: str | None) -> str:
    """Return the answer to a message that was one too many."""
    return (
        "That was a lot in a short time, so I have not answered this message; staff can see it. Please wait a little, then "
        f"write again. {_line(region)}"
    )


def out_of_order(region: str | None) -> str:
    """Return what is said when the record cannot take a message, so that nobody knows when it is answered."""
    return (
        "Sorry, something is wrong on our side, so I can't answer just now. I'll answer when it works again; if nothing comes, "
        f"please write once more. {_line(region)}"
    )


def _line(region: str | None) -> str:
    return str(emergency_line(region)["text"])
