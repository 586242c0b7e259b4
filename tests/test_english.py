"""Prose, messages and docstrings avoid phrases that a native writer would not use, as far as a search can find them.

To check another folder, add a pattern such as "nn/**/*" to CHECKED; to add a rule, add it to RULES with the cure.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHECKED = ("notebooks/**/*", "chalkgrad/**/*", "autograd/*", "*.md", "benchmarks/*.md", "docs/**/*", "tests/*.md")
FILES = [path for pattern in CHECKED for path in sorted(ROOT.glob(pattern)) if path.suffix in (".py", ".md")]
RULES = {
    r"\b([Nn]obody|[Ss]omebody|[Ee]verybody|[Ww]hoever|[Aa]nybody)\b": "you, we, or the passive",
    r"(^|[,.;:(] |\b(if|what|as|so|when|where|how|here|there|and|then|because|than) )one "
    r"(can|has|wants?|may|must|sees|knows|adds|does|reads|would|could|needs)\b": "you can",
    r"\b(can|would|should|did|may|must|could) one\b(?! (of|more|thing))": "you can",
    r"\bstands?\b(?! (for|still|out)\b)": "is, appears, contains",
    r"\b(is|are|was|were) wanted\b|\bWanted is\b": "should be, expected",
    r"\b(is|are|was|were) to be (\w+ed|done|seen|said|had|hit|found|given|taken|made|shown)\b": "can, should, will",
    r"\b[Hh]ow many \w+( \(\w+\))? has\b": "How many ... does it have?",
    r"\b(anew|for ever|shall|farther)\b|\bany more\b(?! (than|of))": "again, forever, will, further, no longer",
    r"(?<!there )\bis none\b|\bno Values?\b": "is not a ...",
    r"\b(the other one|another one)\b(?! of)": "drop 'one'",
    r"\bby heart\b": "memorise",
    r", and so (?!on\b|(does|do|did|is|are|has|have|can)\b)": "so",
    r"\b(slopes?|derivatives?) by [a-z]\b": "with respect to",
    r"(?<!by )\bhand(s|ed|ing)? (\w+ ){0,2}on\b(?! (the|a) )": "pass on, propagate",
    r"\bowe[ds]?\b|\bwithout a word\b": "say it plainly",
}


def prose(path: Path) -> Iterator[str]:
    """The prose of a file: all of a Markdown file; the comments, docstrings and messages of a Python file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        yield re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        return
    comments = [t for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.COMMENT]
    yield re.sub(r"`[^`]*`", "`code`", " ".join(token.string.lstrip("# ") for token in comments))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.value


def found(text: str) -> list[str]:
    """Each phrase that a rule forbids, with its context and the cure."""
    text = " ".join(text.split())
    return [
        f"...{text[max(0, match.start() - 30) : match.end() + 20]}...  ->  {cure}"
        for rule, cure in RULES.items()
        for match in re.finditer(rule, text)
    ]


def test_prose_avoids_the_listed_phrases() -> None:
    phrases = {str(path.relative_to(ROOT)): [each for text in prose(path) for each in found(text)] for path in FILES}
    assert {path: those for path, those in phrases.items() if those} == {}


@pytest.mark.parametrize(
    ("sentence", "count"),
    [
        ("Nobody computed it.", 1),
        ("a number that nobody computed", 1),
        ("here one can see it, and so it stands in the list", 3),
        ("How many boxes has the graph of f?", 1),
        ("A number is wanted, and this is none.", 2),
        ("the slope by b", 1),
        ("each hands its gradient on to b, for ever", 2),
        ("Along a path multiply, over the paths add, and so on.", 0),
        ("sigma stands for the sigmoid; one of the two can be moved", 0),
    ],
)
def test_the_rules_find_their_examples(sentence: str, count: int) -> None:
    assert len(found(sentence)) == count
