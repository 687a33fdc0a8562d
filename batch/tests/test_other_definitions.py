"""What is audited behind a change of the definition, and what is not: never a difference, for none of the stages is wrong."""

from dataclasses import replace

import pytest
from audit.decide import decide
from audit.history import read_processed
from audit.landing import Landed
from audit.objects import Unreadable
from audit.own import OUTCOME
from audit.stored import read_lake_rows
from audit.trends_table import _expected, _windows, compare_trends
from dsf_batch.command import NotNow
from dsf_dataset import Computed, Field, iso_datetime, table_prefix
from simulated_runs import BEGIN, DAY_MS, MemoryStore, Runs, defined, parquet_of

T = int(BEGIN.timestamp() * 1000)
NOTE = Field("note", "note", "string")


def added(dataset):
    return replace(dataset, fields=(*dataset.fields, NOTE))


def gone(dataset):
    return replace(dataset, fields=tuple(field for field in dataset.fields if field.name != "n"))


def another_order(dataset):
    return replace(dataset, fields=dataset.fields[::-1])


def renamed(dataset, name="n"):
    def other(field):
        return replace(field, name=f"{name}2", column=f"{name}2") if field.name == name else field

    return replace(dataset, fields=tuple(map(other, dataset.fields)))


def replaced(dataset):
    return replace(dataset, fields=tuple(NOTE if field.name == "n" else field for field in dataset.fields))


def rows(count=3, version=T, **more):
    values = {"at": T, "n": 1.5, "n2": 1.5, "updated": version, "note": None, **more}
    return [{"id": f"k{i}", **values} for i in range(count)]


def outcomes(runs, run, file):
    """Of a file, as the audit of the run decides it."""
    dataset = runs.dataset
    texts = [{**row, "at": iso_datetime(row["at"]), "updated": iso_datetime(row["updated"])} for row in file]
    names = [field.name for field in dataset.fields]
    cells = [[str(row.get(name) or "") for name in names] for row in texts]
    landed = Landed(names, list(names), list(enumerate(cells, 1)))
    keys = [row["id"] for row in file]
    history = read_processed(runs.store, dataset, runs.place(run), keys).history
    return set(decide(dataset, landed, history).rows[OUTCOME])


@pytest.fixture(params=[True, False], ids=["with versions", "without"])
def runs(request, tmp_path):
    return Runs(MemoryStore(), defined(tmp_path, versioned=request.param))


@pytest.fixture
def versioned(tmp_path):
    return Runs(MemoryStore(), defined(tmp_path))


CHANGES = [
    (added, "clean"),
    (gone, "clean"),
    (another_order, "clean"),
    (replaced, "clean"),
    (renamed, "duplicate"),
]


@pytest.mark.parametrize(("change", "without_versions"), CHANGES)
def test_the_rows_of_before_count_as_the_stages_count_them(runs, change, without_versions):
    """Without versions, these compare a list of values, which does not know what they were called."""
    runs.leave(rows())
    runs.dataset = change(runs.dataset)
    is_versioned = runs.dataset.version_field is not None
    again = "duplicate" if is_versioned else without_versions
    run = runs.leave([] if again == "duplicate" else rows())
    assert outcomes(runs, run, rows()) == {again}
    newer = rows(version=T + 1, at=T + 1)
    assert outcomes(runs, runs.leave(newer), newer) == {"clean"}


@pytest.mark.parametrize("change", [added, renamed])
def test_a_row_that_is_the_key_is_another_one_with_a_column_more(tmp_path, change):
    dataset = defined(tmp_path, versioned=False)
    dataset = replace(dataset, is_row_key=True, key=dataset.fields)
    runs = Runs(MemoryStore(), dataset)
    runs.leave(rows())
    runs.dataset = change(dataset)
    runs.dataset = replace(runs.dataset, key=runs.dataset.fields)
    run = runs.leave(rows(note="x"))
    history = read_processed(runs.store, runs.dataset, runs.place(run), []).history
    assert history == {}
    lake = read_lake_rows(runs.store, runs.dataset, runs.place(run))
    expected, others = _expected(runs.store, runs.dataset, _windows(runs.dataset, lake))
    assert (len(expected), len(others)) == (0, 1)


@pytest.mark.parametrize("name", ["id", "updated"])
def test_without_the_column_of_key_or_version_what_came_before_cannot_be_told(versioned, name):
    versioned.leave(rows())
    dataset = renamed(versioned.dataset, name)
    other = next(field for field in dataset.fields if field.name == f"{name}2")
    role = {"key": (other,)} if name == "id" else {"version_field": other}
    versioned.dataset = replace(dataset, **role)
    place = versioned.place(versioned.runs[0])
    with pytest.raises(
        NotNow, match=f'has no column "{name}2", which is of the key or the version.*x-dsf.column'
    ):
        read_processed(versioned.store, versioned.dataset, replace(place, run="r1"), ["k1"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (added, "there is no note"),
        (gone, "there is n$"),
        (another_order, "in another order"),
        (renamed, "there is no n2 and there is n$"),
    ],
)
def test_a_run_of_another_definition_is_not_audited_by_this_one(runs, change, said):
    run = runs.leave(rows())
    runs.dataset = change(runs.dataset)
    with pytest.raises(NotNow, match=f"run {run} was written by another definition .*{said}"):
        read_processed(runs.store, runs.dataset, runs.place(run), ["k1"])


def test_nor_is_one_without_a_computed_field_that_came_since(runs):
    run = runs.leave(rows())
    dataset = replace(runs.dataset, computed=(Computed("twice", "number", "n * 2.0"),))
    with pytest.raises(NotNow, match=f"run {run} was written by another definition .*there is no twice"):
        read_lake_rows(runs.store, dataset, runs.place(run))


def test_what_is_no_csv_is_a_difference_all_the_same(runs):
    run = runs.leave(rows())
    key = next(key for key in runs.store.objects if key.startswith("processed/"))
    runs.store.put(key, runs.store.objects[key][0].replace(b",1.5,", b",x,"))
    if runs.dataset.version_field:
        runs.store.put(key, runs.store.objects[key][0] + b'"')
    with pytest.raises(Unreadable):
        read_processed(runs.store, runs.dataset, runs.place(run), ["k1"])


def trends_of(runs, run):
    lake = read_lake_rows(runs.store, runs.dataset, runs.place(run))
    return _expected(runs.store, runs.dataset, _windows(runs.dataset, lake))


def other_time(dataset):
    dataset = renamed(dataset, "at")
    time = next(field for field in dataset.fields if field.name == "at2")
    return replace(dataset, event_time=time)


@pytest.mark.parametrize("change", [added, gone, renamed, other_time])
@pytest.mark.parametrize("is_audited_between", [True, False])
def test_trends_of_windows_that_have_rows_of_another_definition_are_left_out(
    versioned, change, is_audited_between
):
    run = versioned.leave(rows(2))
    if is_audited_between:
        trends_of(versioned, run)
    versioned.dataset = change(versioned.dataset)
    new = [{**row, "id": f"new{i}", "at2": T} for i, row in enumerate(rows(2, note="x"))]
    new += [
        {**row, "id": f"far{i}", "at": T + 9 * DAY_MS, "at2": T + 9 * DAY_MS} for i, row in enumerate(new)
    ]
    run = versioned.leave(new)
    expected, others = trends_of(versioned, run)
    assert list(others) == [T]
    assert "another definition wrote, there is" in others[T]
    assert set(expected["window_start"]) <= {T + 9 * DAY_MS}
    assert set(expected["events"]) <= {2}
    found = expected.assign(window_start=expected["window_start"].astype("int64"), dsf_version=1)
    versioned.store.put(f"{table_prefix('events', 'trends')}dt=2026-01-10/x.parquet", parquet_of(found))
    lake = read_lake_rows(versioned.store, versioned.dataset, versioned.place(run))
    notes = []
    assert compare_trends(versioned.store, versioned.dataset, lake, notes) == []
    assert [note.split(": in ")[0] for note in notes] == ["trends of 1 windows were left out"]


@pytest.mark.parametrize("versioned", [True, False])
def test_an_object_without_the_columns_that_each_has_is_of_no_definition_and_a_difference(
    tmp_path, versioned
):
    runs = Runs(MemoryStore(), defined(tmp_path, versioned=versioned))
    run = runs.leave(rows())
    key = next(key for key in runs.store.objects if key.startswith("processed/"))
    runs.store.put(key, b"id,n\nx\n")
    with pytest.raises(Unreadable, match="is no CSV of clean rows: its header has no dsf_run"):
        read_processed(runs.store, runs.dataset, runs.place(run), ["k0"])
