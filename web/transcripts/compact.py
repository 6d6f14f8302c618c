"""`python -m transcripts.compact`: clears traces of erased words out of a large SQLite file. Stop the gateway first."""

from __future__ import annotations

from transcripts.record import Record


def main() -> None:
    """Compact the record that HIP_RECORD_URL names."""
    record = Record()
    record.compact()
    record.close()


if __name__ == "__main__":
    main()
