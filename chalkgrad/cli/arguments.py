"""How are the arguments of a command checked?

Each function is the `type` of an argparse argument; its error is shown after the argument's name. `Parser` is
argparse's parser; it also accepts another order, and suggests a command, choice or option for an unknown one.
"""

from __future__ import annotations

import re
from argparse import Action, ArgumentError, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

DIRECTIONS = ("auto", "LR", "TB", "RL", "BT")
"""Of a picture: from left to right, from top to bottom, and back."""


class Parser(ArgumentParser):
    """Finds the formula or data set after an option of many values too, and knows what an unknown option is here.

    >>> parser = Parser(prog="train")
    >>> _ = parser.add_argument("dataset"), parser.add_argument("--hidden", type=positive_int, nargs="+")
    >>> parser.parse_args(["--hidden", "8", "4", "moons"])
    Namespace(dataset='moons', hidden=[8, 4])
    """

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        self._options: dict[str, Action] = {}
        self._takes_more = self._takes_formula = False
        super().__init__(*arguments, **settings)

    def add_argument(self, *names: Any, **settings: Any) -> Action:
        """Declare an argument, as argparse does."""
        action = super().add_argument(*names, **settings)
        self._options |= dict.fromkeys(action.option_strings, action)
        self._takes_more |= not action.option_strings
        self._takes_formula |= not action.option_strings and action.metavar == "EXPR"
        return action

    def parse_known_args(  # type: ignore[override] # argparse declares three ways to call it, and means this one
        self, args: Sequence[str] | None = None, namespace: Namespace | None = None
    ) -> tuple[Namespace, list[str]]:
        """As argparse's; but a subcommand reports its own unknown options."""
        known, unknown = super().parse_known_args(None if args is None else self._first(list(args)), namespace)
        if unknown:
            said = " ".join(map(str.strip, unknown))
            near = self._nearest(unknown[0].partition("=")[0])
            if "--at" in self._options and re.fullmatch(r"[^\W\d]\w*=.+", unknown[0]):
                near = f"--at {said}"
            self.error(f"unrecognized arguments: {said}" + (f"; did you mean {near}?" if near else ""))
        return known, unknown

    def _check_value(self, action: Action, value: Any) -> None:
        """As argparse's; the error suggests the choice that is most similar, or begins with what was typed."""
        try:
            super()._check_value(action, value)
        except ArgumentError as error:
            near = _most_similar(str(value), list(map(str, action.choices or ())))
            error.message += f"; did you mean {near}?" if near else ""
            raise

    def _first(self, texts: list[str]) -> list[str]:
        """The arguments, with what follows the values of an option, and cannot be one of them, moved to the beginning.

        argparse would take it for one more value. A formula that begins with a minus gets a space before it; else
        argparse would take it for an option. Where something comes outside of all options, nothing is moved.
        """
        end = texts.index("--") if "--" in texts else len(texts)
        texts = [f" {text}" if n < end and self._is_formula(text) else text for n, text in enumerate(texts)]
        option, left, found = None, 0.0, None
        for n, text in enumerate(texts):
            if text == "--":
                break
            if text in self._options:
                option = self._options[text]
                left = 1.0 if option.nargs is None else float("inf") if option.nargs == "+" else 0.0
                first = n + 1
            elif text.startswith("--"):
                option, left = None, 0.0
            elif not left:
                return texts
            elif option is not None and option.nargs == "+" and n > first and not _fits(option, text):
                found, left = n, 0.0
            else:
                left -= 1.0
        return texts if found is None or not self._takes_more else [texts[found], *texts[:found], *texts[found + 1 :]]

    def _is_formula(self, text: str) -> bool:
        """Whether a text that begins with a minus is a formula, such as -a*b or -a, not an option."""
        looks_like_one = r"-[\w.(][^=]*[*/+()-][^=]*" + (r"|-[^\W\d]\w*" if self._takes_formula else "")
        return self._takes_more and text[:2] not in self._options and bool(re.fullmatch(looks_like_one, text))

    def _nearest(self, option: str) -> str:
        """The known option that an unknown one probably means: --learning-rate for --lr."""
        words = option.strip("-")
        if option in self._options:  # it comes where options are not looked for
            return ""
        for name in self._options:
            if words and words == "".join(word[0] for word in name.strip("-").split("-")):
                return name
        return next(iter(get_close_matches(option, self._options, n=1)), "")


def _most_similar(typed: str, choices: Sequence[str]) -> str:
    words = {word: choice for choice in reversed(choices) for word in (*choice.split("-"), choice)}
    longer = [choice for choice in choices if typed and choice.startswith(typed)]
    return next(iter(longer or [words[word] for word in get_close_matches(typed, words, n=1)]), "")


def _fits(option: Action, text: str) -> bool:
    """Whether a text can be a value of an option."""
    if option.choices is not None:
        return text in option.choices
    try:
        return not callable(option.type) or option.type(text) is not None
    except (ArgumentTypeError, ValueError, TypeError):
        return False


def _whole_number(text: str, lowest: int) -> int:
    if not text.isdecimal() or int(text) < lowest:
        raise ArgumentTypeError(f"{text!r} must be a whole number of at least {lowest}")
    return int(text)


def positive_int(text: str) -> int:
    """A whole number of at least 1.

    >>> positive_int("16")
    16
    """
    return _whole_number(text, 1)


def seed_number(text: str) -> int:
    """A whole number of at least 0.

    >>> seed_number("0")
    0
    """
    return _whole_number(text, 0)


def positive_float(text: str) -> float:
    """A finite number above 0.

    >>> positive_float("1e-2")
    0.01
    """
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise ArgumentTypeError(f"{text!r} must be a number above 0, such as 0.01")
    return number


def any_float(text: str) -> float:
    """A number.

    >>> any_float("-1e-3")
    -0.001
    """
    try:
        return float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} must be a number, such as 0.001") from None
