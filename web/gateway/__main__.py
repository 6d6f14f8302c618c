"""Starts the gateway: `python -m gateway`, in the folder web/."""

from __future__ import annotations

import logging
import sys

import uvicorn
from pydantic import ValidationError

from gateway.app import create_app
from gateway.platforms.loading import SettingsError
from gateway.settings import Settings
from installation.settings import problems

#: Seconds that open requests get at shut-down; event streams end at once.
GRACE = 5


def main() -> int:
    """Serve until stopped; 2 when a setting is wrong."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        settings = Settings()
    except ValidationError as error:
        sys.stderr.write(problems(error))
        return 2
    try:
        server = uvicorn.Server(configuration(settings))
    except SettingsError as error:
        sys.stderr.write("".join(f"{problem}\n" for problem in error.problems))
        return 2
    server.run()
    return 0


def configuration(settings: Settings) -> uvicorn.Config:
    """Return how uvicorn serves the gateway."""
    return uvicorn.Config(
        create_app(settings),
        host=settings.gateway_host,
        port=settings.gateway_port,
        access_log=False,  # addresses of people who may be ill are not kept
        proxy_headers=True,
        forwarded_allow_ips=settings.gateway_proxies,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )


if __name__ == "__main__":
    sys.exit(main())
