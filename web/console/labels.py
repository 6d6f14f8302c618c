"""What the names of the record are called on a page."""

from __future__ import annotations

from collections.abc import Mapping

from transcripts.staff.queueing import Reason

REASONS: Mapping[Reason, str] = {
    Reason.UNANSWERED: "Unanswered",
    Reason.EMERGENCY: "Emergency",
    Reason.MISSED: "Possibly missed",
    Reason.DELIVERY: "Not delivered",
    Reason.THUMBS_DOWN: "Thumbs down",
    Reason.NEAR_TIE: "Near tie",
    Reason.FALLBACK: "Fallback",
}
