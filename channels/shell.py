"""`make shell`: a conversation in the terminal, through the bridge when it is up, else with the model in this process."""

from __future__ import annotations

import asyncio
import sys
import warnings
from collections.abc import Callable
from typing import Any

import requests
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from channels.bridge_names import new_id
from channels.guide import bridge_headers, bridge_url, is_healthy

Answer = Callable[[dict[str, Any]], dict[str, Any]]


class ShellError(RuntimeError):
    """The assistant refused or failed; the message is what it said."""


def through_bridge(turn: dict[str, Any]) -> dict[str, Any]:
    """Ask the running bridge; raises ShellError with its reason."""
    try:
        response = requests.post(bridge_url("turn"), json=turn, headers=bridge_headers(), timeout=30)
        body = response.json()
    except (requests.RequestException, ValueError) as error:
        raise ShellError(f"The bridge gave no answer ({type(error).__name__}); is `make run` still up?") from error
    if response.ok:
        return dict(body)
    if body.get("answer"):
        return dict(body["answer"])
    raise ShellError(body["error"])


def in_process() -> Answer:
    """Load the model here; conversations are kept in memory and end with the shell."""
    from launcher import stand_ins

    stand_ins.install()
    warnings.filterwarnings("ignore")
    from channels.turn import Assistant, BadTurnError, TurnFailedError, TurnRequest

    loop = asyncio.new_event_loop()
    assistant = loop.run_until_complete(Assistant.load())

    def answer(turn: dict[str, Any]) -> dict[str, Any]:
        try:
            return loop.run_until_complete(assistant.answer(TurnRequest(**turn)))
        except BadTurnError as error:
            raise ShellError(str(error)) from error
        except TurnFailedError as error:
            if error.answer:
                return error.answer
            raise ShellError(str(error)) from error

    return answer


def show(console: Console, body: dict[str, Any]) -> list[dict[str, str]]:
    """Write the replies; return the choices offered, in the order of their numbers.

    Where the last reply is a question without choices of its own, a number is its answer: then none is numbered.
    """
    choices: list[dict[str, str]] = []
    for reply in body["replies"]:
        style = "bold red" if reply["card"] and reply["card"]["kind"] == "emergency" else "cyan"
        console.print(Padding(Text(reply["text"], style=style), (1, 2, 0, 2)))
        if reply["source"]:
            console.print(Padding(Text(f"Source: {reply['source']}", style="dim"), (0, 2)))
        for choice in reply["choices"]:
            if choice not in choices:
                choices.append(choice)
    last = body["replies"][-1]
    numbered = bool(last["choices"]) or not last["response"].startswith("utter_ask_")
    for number, choice in enumerate(choices, start=1):
        mark = f"[{number}]" if numbered else "-"
        console.print(Padding(Text(f"{mark} {choice['title']}", style="green"), (0, 4)))
    return choices if numbered else []


def main() -> int:
    """Read lines until the input ends, `exit` or Ctrl-C."""
    console = Console(highlight=False)
    if is_healthy():
        answer: Answer = through_bridge
        console.print("Connected to the bridge. Type a message, or the number of a choice; `exit` ends.", style="dim")
    else:
        console.print("The bridge is not up (`make run` starts it): loading the model here...", style="dim")
        answer = in_process()
        console.print("Ready. Type a message, or the number of a choice; `exit` ends.", style="dim")
    conversation, choices = new_id(), list[dict[str, str]]()
    greeting = {"conversation_id": new_id(), "message_id": new_id(), "channel": "shell", "dry_run": True}
    try:  # the first message on every channel: an automated assistant, no medical advice, what is stored
        show(console, answer({**greeting, "text": "hello"}))
    except ShellError as error:
        console.print(str(error), style="yellow")
    while True:
        try:
            typed = console.input("\n[bold]you>[/bold] ").strip()
        except (EOFError, KeyboardInterrupt):
            return 0
        if typed == "exit":
            return 0
        if not typed:
            continue
        turn: dict[str, Any] = {"conversation_id": conversation, "message_id": new_id(), "channel": "shell"}
        pressed = typed.isdigit() and 1 <= int(typed) <= len(choices)
        turn |= {"choice": choices[int(typed) - 1]["payload"]} if pressed else {"text": typed}
        try:
            choices = show(console, answer(turn))
        except ShellError as error:
            console.print(f"{error} In an emergency call 112 or your local number.", style="yellow")


if __name__ == "__main__":
    sys.exit(main())
