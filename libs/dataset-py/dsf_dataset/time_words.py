"""Names of months, weekdays and halves of a day in one locale, by the table of the stages (`time_names.json`, which infra/schemas.ts writes)."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

_NAMES: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "time_names.json").read_text("utf-8"))
_BLANK = "[ \\t\u00a0\u202f]"


@dataclass(frozen=True)
class TimeWords:
    expressions: dict[str, str]
    """By directive: B, b, A, a, p."""
    months: dict[str, int]
    """1 to 12, by a name in small letters."""
    halves: dict[str, int]
    """0 or 1."""

    def month(self, name: str) -> int:
        return self.months[_small(name)]

    def half(self, name: str) -> int:
        return self.halves[_small(name)]


def time_words(locale: str) -> TimeWords:
    table = _NAMES[locale]
    return TimeWords(
        {word: _any_of(table[word]) for word in "BbAap"},
        {**_numbered(table["b"], 1), **_numbered(table["B"], 1)},
        _numbered(table["p"], 0),
    )


def _small(name: str) -> str:
    return re.sub(_BLANK, " ", name.lower())


def _numbered(names: str, first: int) -> dict[str, int]:
    alike = enumerate(names.split(","), first)
    return {_small(name): i for i, some in alike for name in some.split("/")}


def _any_of(names: str) -> str:
    return "|".join("".join(_letter(c) for c in name) for name in re.split("[,/]", names))


def _letter(c: str) -> str:
    """In either case; some have no way back, as the dotless i."""
    if c == " ":
        return _BLANK
    cases = [one for one in (c, c.lower(), c.upper()) if len(one) == 1 and one.lower() == c.lower()]
    return f"[{''.join(cases)}]" if len(set(cases)) > 1 else re.escape(c)
