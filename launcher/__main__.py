"""The `rasa` command line without TensorFlow: `python -m launcher train`, `python -m launcher run`, ..."""

from __future__ import annotations

import os
import warnings

from launcher import stand_ins


def main() -> None:
    """Run Rasa's own command line with telemetry and error reporting off, and without its libraries' deprecations."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"  # Rasa would otherwise report errors to Sentry
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    stand_ins.install()
    import sanic.app  # noqa: F401 (it turns deprecation warnings on, so it must come before they are turned off)

    warnings.simplefilter("ignore")  # the environment is frozen: nobody can act on them here
    from rasa.__main__ import main as rasa_main

    rasa_main()


if __name__ == "__main__":
    main()
