"""Who may do what: three roles, each of which includes the ones before it."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A reviewer reads and reviews; a lead also sees what is masked and sends corrections on; an admin keeps accounts."""

    REVIEWER = "reviewer"
    LEAD = "lead"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Tell whether this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)
