"""Objects that were written by another definition than the one that there is now: what can still be told of them."""

from collections.abc import Iterable, Sequence

from dsf_batch.command import NotNow
from dsf_dataset import Dataset


def require_own(run: str, key: str, found: Sequence[str], wanted: Sequence[str]) -> None:
    """@raise NotNow for an object of the run with other columns than the definition's, in their order"""
    if found != wanted:
        what = unlike(found, wanted) or "the columns are in another order"
        raise NotNow(
            f"run {run} was written by another definition than the one that there is now: in {key} {what}"
        )


def require_columns(dataset: Dataset, key: str, columns: Iterable[str], wanted: Iterable[str]) -> None:
    """
    What tells the rows of a key apart. Stages refuse a definition in which such a column is another one, so there is no rule for it.
    @raise NotNow
    """
    there = set(columns)
    for name in wanted:
        if name not in there:
            raise NotNow(
                f'{key} has no column "{name}", which is of the key or the version of {dataset.name} now, so what came before cannot be told. '
                "A field of another name keeps its column by x-dsf.column"
            )


def unlike(found: Iterable[str], wanted: Iterable[str]) -> str | None:
    """Which columns are not the same ones; None when all are."""
    there, expected = dict.fromkeys(found), dict.fromkeys(wanted)
    gone = [name for name in expected if name not in there]
    more = [name for name in there if name not in expected]
    parts = [
        f"{what} {', '.join(names)}" for what, names in (("there is no", gone), ("there is", more)) if names
    ]
    return " and ".join(parts) or None
