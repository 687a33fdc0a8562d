"""Patterns of the definition are JavaScript's regular expressions (flag `u`); here they become Python's."""

import re
import sys
import unicodedata
from functools import cache

from .texts import SPACE

_TOKEN = re.compile(
    r"""
      \\[pP]\{(?P<property>[^}]*)\}
    | \\u\{(?P<code>[0-9a-fA-F]+)\}
    | \\k<(?P<back>\w+)>
    | \\(?P<escaped>.)
    | \(\?<(?P<group>[A-Za-z_]\w*)>
    | (?P<plain>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_SPACES = re.escape(SPACE)
_CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": _SPACES}
_LINE_ENDS = r"\n\r\u2028\u2029"
_NAMES = {
    "Letter": "L",
    "Lowercase_Letter": "Ll",
    "Uppercase_Letter": "Lu",
    "Number": "N",
    "Decimal_Number": "Nd",
}


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """To be matched in full. @raise ValueError or re.error for what Python has no word for"""
    parts: list[str] = []
    in_class = False
    for token in _TOKEN.finditer(pattern):
        plain = token["plain"]
        parts.append(_translated(token, in_class))
        if plain == "[":
            in_class = True
        elif plain == "]":
            in_class = False
    return re.compile("".join(parts))


def _translated(token: re.Match[str], in_class: bool) -> str:
    if token["property"] is not None:
        return _bracketed(_property(token["property"]), token[0][1] == "P", in_class)
    if token["code"] is not None:
        return re.escape(chr(int(token["code"], 16)))
    if token["back"] is not None:
        return f"(?P={token['back']})"
    if token["group"] is not None:
        return f"(?P<{token['group']}>"
    if token["escaped"] is not None:
        return _escaped(token["escaped"], in_class)
    return _plain(token["plain"], in_class)


def _escaped(letter: str, in_class: bool) -> str:
    if letter.lower() in _CLASSES:
        return _bracketed(_CLASSES[letter.lower()], letter.isupper(), in_class)
    if letter in "bB" and not in_class:
        word, no_word = "[A-Za-z0-9_]", "(?![A-Za-z0-9_])"
        edge = f"(?:(?<={word}){no_word}|(?<!{word})(?={word}))"
        return edge if letter == "b" else f"(?!{edge})"
    # what is special in JavaScript only is a plain character in Python, which refuses to see it escaped
    return letter if letter in "/" else f"\\{letter}"


def _plain(letter: str, in_class: bool) -> str:
    if in_class:
        return f"\\{letter}" if letter in "[&|~" else letter
    return {"$": r"\Z", ".": f"[^{_LINE_ENDS}]"}.get(letter, letter)


def _bracketed(content: str, negated: bool, in_class: bool) -> str:
    if not in_class:
        return f"[{'^' if negated else ''}{content}]"
    if negated:
        raise ValueError("a negated class inside a class is not supported here")
    return content


def _property(name: str) -> str:
    wanted = name.removeprefix("General_Category=").removeprefix("gc=")
    return _characters(_NAMES.get(wanted, wanted))


@cache
def _characters(category: str) -> str:
    """All characters of a general category, as ranges of a class."""
    if not re.fullmatch("[LMNPSZC][a-z]?", category):
        raise ValueError(f"\\p{{{category}}} is not supported here; general categories are, as in \\p{{Lu}}")
    ranges: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)).startswith(category):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges)
