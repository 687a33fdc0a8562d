"""What an audit knows from those before it: it reads less, and says the same."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from audit.decide import content_of
from audit.history import read_processed
from audit.objects import read_csv
from audit.spark_tables import compare_profile
from audit.stored import place_of, read_lake_rows
from audit.trends_table import _expected, _windows
from audit.versions import Past
from dsf_batch.command import OutOfTime
from dsf_dataset import known_key
from simulated_runs import BEGIN, DAY_MS, MemoryStore, Runs, defined, landing_of

T = int(BEGIN.timestamp() * 1000)
HOUR = DAY_MS // 24
KEYS = [f"k{i}" for i in range(40)]
KNOWN = [known_key("events", route) for route in ("processed", "lake")]


@pytest.fixture(params=[True, False], ids=["with versions", "without"])
def runs(request, tmp_path):
    return Runs(MemoryStore(), defined(tmp_path, versioned=request.param))


@pytest.fixture
def versioned(tmp_path):
    return Runs(MemoryStore(), defined(tmp_path))


def rows_of(number, chance, count=10):
    """Of keys that came before, and of others; some of them about a time long ago."""
    at = [T + chance.choice([0, number]) * DAY_MS + chance.randrange(3) * HOUR for _ in range(count)]
    rows = [
        {"id": key, "at": time, "n": number} for key, time in zip(chance.sample(KEYS, count), at, strict=True)
    ]
    return [{**row, "updated": T + number * HOUR + i} for i, row in enumerate(rows)]


def fill(runs, count, chance):
    for number in range(count):
        runs.leave(rows_of(number, chance))
        if number and number % 3 == 0:
            # as a replay of refused rows does
            runs.leave(rows_of(number, chance, 2), chance.choice(runs.runs))


def audit(runs, run):
    """What the audit reads of the stages, and what it expects of trends."""
    store, dataset, place = runs.store, runs.dataset, runs.place(run)
    found = read_processed(store, dataset, place, KEYS)
    lake = read_lake_rows(store, dataset, place)
    trends = _expected(store, dataset, _windows(dataset, lake))[0].sort_index()
    return found.rows.sort_index().to_dict(), found.history, trends.drop(columns="type").to_dict()


def anew(runs, run):
    """The same by one that knows nothing, and leaves nothing."""
    kept = {key: runs.store.objects.pop(key) for key in KNOWN if key in runs.store.objects}
    found = audit(runs, run)
    for key in KNOWN:
        runs.store.objects.pop(key, None)
    runs.store.objects |= kept
    return found


def read_of(runs, run):
    runs.store.asked.clear()
    audit(runs, run)
    return {key for key in runs.store.asked if key not in KNOWN}


@pytest.mark.parametrize("seed", range(3))
def test_an_audit_behind_others_says_what_one_says_that_reads_everything(runs, seed):
    chance = random.Random(seed)
    for _ in range(6):
        fill(runs, chance.choice([1, 1, 4]), chance)
        for run in {runs.runs[-1], chance.choice(runs.runs)}:
            assert audit(runs, run) == anew(runs, run)
    assert all(key in runs.store.objects for key in KNOWN)


def test_an_audit_reads_as_much_behind_thirty_runs_as_behind_five(versioned):
    counts = []
    for number in range(30):
        run = versioned.leave(
            [{"id": f"{number}-{i}", "at": T + number * DAY_MS, "n": 1, "updated": T} for i in range(9)]
        )
        counts.append(len(read_of(versioned, run)))
    assert counts[5:] == [counts[5]] * 25
    assert counts[5] <= 8


def test_an_audit_of_an_older_run_reads_everything_and_takes_nothing_from_the_newer_ones(runs):
    fill(runs, 8, random.Random(1))
    audit(runs, runs.runs[-1])
    kept = runs.store.objects[KNOWN[0]]
    assert audit(runs, runs.runs[2]) == anew(runs, runs.runs[2])
    assert runs.store.objects[KNOWN[0]] == kept


def test_a_run_that_began_in_the_same_moment_is_no_earlier_one(runs):
    fill(runs, 3, random.Random(1))
    at = runs.store.now
    first = runs.leave(rows_of(4, random.Random(4)))
    second = runs.leave(rows_of(5, random.Random(5)))
    for run in (first, second):
        runs.store.objects[landing_of("events", run)] = (b"", at)
    audit(runs, second)
    assert audit(runs, first) == anew(runs, first)


def test_a_second_file_of_a_run_before_makes_it_no_later_one(runs):
    """As an instance leaves it that lost its run while it fetched."""
    row = {"id": "k1", "at": T, "n": 1, "updated": T}
    first, second = runs.leave([row]), runs.leave([{**row, "n": 2, "updated": T + 1}])
    runs.store.now += timedelta(hours=1)
    runs.store.put(f"landing/dataset=events/{first}.ffffffff.csv", b"")
    _, history, _ = audit(runs, second)
    assert list(history) == ["k1"]


def test_the_first_file_of_a_run_that_failed_and_came_again_makes_it_no_earlier_one(runs):
    row = {"id": "k1", "at": T, "n": 1, "updated": T}
    runs.store.put("landing/dataset=events/r00001.00000000.csv", b"")
    first, again = runs.leave([row]), runs.leave([{**row, "n": 2, "updated": T + 1}])
    assert again == "r00001"
    audit(runs, again)
    _, history, _ = audit(runs, first)
    assert history == {}


def test_of_a_run_that_nobody_knows_any_more_the_newest_file_counts(versioned):
    run = versioned.leave(rows_of(1, random.Random(1)))
    store, own = versioned.store, landing_of("events", run)
    began = store.objects[own][1]
    for run_and_attempt, hours in [("a.0", -1), ("a.1", 1), ("b.0", -2), ("b.1", -1)]:
        store.objects[f"landing/dataset=events/{run_and_attempt}.csv"] = b"", began + timedelta(hours=hours)
    place = place_of(store, versioned.dataset, run, own, lambda _: None)
    assert (place.later, place.until) == ({"a"}, {"b", run})


def test_history_is_the_newest_revision_or_the_content_that_was_let_through_last(runs):
    row = {"id": "k1", "at": T, "n": 1, "updated": T}
    for number in (1, 2, 3, 4):
        run = runs.leave([{**row, "n": number % 3, "updated": T + number}])
        audit(runs, run)
    third = runs.store.get([key for key in runs.store.objects if key.startswith("processed/")][2])
    before = read_csv(runs.dataset, "", third)
    _, history, _ = audit(runs, run)
    newest = Past((T + 3) * 1_000_000, T + 3, runs.runs[2], 1)
    assert history == {"k1": newest if runs.dataset.version_field else content_of(runs.dataset, before)[0]}
    # and one that came late is no newer one
    runs.leave([{**row, "n": 7, "updated": T + 2}], runs.runs[0])
    _, history, _ = audit(runs, runs.leave([{**row, "n": 8, "updated": T + 9}]))
    if runs.dataset.version_field:
        assert history["k1"].version == T + 4


def changed(store, key):
    store.put(key, store.objects[key][0].replace(b"k1", b"k2").replace(b".0,", b".5,"))


def gone(store, key):
    del store.objects[key]


def cut(store, key):
    store.put(KNOWN[0], store.objects[KNOWN[0]][0][:-9])


def of_another(store, key):
    store.objects[KNOWN[0]] = store.objects[KNOWN[1]]


@pytest.mark.parametrize("happens", [changed, gone, cut, of_another])
def test_nothing_is_known_any_more_when_an_object_behind_it_is_not_as_it_was(runs, happens):
    fill(runs, 8, random.Random(2))
    audit(runs, runs.runs[-1])
    processed = [key for key in runs.store.objects if key.startswith("processed/")]
    happens(runs.store, processed[1])
    assert set(processed) & set(runs.store.objects) <= read_of(runs, runs.runs[-1])
    assert audit(runs, runs.runs[-1]) == anew(runs, runs.runs[-1])


def test_nothing_is_known_any_more_when_the_definition_has_another_key(versioned):
    fill(versioned, 5, random.Random(2))
    audit(versioned, versioned.runs[-1])
    versioned.dataset = replace(versioned.dataset, is_row_key=True)
    assert audit(versioned, versioned.runs[-1]) == anew(versioned, versioned.runs[-1])


def test_an_audit_whose_time_is_over_says_how_far_it_came_and_the_next_one_goes_on_from_there(runs):
    fill(runs, 20, random.Random(3))
    processed = [key for key in runs.store.objects if key.startswith("processed/")]
    run, store = runs.runs[-1], runs.store
    store.ends_after = 16
    with pytest.raises(
        OutOfTime, match=f"16 of {len(processed)} objects were read, up to processed/dataset=events/"
    ):
        audit(runs, run)
    store.ends_after, was_read = None, {key for key in store.asked if key in processed}
    rest = read_of(runs, run)
    assert (len(was_read), was_read & rest) == (16, set())
    assert audit(runs, run) == anew(runs, run)


def test_a_chunk_in_many_folders_is_read_on_where_the_time_ended_in_the_middle_of_it(versioned):
    store, dataset = versioned.store, versioned.dataset
    rows = [{"id": key, "at": T + day * DAY_MS, "n": 1, "updated": T} for day, key in enumerate(KEYS)]
    versioned.leave(rows)
    later = [{**row, "at": T + 99 * DAY_MS, "updated": T + 1} for row in rows]
    place = versioned.place(versioned.leave(later))
    windows = _windows(dataset, read_lake_rows(store, dataset, place))
    store.asked.clear()
    store.ends_after = 8
    with pytest.raises(OutOfTime):
        _expected(store, dataset, windows)
    store.ends_after = None
    assert len(_expected(store, dataset, windows)[0]) == 0


def test_a_key_counts_in_the_window_of_its_first_version_whichever_folder_that_lies_in(versioned):
    row = {"id": "k1", "at": T, "n": 1, "updated": T}
    audit(versioned, versioned.leave([row]))
    second = versioned.leave(
        [{**row, "at": T + 9 * DAY_MS, "updated": T + 1}, {**row, "id": "k2", "at": T + 9 * DAY_MS}]
    )
    _, _, trends = audit(versioned, second)
    assert list(trends["events"].values()) == [1]


def test_windows_that_are_longer_than_a_folder_are_read_from_all_of_theirs(versioned):
    dataset = versioned.dataset
    versioned.dataset = replace(dataset, trends=replace(dataset.trends, window_seconds=7 * 86_400))
    start = T // (7 * DAY_MS) * 7 * DAY_MS
    days = [{"id": f"k{day}", "at": start + day * DAY_MS, "n": 1, "updated": T} for day in range(7)]
    for row in days:
        run = versioned.leave([row])
        _, _, trends = audit(versioned, run)
    assert list(trends["events"].values()) == [7]


def test_of_profiles_only_those_are_read_that_can_be_of_the_run(versioned):
    for number in range(9):
        run = versioned.leave(rows_of(number, random.Random(number)))
    store, place = versioned.store, versioned.place(run)
    clean = read_lake_rows(store, versioned.dataset, place).assign(**{"(key)": lambda rows: rows["id"]})
    store.asked.clear()
    assert compare_profile(store, versioned.dataset, place, clean) == []
    assert len(store.asked) == 1
    assert [
        one.found for one in compare_profile(store, versioned.dataset, replace(place, run="none"), clean)
    ] == ["missing"] * 4 * len(set(clean["at"] // DAY_MS))
