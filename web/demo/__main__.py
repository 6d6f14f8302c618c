"""Makes a record to look at: `make demo-data`, or `python -m demo` in the folder web/."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import ValidationError

from demo.bot import BotError, bridge_of
from demo.making import ForeignRecordError, Made, make
from demo.people import Person, ScriptError, read
from gateway.bridge import BridgeError
from gateway.settings import Settings
from installation.settings import VAR, problems
from transcripts.address import UnsupportedDatabaseError
from transcripts.schema import SchemaError

#: Not the record of `make run`, and not that of HIP_RECORD_URL.
RECORD = f"sqlite:///{VAR}/demo.db"
SEED = 53


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when the demo is in the record, 1 when it could not be put there, 2 when it was asked for wrongly."""
    asked = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
    try:
        people, settings = read(), Settings()
        made = asyncio.run(_make(asked, people, settings))
    except ValidationError as error:
        sys.stderr.write(problems(error))
        return 2
    except (UnsupportedDatabaseError, SchemaError, ScriptError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (BotError, BridgeError, ForeignRecordError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(_done(asked.record, made, len(people)))
    return 0


async def _make(asked: argparse.Namespace, people: Sequence[Person], settings: Settings) -> Made:
    secret = settings.bridge_secret.get_secret_value() if settings.bridge_secret else None
    return await make(
        asked.record,
        people,
        lambda: bridge_of(settings.bridge, secret, _say),
        seed=asked.seed,
        end=asked.until or datetime.now(UTC),
        force=asked.force,
        told=lambda person: _say(f"  {person.name} ({person.channel})"),
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _done(record: str, made: Made, people: int) -> str:
    return (
        f"\n{made.talked} of {people} people talked to the bot now, staff worked on {made.worked} conversations; the others "
        "had before.\nTo look at it:\n"
        f"  cd web; export HIP_RECORD_URL={record}\n"
        "  .venv/bin/python -m console.user add anna --role admin\n"
        "  HIP_CONSOLE_PORT=8002 .venv/bin/python -m console     # http://127.0.0.1:8002/\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m demo", description="Let the people of people.toml talk to the bot."
    )
    parser.add_argument("--record", default=RECORD, help="URL of the database; by default the file var/demo.db")
    parser.add_argument("--seed", type=int, default=SEED, help=f"decides who writes when ({SEED})")
    parser.add_argument(
        "--until", type=_time, default=None, help="end of the demo's four weeks, 2026-11-26T12:00, in UTC (now)"
    )
    parser.add_argument("--force", action="store_true", help="write beside conversations of other people")
    return parser


def _time(given: str) -> datetime:
    """Return a time in UTC, which it is in without an offset; argparse shows a ValueError as its own."""
    time = datetime.fromisoformat(given)
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main())
