"""Starts the console: `python -m console`, in the folder web/."""

from __future__ import annotations

import logging
import sys

import uvicorn
from pydantic import ValidationError

from console.app import create_app
from console.settings import Settings
from installation.settings import problems
from transcripts.address import UnsupportedDatabaseError
from transcripts.schema import SchemaError

#: Seconds that open requests get at shut-down.
GRACE = 5


def main() -> int:
    """Serve until stopped; 2 when a setting is wrong."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it would log the addresses that hold codes
    try:
        server = uvicorn.Server(configuration(Settings()))
    except ValidationError as error:
        sys.stderr.write(problems(error))
        return 2
    except (UnsupportedDatabaseError, SchemaError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    server.run()
    return 0


def configuration(settings: Settings) -> uvicorn.Config:
    """Return how uvicorn serves the console."""
    return uvicorn.Config(
        create_app(settings),
        host=settings.console_host,
        port=settings.console_port,
        access_log=False,  # addresses of pages name conversations and words that were searched for
        proxy_headers=True,
        forwarded_allow_ips=settings.console_proxies,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )


if __name__ == "__main__":
    sys.exit(main())
