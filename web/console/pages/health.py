"""Whether the console works, for whoever watches over it."""

from __future__ import annotations

import logging

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from console.routing import PUBLIC, Pages
from console.visits import Visit

logger = logging.getLogger(__name__)

pages = Pages()


@pages.get("/health", role=PUBLIC)
def health(_visit: Visit) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@pages.get("/ready", role=PUBLIC)
def ready(visit: Visit) -> Response:
    """The record answers too."""
    try:
        with visit.house.database.reading() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        logger.exception("The record is out of order.")
        return JSONResponse({"record": False}, 503)
    return JSONResponse({"record": True})
