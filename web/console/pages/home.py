"""The start page: where one can go from here."""

from __future__ import annotations

from starlette.responses import Response

from console.roles import Role
from console.routing import Pages
from console.visits import Visit

pages = Pages()


@pages.get("/", role=Role.REVIEWER)
def home(visit: Visit) -> Response:
    """List the places."""
    return visit.page("home.html")
