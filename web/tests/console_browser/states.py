"""The pages of the console as people meet them, for the tests that look at all of them."""

from __future__ import annotations

from playwright.sync_api import Page

from console.roles import Role
from console_browser.conftest import OpenPage, Running
from transcripts.teaching.correcting import stamp


def login(console: Running, open_page: OpenPage, **options: object) -> Page:
    return open_page("/login", **options)


def login_refused(console: Running, open_page: OpenPage, **options: object) -> Page:
    page = open_page("/login", **options)
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    return page


def _as_admin(path: str, console: Running, open_page: OpenPage, options: dict[str, object]) -> Page:
    console.add("anna", Role.ADMIN)
    for name, role in {"rita.k": Role.REVIEWER, "leo": Role.LEAD, "old": Role.REVIEWER}.items():
        console.add(name, role, must_change=name == "leo")
    console.house.accounts.set_disabled("old", True, "anna")
    return open_page(path, "anna", **options)


def home(console: Running, open_page: OpenPage, **options: object) -> Page:
    return _as_admin("/", console, open_page, options)


def home_of_a_reviewer(console: Running, open_page: OpenPage, **options: object) -> Page:
    console.add("rita")
    return open_page("/", "rita", **options)


def accounts(console: Running, open_page: OpenPage, **options: object) -> Page:
    return _as_admin("/accounts", console, open_page, options)


def account(console: Running, open_page: OpenPage, **options: object) -> Page:
    return _as_admin("/accounts/rita.k", console, open_page, options)


def password_once(console: Running, open_page: OpenPage, **options: object) -> Page:
    page = _as_admin("/accounts/rita.k", console, open_page, options)
    page.get_by_role("button", name="Make a new password").click()
    page.locator(".once").wait_for()
    return page


def audit(console: Running, open_page: OpenPage, **options: object) -> Page:
    return _as_admin("/audit", console, open_page, options)


def audit_empty(console: Running, open_page: OpenPage, **options: object) -> Page:
    return _as_admin("/audit?actor=nobody", console, open_page, options)


def password(console: Running, open_page: OpenPage, **options: object) -> Page:
    console.add("rita")
    open_page("/", "rita")
    return open_page("/password", "rita", **options)


def choose_password(console: Running, open_page: OpenPage, **options: object) -> Page:
    console.add("rita", must_change=True)
    return open_page("/", "rita", **options)


def forbidden(console: Running, open_page: OpenPage, **options: object) -> Page:
    console.add("rita")
    return open_page("/accounts", "rita", **options)


def queue(console: Running, open_page: OpenPage, **options: object) -> Page:
    fill(console)
    return open_page("/queue", "rita", **options)


def queue_empty(console: Running, open_page: OpenPage, **options: object) -> Page:
    console.add("rita")
    return open_page("/queue", "rita", **options)


def conversations(console: Running, open_page: OpenPage, **options: object) -> Page:
    fill(console)
    return open_page("/conversations?words=hip&said_by=visitor&escalated=", "rita", **options)


def conversation(console: Running, open_page: OpenPage, **options: object) -> Page:
    fill(console)
    return open_page(f"/conversations/{'b' * 32}#turn-1", "rita", **options)


def conversation_unmasked(console: Running, open_page: OpenPage, **options: object) -> Page:
    fill(console)
    console.add("leo", Role.LEAD)
    page = open_page(f"/conversations/{'b' * 32}", "leo", **options)
    page.get_by_role("button", name="Show what is masked").click()
    page.get_by_text("Nothing is masked").wait_for()
    return page


def conversation_correcting(console: Running, open_page: OpenPage, **options: object) -> Page:
    fill(console)
    teach(console)
    page = open_page(f"/conversations/{'d' * 32}", "rita", **options)
    page.get_by_text("Correct message 1").click()
    page.get_by_label("Right intent").wait_for()
    return page


def corrections(console: Running, open_page: OpenPage, **options: object) -> Page:
    fill(console)
    teach(console)
    return open_page("/corrections", "leo", **options)


def corrections_closed(console: Running, open_page: OpenPage, **options: object) -> Page:
    fill(console)
    teach(console)
    console.house.review.close_change_set("leo", stamp(console.house.review.corrections()))
    return open_page("/corrections?set=1", "leo", **options)


def corrections_empty(console: Running, open_page: OpenPage, **options: object) -> Page:
    console.add("leo", Role.LEAD)
    return open_page("/corrections", "leo", **options)


def teach(console: Running) -> None:
    """Add leo, and corrections of what `fill` said: one that can go out, one for evaluation, and two that cannot."""
    console.add("leo", Role.LEAD)
    console.say("f" * 32, "my hip popped out of its socket")
    correct = console.house.review.correct
    correct("d" * 32, 1, "leo", intent="emergency_injury", outcome="emergency")  # who is reviewing it
    correct("e" * 32, 1, "rita", outcome="out_of_scope")
    correct("c" * 32, 1, "leo", intent="clarify_of_another_version")
    correct("f" * 32, 1, "leo", intent="fitness_protein")


def fill(console: Running) -> None:
    """Add rita and some conversations to review, one of which leo is reviewing, with tags and a note."""
    console.add("rita")
    emergency = {"outcome": "emergency", "intent": "emergency_injury", "confidence": 0.97}
    flags = [{"name": "H1_dislocation", "evidence": ["hip popped out"]}]
    console.say("a" * 32, "how do I get slimmer hips", "and how much protein do I need")
    console.say("b" * 32, "My hip popped out. Call me: 07700 900123", "it is numb", red_flags=flags, **emergency)
    close = [{"intent": "medical_reduction", "confidence": 0.45}, {"intent": "fitness_hips", "confidence": 0.41}]
    console.say("c" * 32, "hip reduction", outcome="clarify", intent="clarify", confidence=0.45, alternatives=close)
    console.say("d" * 32, "I can't walk since I fell off my bike", alternatives=close)
    console.say("e" * 32, "what is the capital of France " * 12, outcome="out_of_scope", intent="out_of_scope")
    review = console.house.review
    review.tag("b" * 32, "rita", "ambulance")
    review.tag("b" * 32, "rita", "good answer")
    review.add_note("b" * 32, "rita", "Answered at once.\nThe number is right for the region.")
    review.claim("d" * 32, "leo")
    review.assign("c" * 32, "rita", "leo")


def _as_lead(path: str, console: Running, open_page: OpenPage, options: dict[str, object]) -> Page:
    fill(console)
    console.add("leo", Role.LEAD)
    return open_page(path, "leo", **options)


def privacy(console: Running, open_page: OpenPage, **options: object) -> Page:
    return _as_lead("/privacy?erased=2", console, open_page, options)


def person(console: Running, open_page: OpenPage, **options: object) -> Page:
    return _as_lead(f"/privacy?conversation={'b' * 32}", console, open_page, options)


def erase(console: Running, open_page: OpenPage, **options: object) -> Page:
    page = person(console, open_page, **options)
    page.get_by_role("button", name="Erase all of it").click()
    page.get_by_label("Type ERASE").wait_for()
    return page


def export(console: Running, open_page: OpenPage, **options: object) -> Page:
    return _as_lead("/export?words=hip&said_by=visitor", console, open_page, options)


STATES = [
    login, login_refused, home, home_of_a_reviewer, accounts, account, password_once, audit, audit_empty, password,
    choose_password, forbidden, queue, queue_empty, conversations, conversation, conversation_unmasked,
    privacy, person, erase, export,
    conversation_correcting, corrections, corrections_closed, corrections_empty,
]  # fmt: skip
#: What Chromium says on a page that is a refusal.
REFUSALS = r"status of 40[39]"
