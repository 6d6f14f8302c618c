"""The `rasa` command line without TensorFlow: `python -m launcher train`, `python -m launcher run`, ..."""

from __future__ import annotations

import os

from launcher import stand_ins


def main() -> None:
    """Run Rasa's own command line with telemetry and error reporting off."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"  # Rasa would otherwise report errors to Sentry
    stand_ins.install()
    from rasa.__main__ import main as rasa_main

    rasa_main()


if __name__ == "__main__":
    main()
