"""Differences between what must be and what is, each with the row it is about."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from tabulate import tabulate

from .own import KEY

SHOWN = 20


@dataclass(frozen=True)
class Difference:
    where: str
    """processed, lake, quarantine, receipt, profile or trends."""
    column: str
    key: str
    expected: Any
    found: Any


def compare_rows(
    where: str, expected: pd.DataFrame, found: pd.DataFrame, names: pd.Series
) -> list[Difference]:
    """
    Rows by number: those that are missing, too many, or there twice, and then every column of `expected`, value by
    value. `names` says of each row of the file what it is (outcome), for rows that should not be there.
    """
    labels = _labels(expected, found)
    missing = expected.index.difference(found.index)
    extra = found.index.difference(expected.index).unique()
    twice = found.index[found.index.duplicated()].unique()
    whole = [Difference(where, "(row)", labels.loc[row], "there", "missing") for row in missing]
    whole += [
        Difference(where, "(row)", labels.loc[row], names.get(row, "no such row"), "there") for row in extra
    ]
    whole += [Difference(where, "(row)", labels.loc[row], "once", "more than once") for row in twice]
    both = expected.index.intersection(found.index.difference(twice))
    return whole + [
        difference
        for column in expected.columns
        for difference in compare_values(
            where, column, expected[column].loc[both], found[column].loc[both], labels
        )
    ]


def compare_values(
    where: str, column: str, expected: pd.Series, found: pd.Series, labels: pd.Series
) -> Iterable[Difference]:
    """One column of the same rows. Values are equal, and of one type, or both missing."""
    both_missing = expected.isna() & found.isna()
    wrong = ~((expected == found) | both_missing)
    for row in expected.index[wrong]:
        yield Difference(where, column, labels.loc[row], expected.loc[row], found.loc[row])


def close(expected: pd.Series, found: pd.Series, relative: float = 1e-9) -> pd.Series:
    """Numbers that are the same but for the order in which they were added up; missing is close to missing only."""
    left, right = expected.astype("float64").to_numpy(), found.astype("float64").to_numpy()
    return pd.Series(np.isclose(left, right, rtol=relative, atol=1e-12, equal_nan=True), index=expected.index)


def _labels(expected: pd.DataFrame, found: pd.DataFrame) -> pd.Series:
    keys = pd.concat([found[KEY], expected[KEY]])
    keys = keys[~keys.index.duplicated(keep="last")]
    texts = ["" if key is None else f"{key} " for key in keys]
    return pd.Series(
        [f"{text}(row {row})" for text, row in zip(texts, keys.index, strict=True)], index=keys.index
    )


def table_of(differences: list[Difference], form: str = "simple") -> str:
    """Some of them, as people read a table."""
    rows = [(d.where, d.column, d.key, _short(d.expected), _short(d.found)) for d in shown(differences)]
    headers = ["where", "column", "key", "expected", "found"]
    return tabulate(rows, headers, tablefmt=form, disable_numparse=True)


def shown(differences: list[Difference]) -> list[Difference]:
    """The first ones of each place, so that a fault of many rows does not hide another one."""
    places = Counter(d.where for d in differences)
    most = SHOWN
    while most > 1 and sum(min(most, count) for count in places.values()) > SHOWN:
        most -= 1
    taken: Counter[str] = Counter()
    shown = []
    for difference in differences:
        taken[difference.where] += 1
        if taken[difference.where] <= most:
            shown.append(difference)
    return shown


def _short(value: Any) -> str:
    text = "(missing)" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
