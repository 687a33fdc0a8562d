"""Words that the definition does not have: whether passing them over could change what is read."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_OWN_WORD = re.compile(r"[$_]|x-|.*:", re.DOTALL)
"""A word of somebody's own (`x-note`, `custom:note`, `$schema`), that cannot be meant for us."""


@dataclass(frozen=True)
class OpenObject:
    """What an open object of the standard may hold."""

    known: Sequence[str]
    harmless: str
    """Of the standard, and nothing that is read depends on it."""
    unread: str = ""
    """Of the standard or of its tools; not read here, so data would change."""
    elsewhere: Sequence[str] = ("x-dsf",)
    """Words of other places, which would be passed over in silence where they are."""
    closed: bool = True
    """Any other word is refused too."""


def word_problem(word: str, place: OpenObject) -> str | None:
    if word in place.known or word in place.harmless.split(" "):
        return None
    if meant := nearest(word, place.known):
        return f'is unknown, did you mean "{meant}"?'
    if word in place.unread.split(" "):
        return "is not supported"
    if word in place.elsewhere:
        return "is not read here, it belongs to another place (docs/dataset.md)"
    if _OWN_WORD.match(word):
        return None
    return _strayed(word, place.elsewhere) or (unknown_word(word, place.known) if place.closed else None)


def _strayed(word: str, elsewhere: Sequence[str]) -> str | None:
    meant = nearest(word, elsewhere, _edits_elsewhere)
    return (
        f'is unknown, did you mean "{meant}"? That belongs to another place (docs/dataset.md)'
        if meant
        else None
    )


def unknown_word(word: str, known: Sequence[str]) -> str:
    meant = nearest(word, known)
    return f'is unknown, did you mean "{meant}"?' if meant else f"is unknown; known are {', '.join(known)}"


def _edits_here(word: str) -> int:
    """That make a typo of a word: one in a short word and two in a longer one."""
    return 2 if len(word) > 5 else 1


def _edits_elsewhere(word: str) -> int:
    """
    Fewer for a word of another place, where most words are meant as they are: `links` is no typo of `sinks`, nor `lines`
    of `lanes`.
    """
    return 2 if len(word) > 9 else int(len(word) > 6)


def nearest(word: str, known: Sequence[str], most: Callable[[str], int] = _edits_here) -> str | None:
    """The known word that a typo makes `word` of: other case or signs, or few edits."""
    if len(word) < 3:
        return None
    for one in known:
        if _plain(one) == _plain(word):
            return one
    counts = [(_distance(word.lower(), one.lower()), one) for one in known]
    near = [(count, one) for count, one in counts if count <= most(one)]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _plain(text: str) -> str:
    return re.sub("[^a-z0-9]", "", text.lower())


def _distance(a: str, b: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment)."""
    if abs(len(a) - len(b)) > 2:
        return 3
    rows = [list(range(len(b) + 1))]
    for i in range(1, len(a) + 1):
        row = [i]
        for j in range(1, len(b) + 1):
            change = a[i - 1] != b[j - 1]
            least = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + change)
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                least = min(least, rows[i - 2][j - 2] + 1)
            row.append(least)
        rows.append(row)
    return rows[-1][-1]
