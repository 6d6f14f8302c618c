"""Says which messaging platforms are on, or what is wrong with their settings: `python -m gateway.platforms`, in web/."""

from __future__ import annotations

import sys

from gateway.platforms.loading import SettingsError, load


def main() -> int:
    """Write the names of those that are on, one a line; or the problems, and return 2."""
    try:
        adapters, _ = load()
    except SettingsError as error:
        sys.stderr.write("".join(f"{problem}\n" for problem in error.problems))
        return 2
    sys.stdout.write("".join(f"{name}\n" for name in adapters))
    return 0


if __name__ == "__main__":
    sys.exit(main())
