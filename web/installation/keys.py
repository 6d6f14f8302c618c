"""A key that is made once and kept in a file."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def kept_key(path: Path) -> str:
    """Return the key in `path`, made now if there is none; only this user can read the file.

    Two processes that start at once agree: a key is written whole before it gets its name, and the first one stays.

    Raises:
        OSError: the file can be neither read nor made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):  # another process was first
                os.link(draft, path)
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
