"""May a line go out? What is wrong with it, or worth knowing, beside the lines that are there and the others of its set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from console.teaching.likeness import normalise
from console.teaching.project import OUTCOMES, Known, Line, Lines
from console.teaching.stripping import stripped
from transcripts.staff.queueing import ESCALATED, SAFETY_INTENTS
from transcripts.staff.review_values import Correction, Use
from transcripts.teaching.collecting import LONGEST_WORDS

#: Anybody types "hip reduction" or "thanks": up to so many words may be measured though they are trained.
BARE_WORDS = 3


#: The one intent that comes to an urgent outcome, `eating_disorder`, without being urgent.
ASKED_AS_INFORMATION = "eating_disorder_information"


class Candidate(NamedTuple):
    """A line that may go out: `intent` is what it is trained as, `outcome` what it is measured against."""

    text: str
    intent: str | None
    outcome: str | None
    use: Use

    @property
    def labels(self) -> tuple[str, ...]:
        """Return what it says of the text, as `Line` has it."""
        label = self.intent if self.use == "training" else self.outcome
        return (label,) if label else ()


class Remark(NamedTuple):
    """A sentence about a line; `stops`: it cannot go out as it is."""

    text: str
    stops: bool = True


def candidate(correction: Correction) -> Candidate:
    """Return what goes out of a correction: for training when there is an intent, unless somebody has chosen."""
    text = stripped(correction.text if correction.words is None else correction.words)
    use: Use = correction.use or ("training" if correction.intent else "evaluation")
    return Candidate(text, correction.intent, correction.outcome, use)


def check(candidates: Sequence[Candidate], known: Known) -> list[tuple[Remark, ...]]:
    """Return what is found about each candidate, what stops it first. Without known lines only what is in the line itself."""
    lines = [Line(one.text, f"line {number} of this set", one.labels) for number, one in enumerate(candidates, start=1)]
    trained = Lines([line for line, one in zip(lines, candidates) if one.use == "training"])
    measured = Lines([line for line, one in zip(lines, candidates) if one.use == "evaluation"])
    found = []
    for one, line in zip(candidates, lines):
        remarks = [*_in_itself(one, known)]
        if one.text and one.labels:
            among = (_training, trained, measured) if one.use == "training" else (_evaluation, measured, trained)
            rules, own, other = among
            remarks += rules(one, known.training, known.evaluation)
            remarks += _in_the_set(one, line, own, other)
        found.append(tuple(sorted(dict.fromkeys(remarks), key=lambda remark: not remark.stops)))
    return found


def stops(remarks: Sequence[Remark]) -> bool:
    """Tell whether the line cannot go out."""
    return any(remark.stops for remark in remarks)


def _in_itself(one: Candidate, known: Known) -> Iterator[Remark]:
    if not one.text:
        yield Remark("Nothing is left of it without what names or reaches a person.")
    elif len(one.text) > LONGEST_WORDS:
        yield Remark(f"It has more than {LONGEST_WORDS} characters: shorten it.")
    elif stripped(one.text) != one.text:
        yield Remark("It holds what names or reaches a person, or signs that a line must not have.")
    if one.use == "training" and not one.intent:
        yield Remark("A training line needs an intent: correct the turn again, or choose evaluation.")
    if one.use == "evaluation" and not one.outcome:
        yield Remark("A line for evaluation needs an outcome: correct the turn again, or choose training.")
    if one.intent and known.intents and one.intent not in known.intents:
        yield Remark(f"No line of data/ has the intent {one.intent}.")
    if one.outcome and one.outcome not in OUTCOMES:
        yield Remark(f"There is no outcome {one.outcome}.")
    if one.intent and one.outcome and _contradict(one.intent, one.outcome):
        yield Remark(f"The intent {one.intent} and the outcome {one.outcome} contradict each other: correct it again.")


def _contradict(intent: str, outcome: str) -> bool:
    """Tell whether only one of them is an emergency, a crisis or an eating disorder: the line would teach the wrong thing."""
    if (intent, outcome) == (ASKED_AS_INFORMATION, "eating_disorder"):
        return False
    return (intent in SAFETY_INTENTS) != (outcome in ESCALATED)


def _training(one: Candidate, training: Lines, evaluation: Lines) -> Iterator[Remark]:
    for line in training.equal(one.text):
        if line.labels != one.labels:
            yield Remark(f"The same words are trained as {line.labels[0]} ({line.place}).")
        else:
            yield Remark(f"It is trained already ({line.place}).", stops=False)
    # Places only: whoever writes training lines must not read the sets.
    for line in (*evaluation.equal(one.text), *evaluation.near(one.text)):
        if not _is_bare(line.text):
            yield Remark(
                f"The same or nearly the same words stand in an evaluation set ({line.place}): never train them."
            )
    for line in training.near(one.text)[:1]:
        yield Remark(f"Nearly the same is trained as {line.labels[0]}: “{line.text}” ({line.place}).", stops=False)


def _evaluation(one: Candidate, training: Lines, evaluation: Lines) -> Iterator[Remark]:
    if not _is_bare(one.text):
        for line in (*training.equal(one.text), *training.near(one.text))[:1]:
            yield Remark(
                f"The same or nearly the same words are trained ({line.place}): measuring on them proves nothing."
            )
    for line in evaluation.equal(one.text):
        if one.labels[0] in line.labels:
            yield Remark(f"It stands in an evaluation set already ({line.place}).", stops=False)
        else:
            yield Remark(f"It stands in an evaluation set with the outcome {'|'.join(line.labels)} ({line.place}).")
    for line in evaluation.near(one.text)[:1]:
        yield Remark(f"Nearly the same stands in an evaluation set ({line.place}).", stops=False)


def _in_the_set(one: Candidate, line: Line, own: Lines, other: Lines) -> Iterator[Remark]:
    for same in own.equal(one.text):
        if same.labels != one.labels:
            yield Remark(f"The same words are {same.labels[0] if same.labels else 'nothing'} in {same.place}.")
        elif same.place != line.place:
            yield Remark(f"The same as {same.place}: it goes out once.", stops=False)
    for like in (*other.equal(one.text), *other.near(one.text)):
        if not _is_bare(one.text if one.use == "evaluation" else like.text):
            yield Remark(f"The same or nearly the same is {like.place}, for the other use: one line is never for both.")


def _is_bare(text: str) -> bool:
    return len(normalise(text).split()) <= BARE_WORDS
