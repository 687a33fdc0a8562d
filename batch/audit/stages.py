"""Compares what must have become of the rows with what each stage left of them."""

from collections import Counter

import numpy as np
import pandas as pd
from dsf_client import Run
from dsf_dataset import DAY_MS, FIRST_MS, NO_VALUE, Dataset, dataset_prefix, iso_date, path_segment

from .compare import Difference, close, compare_rows, compare_values
from .decide import Decision
from .expressions import columns_used, evaluate
from .landing import Landed
from .own import CELLS, CODES, FOLDER, KEY, LANE, OBJECT, OUTCOME, RAW, STAGE


def compare_processed(dataset: Dataset, decision: Decision, found: pd.DataFrame) -> list[Difference]:
    columns = [KEY, LANE, *(field.column for field in dataset.fields)]
    expected = decision.of("clean")[columns]
    if dataset.version_field:
        expected = expected.assign(dsf_version=decision.versions)
    differences = compare_rows("processed", expected, found, decision.rows[OUTCOME])
    return differences if dataset.version_field else differences + _compare_numbers(decision, found)


def _compare_numbers(decision: Decision, found: pd.DataFrame) -> list[Difference]:
    """
    Without a version field a version is the row's number in its lane of the first topic: in a lane of one run, it is as
    far from one row to the next as there are readable rows between them.
    """
    rows = found[found.index.isin(decision.lanes_read.index) & ~found.index.duplicated()]
    begin = rows["dsf_version"].astype("int64") - decision.lanes_read.loc[rows.index]
    usual = begin.groupby(rows[LANE]).transform(lambda of_lane: of_lane.mode()[0])
    expected = (usual + decision.lanes_read.loc[rows.index]).astype(object)
    labels = pd.Series([f"{key} (row {row})" for row, key in rows[KEY].items()], index=rows.index)
    return list(compare_values("processed", "dsf_version", expected, rows["dsf_version"], labels))


def compare_lake(dataset: Dataset, decision: Decision, found: pd.DataFrame) -> list[Difference]:
    """Measured rows with all their columns, and where they lie. Simulated ones are counted in the receipt."""
    clean = decision.of("clean")
    expected = clean[[KEY, LANE, *(field.column for field in dataset.fields)]]
    expected = expected.assign(**{FOLDER: _folders(dataset, clean)})
    measured = found[found["simulated"] == False]  # noqa: E712 -- values of an object column, not truth
    folders = measured[OBJECT].map(lambda key: key.rsplit("/", 1)[0] + "/")
    keys = clean[KEY].reindex(measured.index)
    measured = measured.assign(**{FOLDER: folders, KEY: _with_none(keys)})
    differences = compare_rows("lake", expected, measured, decision.rows[OUTCOME])
    once = measured[~measured.index.duplicated(keep=False)]
    return differences + _compare_computed(dataset, once)


def _folders(dataset: Dataset, rows: pd.DataFrame) -> pd.Series:
    """The prefix of the object that each row belongs to."""
    prefix = dataset_prefix("lake", dataset.name)
    folders = pd.Series(prefix, index=rows.index, dtype=object)
    if dataset.type_field:
        types = rows[dataset.type_field.column]
        folders += types.map(lambda value: f"type={path_segment(value)}/")
    if dataset.event_time:
        folders += rows[dataset.event_time.column].map(lambda value: f"dt={period_of(dataset, value)}/")
    return folders


def period_of(dataset: Dataset, time: int | None) -> str:
    """The value of `dt=` for an event time: the first day of the lake's period that it lies in."""
    if time is None or dataset.event_time is None:
        return NO_VALUE
    days = time if dataset.event_time.type == "date" else time // DAY_MS
    # a window of trends may begin before the first day there is
    day = iso_date(max(days, FIRST_MS // DAY_MS))
    head, month, _ = day.rsplit("-", 2)
    return {"day": day, "month": f"{head}-{month}-01", "year": f"{head}-01-01"}[dataset.lake_period]


def _compare_computed(dataset: Dataset, rows: pd.DataFrame) -> list[Difference]:
    differences: list[Difference] = []
    labels = pd.Series([f"{key} (row {row})" for row, key in rows[KEY].items()], index=rows.index)
    for computed in dataset.computed:
        found = rows[computed.name]
        nothing = rows[columns_used(dataset, computed)].isna().any(axis=1)
        for row in rows.index[nothing & found.notna()]:
            differences.append(Difference("lake", computed.name, labels.loc[row], None, found.loc[row]))
        full = rows[~nothing]
        expected = evaluate(computed, full)
        if expected is None:
            continue
        for row in full.index[~close(expected, full[computed.name], 1e-12)]:
            differences.append(
                Difference("lake", computed.name, labels.loc[row], expected.loc[row], found.loc[row])
            )
    return differences


def compare_quarantine(dataset: Dataset, decision: Decision, found: pd.DataFrame) -> list[Difference]:
    """Rows with all their reasons and exactly their bytes. One that a replay brought again lies in a later object."""
    refused = decision.of("quarantined")
    unreadable = refused[RAW].notna()
    expected = pd.DataFrame(
        {
            KEY: refused[KEY],
            LANE: refused[LANE].astype(object),
            STAGE: np.where(unreadable, "ingestor", "cleaner"),
            CODES: refused[CODES],
            RAW: refused[RAW],
            CELLS: refused[CELLS].map(lambda cells: _fields_of(dataset, decision, cells), na_action="ignore"),
        },
        dtype=object,
    )
    keys = expected[KEY].reindex(found.index)
    found = found.assign(**{KEY: _with_none(keys)})
    found.loc[found[STAGE] == "cleaner", RAW] = None
    again = found.index.duplicated() & ~found.assign(row=found.index).duplicated(["row", OBJECT])
    return compare_rows("quarantine", expected, found[~again], decision.rows[OUTCOME])


def _with_none(values: pd.Series) -> pd.Series:
    """None where a value is missing, as it is in what was expected."""
    return values.where(values.notna(), None)  # type: ignore[call-overload]


def _fields_of(dataset: Dataset, decision: Decision, cells: list[str]) -> list[str | None]:
    """Cells in the order of the fields, None for a column that the file does not have."""
    at = {name: i for i, name in enumerate(decision.fields)}
    return [cells[at[field.name]] if field.name in at else None for field in dataset.fields]


# receipts of the first releases have "indexed" for the first two
_DOCUMENTS = ("created", "replaced", "superseded")
_ANSWERED = " + ".join(_DOCUMENTS)


def compare_receipt(
    dataset: Dataset, receipt: Run, decision: Decision, lake: pd.DataFrame
) -> list[Difference]:
    counters = receipt["counters"]
    outcomes = Counter(decision.rows[OUTCOME])
    simulated = int((lake["simulated"] == True).sum())  # noqa: E712
    stored = outcomes["clean"] + simulated
    expected = {
        "read": len(decision.rows),
        "clean": outcomes["clean"],
        "duplicate": outcomes["duplicate"],
        "quarantined": outcomes["quarantined"],
        "processed": outcomes["clean"],
        "simulated": simulated,
        "enriched": stored,
        "stored": stored,
        _ANSWERED: stored,
        **_reasons(decision),
    }
    found = {**counters, _ANSWERED: sum(counters.get(name, 0) for name in (*_DOCUMENTS, "indexed"))}
    names = dict.fromkeys([*expected, *(name for name in counters if name.startswith("quarantined:"))])
    differences = [
        Difference("receipt", name, "", expected.get(name, 0), found.get(name, 0))
        for name in names
        if expected.get(name, 0) != found.get(name, 0)
    ]
    state = (
        "failed" if _refuses_too_much(dataset, outcomes["quarantined"], len(decision.rows)) else "succeeded"
    )
    if receipt["state"] != state:
        differences.append(Difference("receipt", "state", receipt.get("reason", ""), state, receipt["state"]))
    return differences


def compare_tolerated(receipt: Run, landed: Landed) -> list[Difference]:
    """What was let pass instead of refused: it changes rows, so it must be no more and no less than the definition lets."""
    found = receipt.get("tolerated", {})
    return [
        Difference("receipt", f"tolerated {name}", "", landed.tolerated[name], found.get(name, 0))
        for name in dict.fromkeys([*landed.tolerated, *found])
        if landed.tolerated[name] != found.get(name, 0)
    ]


def _refuses_too_much(dataset: Dataset, refused: int, rows: int) -> bool:
    return refused > dataset.max_refused_rows and refused > rows * dataset.max_refused_share


def _reasons(decision: Decision) -> Counter[str]:
    """A row counts once for each code."""
    refused = decision.of("quarantined")[CODES]
    return Counter(f"quarantined:{code}" for codes in refused for code in {code for _, code in codes})
