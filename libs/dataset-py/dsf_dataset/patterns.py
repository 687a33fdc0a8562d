"""Patterns of the definition are RE2's, here by RE2 itself; and which of them are tried on long texts too."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import re2

LONGEST_TEXT = 1000
_LONGEST_PATTERN = 10_000
_LONG = 65_536
_MOST_STEPS = 10_000_000
_SYNTAX = re.escape("^$\\.*+?()[]{}|/")
_ATOM = re.compile(
    rf"""
      [^\\^$.|?*+()\[\]{{}}] | \. | \\[dDwWsS] | \\[{_SYNTAX}]
    | \[ \^? (?: [A-Za-z0-9]-[A-Za-z0-9] | [^\\\]\[^&~-] | \\[dws] | \\[{_SYNTAX}-] )+ -? \]
    """,
    re.VERBOSE | re.DOTALL,
)
_COUNT = re.compile(r"[?*+]|\{([0-9]{1,4})(?:(,)([0-9]{0,4}))?\}")


@dataclass(frozen=True)
class Pattern:
    """To be matched in full; a text of more than `longest` UTF-16 units does not match."""

    compiled: Any
    longest: float

    def matches(self, text: str) -> bool:
        return units(text) <= self.longest and self.compiled.fullmatch(text) is not None


def units(text: str) -> int:
    """Characters as JavaScript counts them."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def compile_pattern(pattern: str) -> Pattern:
    """@raise ValueError for what RE2 does not take"""
    if (length := units(pattern)) > _LONGEST_PATTERN:
        raise ValueError(f'"{pattern[:40]}…" has {length} characters, expected at most {_LONGEST_PATTERN}')
    try:
        compiled = re2.compile(pattern, _quiet())
        repeated = len(set(re.findall(r"\(\?P?<(\w+)>", pattern))) < len(re.findall(r"\(\?P?<\w+>", pattern))
        if repeated or re.search(r"(?<!\\)(?:\\\\)*\\C", pattern):
            raise re2.error("\\C, or two groups of one name")
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0]
        raise ValueError(
            f'"{pattern}" is no regular expression of RE2 ({reason}); lookaround and backreferences are not in it'
        ) from error
    return Pattern(compiled, float("inf") if _is_plain(pattern) else LONGEST_TEXT)


def _quiet() -> Any:
    options = re2.Options()
    options.log_errors = False
    return options


def _is_plain(pattern: str) -> bool:
    """Rows of characters and classes, with few enough ways to share a long text out among their repetitions."""
    steps = 0
    anchored = re.fullmatch(r"\^([^|]*)(?<!\\)\$", pattern, re.DOTALL)
    for row in _rows(anchored[1] if anchored else pattern.removeprefix("(?s)")):
        ways, length = 1, 0
        for least, most in row:
            ways *= _LONG if most is None else most - least + 1
            length += least if most is None else most
        steps += ways * (length + 1)
        if any(least < 0 for least, _ in row):
            return False
    return steps <= _MOST_STEPS


def _rows(pattern: str) -> Iterator[list[tuple[int, int | None]]]:
    """How often each atom is repeated, for each row between `|`; -1 for what is no atom."""
    row: list[tuple[int, int | None]] = []
    at = 0
    while at < len(pattern):
        if pattern[at] == "|":
            yield row
            row, at = [], at + 1
            continue
        atom = _ATOM.match(pattern, at)
        if not atom:
            yield [(-1, 0)]
            return
        count = _COUNT.match(pattern, atom.end())
        at = count.end() if count else atom.end()
        if count and pattern[at : at + 1] in ("?", "*", "+", "{"):
            yield [(-1, 0)]
            return
        row.append(_often(count))
    yield row


def _often(count: re.Match[str] | None) -> tuple[int, int | None]:
    if count is None:
        return 1, 1
    if count[0] in "?*+":
        return int(count[0] == "+"), 1 if count[0] == "?" else None
    least = int(count[1])
    return least, least if not count[2] else (int(count[3]) if count[3] else None)
