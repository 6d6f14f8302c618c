"""What stands at the top of each page."""

from __future__ import annotations

from dataclasses import dataclass

from console.roles import Role


@dataclass(frozen=True)
class Place:
    """One entry: shown to whoever may go there."""

    label: str
    path: str
    role: Role
    about: str


#: In the order of the bar; `about` stands on the home page.
PLACES = (
    Place("Queue", "/queue", Role.REVIEWER, "Conversations that need a person, the most urgent first."),
    Place("Conversations", "/conversations", Role.REVIEWER, "Search and filter everything that was said."),
    Place("Dashboard", "/dashboard", Role.REVIEWER, "How many came, what they got, how fast."),
    Place("Corrections", "/corrections", Role.LEAD, "What reviewers corrected, checked and exported as training data."),
    Place("Comparison", "/comparison", Role.LEAD, "What the bot of now makes of past messages and labelled lines."),
    Place("Privacy", "/privacy", Role.LEAD, "Erase or export what belongs to one person."),
    Place("Accounts", "/accounts", Role.ADMIN, "Who may use this console, and as what."),
    Place("Audit log", "/audit", Role.ADMIN, "Who did what when."),
)


def places(role: Role) -> list[Place]:
    """Return the entries for somebody of `role`."""
    return [place for place in PLACES if role.includes(place.role)]
