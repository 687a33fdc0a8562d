"""Which revision of a key is the newer one: by what the texts of versions say, as finely as they say it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dsf_batch.command import NotNow
from dsf_batch.store import Store
from dsf_dataset import (
    LANDING_EXTENSIONS,
    Dataset,
    Field,
    compile_reader,
    compile_times,
    dataset_prefix,
    landing_key,
)
from dsf_dataset.texts import normalize_text

from .landing import Landed, read_landing
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
    unit, exact_of = unit_of(field), exact_reader(field)
    asked = {
        key: found[key]
        for key, exact in rows
        if key in found and exact % unit and exact // unit == found[key].exact // unit
    }
    for run in sorted({past.run for past in asked.values()}):
        landed = _landed(store, dataset, run)
        cells, column = dict(landed.rows), landed.fields.index(field.name)
        for key, past in asked.items():
            if past.run == run:
                found[key] = replace(past, exact=exact_of(cells[past.row][column]))
    return found


def _landed(store: Store, dataset: Dataset, run: str) -> Landed:
    there = {item.key for item in store.list(dataset_prefix("landing", dataset.name))}
    names = (landing_key(dataset.name, run, extension) for extension in LANDING_EXTENSIONS)
    key = next((name for name in names if name in there), None)
    if key is None:
        raise NotNow(f"the landing file of run {run} is gone, which says how fine its versions are")
    return read_landing(unpacked(key, store.get(key), dataset), dataset)
