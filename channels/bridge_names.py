"""What the bridge and its callers agree on, without importing Rasa."""

from __future__ import annotations

import uuid

#: Across containers every request must carry this secret as a bearer token; on loopback it may be unset.
SECRET_VARIABLE = "HIP_BRIDGE_SECRET"  # noqa: S105 (a variable's name, no secret)


def new_id() -> str:
    """Return a fresh conversation or message id."""
    return uuid.uuid4().hex
