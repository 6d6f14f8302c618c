"""`make doctor`: names what is missing on this machine, and the fix. Standard library only: it runs before any set-up."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "assistant.tar.gz"
ENCODER = ROOT / "models" / "encoder"
#: The encoder is worth training anew when more than this share of the training lines has come or gone since.
CHANGED_SHARE = 0.1
PORTS = {
    int(os.environ.get("HIP_BRIDGE_PORT", "5005")): "the bridge (HIP_BRIDGE_PORT chooses another)",
    5055: "the action server",
    int(os.environ.get("HIP_GATEWAY_PORT", "8000")): "the website (HIP_GATEWAY_PORT chooses another)",
    int(os.environ.get("HIP_CONSOLE_PORT", "8001")): "the review console (HIP_CONSOLE_PORT chooses another)",
}
#: Version -> what it is for.
PYTHONS = {"3.10": "the bot", "3.11": "the website"}
#: Programs that only the tests need -> Debian's package.
TEST_PROGRAMS = {"node": "nodejs", "npm": "npm", "chromium": "chromium"}

#: Exit status of `python -m gateway.platforms` when a setting is missing or wrong.
WRONG_SETTINGS = 2

Finding = tuple[bool, str]


def python_found() -> Finding:
    """The Pythons of both environments, where uv can use them."""
    missing = [f"{version} (for {what})" for version, what in PYTHONS.items() if not _has_python(version)]
    if missing:
        return False, (
            f"No Python {' and '.join(missing)} found. Fix: `pyenv install 3.10 3.11`, or your system's packages, or let uv "
            "fetch its own (`uv python install 3.10 3.11`, needs the internet)."
        )
    return True, f"Python {' and '.join(PYTHONS)} are there"


def _has_python(version: str) -> bool:
    uv = shutil.which("uv") or ROOT / ".uv" / "bin" / "uv"
    if Path(uv).is_file():
        asked = [str(uv), "python", "find", "--no-python-downloads", version]
        return subprocess.run(asked, capture_output=True, cwd=ROOT, check=False).returncode == 0
    return shutil.which(f"python{version}") is not None


def test_programs_found() -> Finding:
    """What `make test` needs besides; on Debian it installs it itself when it is root."""
    missing = [package for program, package in TEST_PROGRAMS.items() if not shutil.which(program)]
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")) and not shutil.which("initdb"):
        missing.append("postgresql")
    if missing:
        return True, f"For `make test` only, still to be installed: `sudo apt-get install {' '.join(missing)}`"
    return True, "What the tests need is there"


def uv_found() -> Finding:
    """uv itself, or what is needed to bootstrap it."""
    if shutil.which("uv") or (ROOT / ".uv" / "bin" / "uv").is_file():
        return True, "uv is there"
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        return (
            False,
            "uv is missing and python3 lacks venv. Fix: `sudo apt-get install python3-venv`; make fetches uv itself.",
        )
    return True, "uv is missing; make will put one into .uv/"


def environment_ready() -> Finding:
    """Both environments, as their lock files say."""
    places = {".venv": "requirements/bot.txt", "web/.venv": "web/requirements.txt"}
    for environment, lock in places.items():
        ready = ROOT / environment / ".ready"
        if not ready.is_file():
            return False, f"The environment {environment} is not set up. Fix: `make run` or `make test` does it."
        if ready.stat().st_mtime < (ROOT / lock).stat().st_mtime:
            return False, f"The environment {environment} is older than {lock}. Fix: the next make command syncs it."
    return True, f"The environments {' and '.join(places)} are set up"


def encoder_there() -> Finding:
    """The tracked encoder, and how far the training lines have moved since it was trained."""
    missing = [name for name in ("model.onnx", "tokenizer.json", "card.json") if not (ENCODER / name).is_file()]
    if missing:
        return (
            False,
            f"models/encoder/ lacks {', '.join(missing)}. Fix: `git checkout models/encoder`, or `make encoder`.",
        )
    trained = Counter(json.loads((ENCODER / "card.json").read_text(encoding="utf-8"))["lines_by_intent"])
    now = count_lines(ROOT / "data")
    changed = sum(((trained - now) + (now - trained)).values()) / max(1, sum(now.values()))
    if changed > CHANGED_SHARE:
        return True, (
            f"{changed:.0%} of the training lines have come or gone since the encoder was trained. It still works; "
            "`make encoder` (long) fits it to them, the evaluation floors decide whether it must."
        )
    return True, f"The encoder fits the training lines ({changed:.0%} have changed since)"


def count_lines(folder: Path) -> Counter[str]:
    """Return intent -> number of training lines below `folder` (read without a YAML library)."""
    counts: Counter[str] = Counter()
    for path in folder.rglob("*.yml"):
        intent = ""
        for row in path.read_text(encoding="utf-8").splitlines():
            if row.startswith("  - intent: "):
                intent = row.removeprefix("  - intent: ").strip()
            elif row.startswith("rules:"):
                intent = ""
            elif intent and row.startswith("      - "):
                counts[intent] += 1
    return counts


def model_fresh() -> Finding:
    """The trained model, newer than what it is made of."""
    if not MODEL.is_file():
        return False, "No trained model. Fix: `make train` (make run and make test do it too)."
    asked = ["make", "--question", "--silent", str(MODEL.relative_to(ROOT))]
    if subprocess.run(asked, cwd=ROOT, capture_output=True, check=False).returncode:
        return False, "The model is older than its sources. Fix: `make train` (make run and make test do it too)."
    return True, "The model is newer than its sources"


def ports_free() -> Finding:
    """The loopback ports of `make run`."""
    taken = []
    for port, what in PORTS.items():
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                taken.append(f"{port}, {what}")
    if taken:
        return False, f"In use: {'; '.join(taken)}. Fix: fine if `make run` is up, else stop what listens there."
    return True, f"Ports {', '.join(map(str, PORTS))} are free"


def variable_dir_writable() -> Finding:
    """Where the conversations are stored by default."""
    target = ROOT / "var"
    place = target if target.exists() else ROOT
    if not os.access(place, os.W_OK):
        return (
            False,
            f"{place.name}/ cannot be written: conversations could not be stored. Fix: its owner or HIP_TRACKER_URL.",
        )
    return True, "Conversations can be stored"


def platforms_set_up() -> Finding:
    """The messaging platforms' settings, with those of .env, as `make run` reads them. Names only: values are secrets."""
    python = ROOT / ".venv" / "bin" / "python"
    if not (python.is_file() and (ROOT / "web" / ".venv" / ".ready").is_file()):
        return True, "The settings of messaging platforms are looked at once the environments are set up"
    inside = ["sh", "-c", "cd web && exec .venv/bin/python -m gateway.platforms"]
    asked = [str(python), "-m", "honcho", "--app-root", str(ROOT), "run", "--", *inside]
    answer = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode == WRONG_SETTINGS:
        problems = " ".join(answer.stderr.split("\n")).strip()
        return (
            False,
            f"Messaging platforms: {problems} Fix: set it, or none of that platform's; docs/channels/ has them.",
        )
    if answer.returncode:
        return (
            False,
            "Messaging platforms could not be asked. Fix: `cd web && .venv/bin/python -m gateway.platforms` says why.",
        )
    on = answer.stdout.split()
    return True, f"Messaging platforms that are on: {', '.join(on) or 'none (docs/channels/ says how)'}"


CHECKS: tuple[Callable[[], Finding], ...] = (
    uv_found, python_found, environment_ready, encoder_there, model_fresh, ports_free, variable_dir_writable,
    platforms_set_up, test_programs_found,
)  # fmt: skip


def findings() -> Iterator[Finding]:
    """Run every check in order."""
    return (check() for check in CHECKS)


def main() -> int:
    """Write one line a check; the exit status is 1 when something is missing."""
    results = list(findings())
    for fine, text in results:
        sys.stdout.write(f"{'ok     ' if fine else 'MISSING'} {text}\n")
    return 0 if all(fine for fine, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
