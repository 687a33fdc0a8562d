"""
Patterns of times: the directives of Python's strptime in its C locale, those that d3-time-format has beside them (%q, %s, %Q), and the
forms that `any` stands for.
"""

import re
import unicodedata
from collections.abc import Callable

from .time_words import TimeWords, time_words

Said = dict[str, str | None]
"""What a text says of a time, in digits: Y (four of them), m, d, j, H, M, S, f; and z; or all of it by s or Q."""

_DIRECTIVES = {
    "Y": "[0-9]{4}",
    "y": "[0-9]{2}",
    "m": "1[0-2]|0?[1-9]",
    "q": "[1-4]",
    "d": "3[01]|[12][0-9]|0?[1-9]",
    "e": "3[01]|[12][0-9]|[ 0]?[1-9]",
    "j": "36[0-6]|3[0-5][0-9]|[12][0-9]{2}|0[1-9][0-9]|00[1-9]|[1-9][0-9]|0[1-9]|[1-9]",
    "H": "2[0-3]|[01][0-9]|[0-9]|24",
    "I": "1[0-2]|0?[1-9]",
    "M": "[0-5][0-9]|[0-9]",
    "S": "[0-5][0-9]|[0-9]",
    "f": "[0-9]{1,9}",
    "z": "Z|[+-][0-9]{2}:?[0-9]{2}",
    "Z": "[uU][tT][cC]|[gG][mM][tT]|[zZ]",
    "s": "-?[0-9]{1,12}",
    "Q": "-?[0-9]{1,15}",
}
_ACCENTS = re.compile("[\u0300-\u036f]")
"""Apart from their letters, as some systems write them."""
_KNOWN = " ".join(f"%{name}" for name in "YymbBqdejaAHIpMSfzZsQ%")
_RIVALS = ("Yy", "mbBqj", "dej", "qd", "qe", "HI", "aA", "zZ")


def compile_format(pattern: str, locale: str = "en") -> Callable[[str], Said | None]:
    """@raise ValueError for a pattern that cannot be understood"""
    words = time_words(locale)
    directives = _DIRECTIVES | words.expressions
    used: list[str] = []

    def expression(found: re.Match[str]) -> str:
        name, space, literal = found[1], found[2], found[3]
        if space is not None:
            return "[ \\t]+"
        if literal is not None:
            return re.escape(literal)
        if name == "%":
            return "%"
        if name not in directives:
            raise ValueError(f'%{name} in "{pattern}" is not supported; known are {_KNOWN}')
        if name in used:
            raise ValueError(f'"{pattern}" has %{name} twice')
        used.append(name)
        return f"(?P<{name}>{directives[name]})"

    compiled = re.compile(re.sub(r"%(.?)|([ \t]+)|([^%])", expression, pattern, flags=re.DOTALL))
    _refuse_contradiction(pattern, used)

    def read(text: str) -> Said | None:
        match = compiled.fullmatch(text)
        if match is None and _ACCENTS.search(text):
            match = compiled.fullmatch(unicodedata.normalize("NFC", text))
        return _in_digits(match.groupdict(), words) if match else None

    return read


def _refuse_contradiction(pattern: str, used: list[str]) -> None:
    if instant := next((name for name in "sQ" if name in used), None):
        more = [name for name in used if name != instant and (instant == "Q" or name != "f")]
        if more:
            raise ValueError(f'"{pattern}" has %{more[0]} beside %{instant}, which says all of a time')
        return
    if not {"Y", "y"} & set(used):
        raise ValueError(f'"{pattern}" is no time format: %Y, %y, %s or %Q is missing')
    for rivals in _RIVALS:
        both = [f"%{name}" for name in rivals if name in used]
        if len(both) > 1:
            raise ValueError(f'"{pattern}" has {" and ".join(both)}, which say the same')
    if ("I" in used) != ("p" in used):
        raise ValueError(f'"{pattern}" needs %I and %p together: an hour of 12, and which half of the day')


def _in_digits(found: Said, words: TimeWords) -> Said:
    said = dict(found)
    if found.get("s") or found.get("Q"):
        return said | {"z": "Z"}
    if short := found.get("y"):
        said["Y"] = f"{'20' if int(short) < 69 else '19'}{short}"
    if name := found.get("b") or found.get("B"):
        said["m"] = str(words.month(name))
    if quarter := found.get("q"):
        said["m"] = str(int(quarter) * 3 - 2)
    if blank := found.get("e"):
        said["d"] = blank.strip()
    if (hour := found.get("I")) and (half := found.get("p")):
        said["H"] = str(int(hour) % 12 + 12 * words.half(half))
    if found.get("Z"):
        said["z"] = "Z"
    return said


def _any_dates() -> list[str]:
    forms = ["%Y/%m/%d", "%Y.%m.%d"]
    for month in ("%b", "%B"):
        forms += [f"%d {month} %Y", f"%d-{month}-%Y", f"{month} %d, %Y", f"{month} %d %Y"]
    return forms


def _any_datetimes() -> list[str]:
    clocks = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
    mail = "%a, %d %b %Y %H:%M:%S"
    dates = _any_dates()
    return [*dates, *(f"{day} {clock}" for day in dates for clock in clocks), f"{mail} %z", f"{mail} %Z"]


ANY = {"date": _any_dates(), "datetime": _any_datetimes()}
"""Behind ISO 8601: the year first, or the month in letters, so that there is one way only to read them."""
