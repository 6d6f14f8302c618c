"""Reading a .yml of dialogues: `[{id, why, turns: [{user | choice, outcome, must, must_not}]}]`.

The file is read as YAML nodes, not values: every error can name its line, a repeated key is seen, and what is written
is what is typed (`user: no` is the word "no", not false).
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from evaluation.cases import BadSetError, Case, Turn, alternatives, read_text

DIALOGUE_KEYS = ("id", "why", "turns")
TURN_KEYS = ("user", "choice", "outcome", "must", "must_not")


def read_dialogues(path: Path, name: str) -> list[Case]:
    """Return the dialogues of the file; raises BadSetError."""
    try:
        root = yaml.compose(read_text(path), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise BadSetError(path, line, f"is not valid YAML: {error.problem}.") from error
    except yaml.YAMLError as error:  # a character that YAML does not allow
        raise BadSetError(path, None, f"is not valid YAML: {error}") from error
    cases: list[Case] = []
    for node in _sequence(root, path, "the file must be a list of dialogues"):
        case = _dialogue(node, path, name)
        if case.id in {other.id for other in cases}:
            raise BadSetError(path, _line(node), f"the id {case.id!r} is used twice; every dialogue has its own.")
        cases.append(case)
    return cases


def _dialogue(node: yaml.Node, path: Path, name: str) -> Case:
    fields = _mapping(node, path, DIALOGUE_KEYS, "a dialogue")
    for key in ("id", "turns"):
        if key not in fields:
            raise BadSetError(path, _line(node), f"a dialogue without `{key}`; needed: id and turns, allowed: why.")
    turns = _sequence(fields["turns"], path, "`turns` must be a list")
    if not turns:
        raise BadSetError(path, _line(fields["turns"]), "`turns` is empty; a dialogue has at least one turn.")
    identifier = _scalar(fields["id"], path, "id")
    if not identifier.strip():
        raise BadSetError(path, _line(fields["id"]), "`id` is empty; every dialogue has a name of its own.")
    why = _scalar(fields["why"], path, "why") if "why" in fields else ""
    return Case(set_name=name, turns=tuple(_turn(turn, path) for turn in turns), id=identifier, why=why)


def _turn(node: yaml.Node, path: Path) -> Turn:
    fields = _mapping(node, path, TURN_KEYS, "a turn")
    line = _line(node)
    if ("user" in fields) == ("choice" in fields):
        found = "both `user` and `choice`" if "user" in fields else "neither `user` nor `choice`"
        raise BadSetError(path, line, f"a turn with {found}; exactly one of them is allowed.")
    if "outcome" not in fields:
        raise BadSetError(path, line, "a turn without `outcome`; needed: one or more outcomes joined by |.")
    choice = _scalar(fields["choice"], path, "choice") if "choice" in fields else None
    if choice is not None and not choice.strip():
        raise BadSetError(path, line, "`choice` is empty; it is the title of a button.")
    return Turn(
        text=_scalar(fields["user"], path, "user") if "user" in fields else None,
        choice=choice,
        outcomes=alternatives(_scalar(fields["outcome"], path, "outcome"), path, _line(fields["outcome"])),
        must=_patterns(fields.get("must"), path, "must"),
        must_not=_patterns(fields.get("must_not"), path, "must_not"),
        line=line,
    )


def _patterns(node: yaml.Node | None, path: Path, key: str) -> tuple[str, ...]:
    if node is None:
        return ()
    patterns = []
    for item in _sequence(node, path, f"`{key}` must be a list of regular expressions"):
        pattern = _scalar(item, path, key)
        try:
            re.compile(pattern, re.IGNORECASE)
        except (re.error, RecursionError, OverflowError) as error:
            problem = f"`{key}` holds a regular expression that does not compile: {pattern!r} ({error})."
            raise BadSetError(path, _line(item), f"{problem} Allowed: Python's `re`.") from error
        patterns.append(pattern)
    return tuple(patterns)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _sequence(node: yaml.Node | None, path: Path, rule: str) -> list[yaml.Node]:
    if node is None:  # an empty file; `read_set` names that
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise BadSetError(path, _line(node), f"{rule}.")
    return list(node.value)


def _mapping(node: yaml.Node, path: Path, allowed: tuple[str, ...], what: str) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise BadSetError(path, _line(node), f"{what} must be a mapping with the keys {', '.join(allowed)}.")
    fields: dict[str, yaml.Node] = {}
    for key_node, value in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
        if key not in allowed:
            raise BadSetError(path, _line(key_node), f"unknown key {key!r} in {what}; allowed: {', '.join(allowed)}.")
        if key in fields:
            raise BadSetError(path, _line(key_node), f"the key `{key}` stands twice in {what}; once is allowed.")
        fields[key] = value
    return fields


def _scalar(node: yaml.Node, path: Path, key: str) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise BadSetError(path, _line(node), f"`{key}` must be plain text, not a list or a mapping.")
    return str(node.value)
