"""Runs the contract suite and writes its table, case by platform, into docs/channels/README.md.

    cd web && .venv/bin/python tests/platforms/contract_table.py

Nothing is written unless everything is green, on both databases.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

SUITE = Path(__file__).with_name("test_contract.py")
WEB = SUITE.parents[2]
PAGE = WEB.parent / "docs" / "channels" / "README.md"
BEGIN, END = "<!-- table: written by web/tests/platforms/contract_table.py -->", "<!-- end of the table -->"
#: As in the tests' names -> as in the table's head.
PLATFORMS = {
    "telegram": "Telegram",
    "slack": "Slack",
    "messenger": "Messenger",
    "whatsapp": "WhatsApp (Cloud API)",
    "twilio": "WhatsApp (Twilio)",
}
DATABASES = {"sqlite", "postgresql"}

_NAME = re.compile(r"(\w+)\[(\w+)-(\w+?)(?:-(\w+))?\]")


def cases() -> dict[str, str]:
    """Return the title of each case, the first line of its docstring, by the function's name, in their order."""
    tree = ast.parse(SUITE.read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    return {function.name: (ast.get_docstring(function) or "").splitlines()[0] for function in functions}


def table(report: ElementTree.Element) -> str:
    """Return the table of a JUnit report; raises SystemExit with what is red or was not run."""
    titles = cases()
    cells: dict[tuple[str, str], dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    red = []
    for case in report.iter("testcase"):
        match = _NAME.fullmatch(case.get("name", ""))
        if match is None or match[1] not in titles:
            raise SystemExit(f"{case.get('name')} is no case of the suite.")
        if case.find("failure") is not None or case.find("error") is not None:
            red.append(case.get("name"))
        cells[match[1], match[4] or ""][match[2]][match[3]] = _cell(case)
    if red:
        raise SystemExit(f"Nothing was written: {', '.join(map(str, red))}.")
    lines = [f"| case | {' | '.join(PLATFORMS.values())} |", "|---|" + "---|" * len(PLATFORMS)]
    for (name, parameter), found in sorted(cells.items(), key=lambda cell: list(titles).index(cell[0][0])):
        for platform in PLATFORMS:
            if found[platform].keys() != DATABASES or len(set(found[platform].values())) > 1:
                raise SystemExit(f"{name} is not the same on both databases: {platform}, {dict(found[platform])}.")
        title = f"{titles[name]}: {parameter}" if parameter else titles[name]
        lines.append(f"| {title} | {' | '.join(found[platform]['sqlite'] for platform in PLATFORMS)} |")
    return "\n".join(lines)


def _cell(case: ElementTree.Element) -> str:
    skipped = case.find("skipped")
    if skipped is not None:
        return f"does not exist: {skipped.get('message')}"
    remark = next((found.get("value") for found in case.iter("property") if found.get("name") == "remark"), None)
    return f"yes: {remark}" if remark else "yes"


def main() -> int:
    """Return pytest's status."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", str(SUITE), f"--junitxml={file}"]
        status = subprocess.run(command, cwd=WEB, check=False).returncode
        written = table(ElementTree.parse(file).getroot())
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{written}\n{END}{after}", encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
