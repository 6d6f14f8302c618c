"""What the measured visitors say: the same kinds of message to both systems, each in its own domain's words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Messages:
    """The messages of one system.

    Attributes:
        first: opening messages of new conversations, used in turn.
        long_conversation: the messages of a long conversation, used in turn; turn 100 repeats the first turn's.
        form: opens a form, then answers its questions; empty where the system has no form.
    """

    first: tuple[str, ...]
    long_conversation: tuple[str, ...]
    form: tuple[str, ...] = ()


#: Rasa's starter greets, asks for the mood, cheers up, and says that it is a bot. A yes or no that nothing was asked for
#: may get no answer from it, depending on how its training went: these are left out.
STARTER = Messages(
    first=(
        "hello",
        "good morning",
        "bye",
        "are you a bot?",
        "I am feeling very good",
        "I am so sad today",
        "hey there",
        "see you later",
    ),
    long_conversation=(
        "hello",
        "I am so sad today",
        "are you a bot?",
        "good morning",
        "I am feeling very good",
        "hey there",
        "bye",
    ),
)

#: Small talk, both meanings, the question which one is meant, an emergency (with its call of the action server), and the
#: dialogue about a calorie deficit to its end. The long conversation begins no dialogue: in one, "hello" is answered and the
#: open question asked again, which is more than it is at turn 1 (the starter has no dialogues).
ASSISTANT = Messages(
    first=(
        "hello",
        "good morning",
        "bye",
        "are you a bot?",
        "hip reduction",
        "how much protein do I need a day?",
        "who puts a dislocated hip back in?",
        "I fell, my hip popped out and I can't move my leg",
    ),
    long_conversation=(
        "hello",
        "which foods have protein?",
        "thanks",
        "are you a bot?",
        "what are the best exercises for slimmer hips?",
        "how long does recovery take?",
        "who puts a dislocated hip back in?",
    ),
    form=(
        "help me work out a calorie deficit",
        "I'm 34",
        "no, not pregnant",
        "no, never",
        "none of these",
        "female",
        "5 ft 6",
        "11 stone 4",
        "moderate, three to five days",
        "no goal",
    ),
)
