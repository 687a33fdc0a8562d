"""The name that a field gets in Avro, Parquet, Elasticsearch and CEL."""

import re

_LETTERS = (
    "\u0250-\u02af\u0370-\u1aaf\u1b00-\u1dbf\u1f00-\u1fff\u2c00-\u2dff\u2e80-\u2fff"
    "\u3005-\u3007\u3021-\ud7ff\uf900-\ufdff\ufe70-\ufefe"
    "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc"
    "\U00010000-\U0001efff\U00020000-\U0003ffff"
)
"""Letters behind the Latin ones and their marks."""

_SIGNS = (
    "\u02b0-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020"
    "\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
"""Accents and signs between those letters. They also stand in Latin names: `Hawaiʻi`, an `é` of two code points."""

_MARKED_LATIN = "\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"

_TO_SPELL = re.compile(f"(^[{_MARKED_LATIN}]|[{_LETTERS}])")
_OTHER_SCRIPT = re.compile(f"[{_LETTERS}{_SIGNS}]")
"""Signs such as `%` and `€` are none of these."""


def column_name(name: str) -> str:
    """
    What is no ASCII letter, digit or `_` becomes `_`. Nothing would be left of letters of another script, so each of those
    is spelled by its code point, with a `_` between it and what stands beside it: `名前1` is `u540d_u524d_1`. So is a Latin
    letter with a mark in the first place, because Elasticsearch keeps names that begin with `_`: `État` is `uc9_tat`.
    """
    if not re.search("[A-Za-z0-9]", name) and _OTHER_SCRIPT.search(name):
        return "_".join(map(_spell, name))
    # what is split by stands between the others: every second part
    parts = [_spell(part) if i % 2 else _keep_ascii(part) for i, part in enumerate(_TO_SPELL.split(name))]
    column = "_".join(filter(None, parts))
    return f"_{column}" if column[:1].isdigit() else column


def _spell(letter: str) -> str:
    return f"u{ord(letter):x}"


def _keep_ascii(text: str) -> str:
    """Beyond U+FFFF a sign counts as two, as in the stages."""
    return re.sub("[^A-Za-z0-9_]", lambda found: "_" * (1 + (ord(found[0]) > 0xFFFF)), text)
