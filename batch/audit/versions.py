"""Which revision of a key is the newer one: by what the texts of versions say, as finely as they say it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dsf_batch.command import NotNow
from dsf_batch.store import Store
from dsf_dataset import (
    Dataset,
    Field,
    compile_reader,
    compile_times,
    landing_prefix,
)
from dsf_dataset.texts import normalize_text

from .landing import read_landing
from .unpack import unpacked


@dataclass(frozen=True)
class Past:
    """The revision of a key that was let through last before a run."""

    exact: int
    """Its version: an integer, or nanoseconds since 1970. What the stages wrote of it ends at the millisecond."""
    version: int
    """Its `dsf_version`."""
    run: str = ""
    row: int = 0
    """Where its text stands: the number of the row in the landing file of the run."""


def unit_of(field: Field) -> int:
    """Nanoseconds of a datetime are in millions for each `dsf_version`."""
    return 1_000_000 if field.type == "datetime" else 1


def exact_reader(field: Field) -> Callable[[str | None], int]:
    """Reads the version that the cell of a clean row says; a missing one is the field's default."""
    read, unit = compile_reader(field), unit_of(field)
    times = compile_times("datetime", field.format, field) if field.type == "datetime" else None

    def exact(text: str | None) -> int:
        fine = None if times is None or text is None else times.exact(normalize_text(text, field))
        value = read(text)
        return fine if fine is not None else int(value) * unit if isinstance(value, int) else 0

    return exact


def new_versions(
    keys: Iterable[str], exact: Iterable[int], history: Mapping[str, Past], unit: int
) -> list[int | None]:
    """
    The `dsf_version` of each row, None for one that is not above all that came before for its key. Versions of one
    millisecond are apart by one, so that the newer one is the greater one everywhere.
    """
    past = dict(history)
    found: list[int | None] = []
    for key, mark in zip(keys, exact, strict=True):
        last = past.get(key)
        if last and mark <= last.exact:
            found.append(None)
            continue
        version = max(mark // unit, last.version + 1) if last else mark // unit
        past[key] = Past(mark, version)
        found.append(version)
    return found


def exact_history(
    store: Store, dataset: Dataset, history: Mapping[str, Past], rows: Sequence[tuple[str, int]]
) -> dict[str, Past]:
    """
    The history with its versions as they were written, for the keys of `rows` (key, version) that could be told from
    them by less than a millisecond only. Reads the landing files that brought them.
    """
    found = dict(history)
    field = dataset.version_field
    if field is None or field.type != "datetime":
        return found
    unit = unit_of(field)
    asked = {
        key: found[key]
        for key, exact in rows
        if key in found and exact % unit and exact // unit == found[key].exact // unit
    }
    for run in sorted({past.run for past in asked.values()}):
        of_run = {key: past for key, past in asked.items() if past.run == run}
        found.update(_exact_in(store, dataset, field, of_run))
    return found


def _exact_in(store: Store, dataset: Dataset, field: Field, asked: Mapping[str, Past]) -> dict[str, Past]:
    """
    From the landing file of their run. Where it was fetched more than once, it is the one whose texts say the versions as the
    stages wrote them; another one may be any file.
    """
    run = next(iter(asked.values())).run
    for item in store.list(landing_prefix(dataset.name, run)):
        if ".csv" not in item.key:
            continue
        texts = _texts(item.key, store.get(item.key), dataset, field.name)
        exact = {key: exact_reader(field)(texts.get(past.row)) for key, past in asked.items()}
        if all(exact[key] // unit_of(field) == past.exact // unit_of(field) for key, past in asked.items()):
            return {key: replace(past, exact=exact[key]) for key, past in asked.items()}
    raise NotNow(f"the landing file of run {run} is gone, which says how fine its versions are")


def _texts(key: str, content: bytes, dataset: Dataset, name: str) -> dict[int, str]:
    """The cells of a field, by number of their row; none of a file that no run can have come of."""
    try:
        landed = read_landing(unpacked(key, content, dataset), dataset)
    except NotNow:
        return {}
    fields = landed.fields[: len(landed.header)]
    return {number: cells[fields.index(name)] for number, cells in landed.rows if name in fields}
