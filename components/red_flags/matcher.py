"""Finds the red flags of a message. No Rasa import."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import spacy
import yaml
from medspacy.context import ConText, ConTextRule
from spacy.tokens import Doc, Span

from components.text import normalise

#: Context categories that take a sign out of play. POSSIBLE and OTHER_PERSON never do (docs/safety.md, section 4). What takes
#: back a whole message (settled, fiction, an animal) is a sign of its own, named in a flag's `unless`.
SUPPRESSING = frozenset({"DENIED", "HYPOTHETICAL", "FIGURATIVE"})
CONTEXT_CATEGORIES = SUPPRESSING | {"BOUNDARY"}
DIRECTIONS = frozenset({"FORWARD", "BACKWARD", "BIDIRECTIONAL", "TERMINATE", "PSEUDO"})
KINDS = frozenset({"emergency_injury", "emergency_general", "crisis", "eating_disorder"}) | {
    f"safeguard_{reason}"
    for reason in ("minor", "pregnancy", "underweight", "medicine", "condition", "after_surgery", "older")
}
_SPANS = "medspacy_spans"
#: ConText compares all modifiers of a text with each other: pieces of this many characters keep a long message linear.
_PIECE = 400
#: Mentions of one sign in a piece that are looked at.
_MENTIONS = 4
_WORD_REFERENCE = re.compile(r"%(\w+)%")


class RedFlagRulesError(ValueError):
    """A data file holds an unknown key, sign, category or a pattern that does not compile."""


@dataclass(frozen=True)
class RedFlag:
    """One red flag found in a message.

    Attributes:
        name: as in docs/safety.md, e.g. `E5_older_person_fall`.
        kind: the intent that the flag stands for.
        evidence: the visitor's own words that raised it.
    """

    name: str
    kind: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class _FlagRule:
    name: str
    kind: str
    combinations: tuple[tuple[str, ...], ...]
    unless: frozenset[str]


class RedFlagMatcher:
    """Compiled rules; `find` is a pure function of the text.

    Args:
        folder: holds signs.yml, context.yml and flags.yml.

    Raises:
        RedFlagRulesError: lists what is allowed where a file says something else.
    """

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).parent
        signs, self._message_signs = _signs(folder)
        rules = _read(folder / "flags.yml", {"flags", "overrides"})
        self._flags = _flag_rules(rules["flags"], set(signs))
        self._overrides = _overrides(rules["overrides"], set(signs))
        self._expressions = {sign: _expression(sign, patterns) for sign, patterns in signs.items()}
        self._nlp = spacy.blank("en")
        self._sentences = self._nlp.add_pipe("sentencizer", config={"punct_chars": [".", "!", "?", ";"]})
        ConText.register_graph_attributes()
        self._context = ConText(
            self._nlp,
            rules=None,
            span_attrs=None,
            input_span_type="group",
            span_group_name=_SPANS,
            prune_on_target_overlap=True,
        )
        self._context.add(list(_context_rules(_read(folder / "context.yml", {"modifiers"})["modifiers"], set(signs))))

    def find(self, text: str) -> list[RedFlag]:
        """Return the flags of a message in the order of flags.yml; an empty list for an empty text."""
        text = normalise(text)
        wanted = self._wanted(text.lower())
        if not wanted:
            return []
        active = self._active(text, wanted)
        for sign in self._overrides.keys() & active.keys():
            for taken_back in self._overrides[sign]:
                active.pop(taken_back, None)
        found = []
        for rule in self._flags:
            if rule.unless & active.keys():
                continue
            for combination in rule.combinations:
                if active.keys() >= set(combination):
                    found.append(RedFlag(rule.name, rule.kind, tuple(active[sign] for sign in combination)))
                    break
        return found

    def signs(self, text: str) -> dict[str, str]:
        """Return sign -> the words that show it, for every sign of the text that no context takes back."""
        return self._active(normalise(text), set(self._expressions))

    def _wanted(self, lower: str) -> set[str]:
        """Return the signs that decide about this message; none, cheaply, for most messages.

        These are the signs of every flag of which one combination is there word for word, whatever the context. They are
        looked up in the order in which flags.yml names them, so the rarest comes first there.
        """
        said: dict[str, bool] = {}

        def is_said(sign: str) -> bool:
            if sign not in said:
                said[sign] = self._expressions[sign].search(lower) is not None
            return said[sign]

        wanted: set[str] = set()
        for rule in self._flags:
            if any(all(map(is_said, combination)) for combination in rule.combinations):
                wanted.update(rule.unless, *rule.combinations)
        return wanted | self._overrides.keys() if wanted else wanted

    def _active(self, text: str, wanted: set[str]) -> dict[str, str]:
        active = {
            sign: text
            for sign in self._message_signs & wanted
            if self._expressions[sign].search(text.lower()) is not None
        }
        for piece in textwrap.wrap(text, _PIECE):
            doc = self._sentences(self._nlp.make_doc(piece))
            doc.spans[_SPANS] = list(self._mentions(doc, wanted))
            for span in self._context(doc).spans[_SPANS]:
                if not _suppressed(span):
                    active.setdefault(span.label_.lower(), span.text)
        return active

    def _mentions(self, doc: Doc, wanted: set[str]) -> Iterator[Span]:
        """Yield the signs in a text (medspaCy's own TargetMatcher does too, but joins the tokens anew for every pattern)."""
        lower = doc.text.lower()
        for sign, expression in self._expressions.items():
            if sign in wanted and sign not in self._message_signs:
                for match in islice(expression.finditer(lower), _MENTIONS):
                    span = doc.char_span(*match.span(), label=sign.upper(), alignment_mode="expand")
                    if span is not None:
                        yield span


def _suppressed(span: Span) -> bool:
    return any(modifier.category in SUPPRESSING for modifier in span._.modifiers)


def _read(path: Path, keys: set[str]) -> dict[str, Any]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    _check_keys(content, keys, path.name)
    return dict(content)


def _check_keys(entry: dict[str, Any], allowed: set[str], where: str) -> None:
    unknown = set(entry) - allowed
    if unknown:
        raise RedFlagRulesError(f"{where}: unknown key {sorted(unknown)}; allowed are {sorted(allowed)}.")


def _check_signs(named: Iterable[str], signs: set[str], where: str) -> None:
    unknown = set(named) - signs
    if unknown:
        raise RedFlagRulesError(f"{where}: signs.yml has no {sorted(unknown)}; it has {sorted(signs)}.")


def _compiled(pattern: str, where: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise RedFlagRulesError(f"{where}: {pattern!r} does not compile: {error}.") from error
    return pattern


def _signs(folder: Path) -> tuple[dict[str, list[str]], frozenset[str]]:
    """Return sign -> patterns, every `%word%` replaced by its group of synonyms, and which signs are of the whole message."""
    content = _read(folder / "signs.yml", {"words", "message_signs", "signs"})
    words = content["words"]

    def expanded(pattern: str, where: str) -> str:
        for word in _WORD_REFERENCE.findall(pattern):
            if word not in words:
                raise RedFlagRulesError(f"signs.yml, {where}: unknown word %{word}%; allowed are {sorted(words)}.")
        return _WORD_REFERENCE.sub(lambda match: f"(?:{words[match[1]]})", pattern)

    for word, pattern in words.items():  # a word may use the words above it
        words[word] = expanded(pattern, word)
    named = content["message_signs"] | content["signs"]
    signs = {sign: [expanded(pattern, sign) for pattern in patterns] for sign, patterns in named.items()}
    return signs, frozenset(content["message_signs"])


def _expression(sign: str, patterns: list[str]) -> re.Pattern[str]:
    """Return one expression for all patterns of a sign; those that start at a word boundary share the check for it."""
    at_words = [pattern[2:] for pattern in patterns if pattern.startswith(r"\b")]
    others = [pattern for pattern in patterns if not pattern.startswith(r"\b")]
    joined = "|".join([rf"\b(?:{'|'.join(at_words)})"] * bool(at_words) + others)
    try:
        return re.compile(joined)
    except re.error:
        for pattern in patterns:
            _compiled(pattern, f"signs.yml, {sign}")
        raise


def _context_rules(modifiers: list[dict[str, Any]], signs: set[str]) -> Iterable[ConTextRule]:
    for entry in modifiers:
        _check_keys(entry, {"category", "direction", "max_scope", "signs", "not_signs", "patterns"}, "context.yml")
        category, direction = entry["category"], entry["direction"]
        if category not in CONTEXT_CATEGORIES:
            raise RedFlagRulesError(
                f"context.yml: unknown category {category}; allowed are {sorted(CONTEXT_CATEGORIES)}."
            )
        if direction not in DIRECTIONS:
            raise RedFlagRulesError(f"context.yml: unknown direction {direction}; allowed are {sorted(DIRECTIONS)}.")
        _check_signs([*entry.get("signs", ()), *entry.get("not_signs", ())], signs, f"context.yml, {category}")
        for pattern in entry["patterns"]:
            yield ConTextRule(
                pattern,
                category,
                direction=direction,
                pattern=_compiled(pattern, "context.yml"),
                max_scope=entry.get("max_scope"),
                allowed_types=set(entry["signs"]) if "signs" in entry else None,
                excluded_types=set(entry["not_signs"]) if "not_signs" in entry else None,
            )


def _flag_rules(flags: list[dict[str, Any]], signs: set[str]) -> list[_FlagRule]:
    rules = []
    for entry in flags:
        _check_keys(entry, {"name", "kind", "any", "unless"}, "flags.yml")
        combinations = tuple(tuple(combination) for combination in entry["any"])
        unless = frozenset(entry.get("unless", ()))
        _check_signs(unless.union(*combinations), signs, f"flags.yml, {entry['name']}")
        if entry["kind"] not in KINDS:
            raise RedFlagRulesError(
                f"flags.yml, {entry['name']}: unknown kind {entry['kind']}; allowed are {sorted(KINDS)}."
            )
        rules.append(_FlagRule(entry["name"], entry["kind"], combinations, unless))
    return rules


def _overrides(entries: dict[str, list[str]], signs: set[str]) -> dict[str, tuple[str, ...]]:
    _check_signs(
        [*entries, *(sign for taken_back in entries.values() for sign in taken_back)], signs, "flags.yml, overrides"
    )
    return {sign: tuple(taken_back) for sign, taken_back in entries.items()}
