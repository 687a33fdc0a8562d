"""How finely a version is told apart, from the file that brought it."""

from dataclasses import replace

import pytest
from audit.versions import Past, exact_history
from dsf_batch.command import NotNow
from simulated_runs import MemoryStore, defined, landing_of

MS = 1_767_225_600_123
"""2026-01-01T00:00:00.123Z"""
HEADER = b"id,at,n,updated\n"


def _row(key: str, fraction: str) -> bytes:
    return f"{key},2026-01-01T00:00:00Z,1,2026-01-01T00:00:00.{fraction}Z\n".encode()


def _exact(tmp_path, *files: tuple[str, bytes]) -> int:
    return _exact_of(defined(tmp_path), *files)


def _exact_of(dataset, *files: tuple[str, bytes]) -> int:
    store = MemoryStore()
    for key, content in files:
        store.put(key, content)
    past = {"a": Past(MS * 1_000_000, MS, "r1", 1)}
    asked = [("a", MS * 1_000_000 + 700)]
    return exact_history(store, dataset, past, asked)["a"].exact


def test_versions_of_one_millisecond_are_as_fine_as_the_file_of_their_run_says(tmp_path):
    files = [
        (landing_of("events", "r1"), HEADER + _row("a", "123456789")),
        (landing_of("events", "r10"), HEADER + _row("a", "123999")),
    ]
    assert _exact(tmp_path, *files) == MS * 1_000_000 + 456_789


def test_of_two_files_of_a_run_the_one_that_it_has_read_says_it(tmp_path):
    named = [(f"landing/dataset=events/r1.{attempt}.csv", fraction) for attempt, fraction in
             [("00000000", "124000001"), ("11111111", "123456"), ("22222222", "122999999")]]  # fmt: skip
    assert (
        _exact(tmp_path, *((key, HEADER + _row("a", fraction)) for key, fraction in named))
        == MS * 1_000_000 + 456_000
    )
    fewer_rows = ("landing/dataset=events/r1.01.csv", HEADER)
    again = ("landing/dataset=events/r1.02.csv", HEADER + _row("a", "123456"))
    (tmp_path / "b").mkdir()
    assert _exact(tmp_path / "b", fewer_rows, again) == MS * 1_000_000 + 456_000


@pytest.mark.parametrize(
    ("attempt", "content"),
    [
        ("00.csv", b""),
        ("00.csv.zip", b"no zip"),
        ("00.csv", b"id\na\n"),
        ("00.csv", b"x,y\n" + _row("a", "124")),
    ],
    ids=["empty", "refused archive", "other columns", "more cells"],
)
@pytest.mark.parametrize("match", ["exact", "equal"])
def test_a_file_that_the_run_cannot_have_read_is_passed_over(tmp_path, attempt, content, match):
    dataset = replace(defined(tmp_path), fields_match=match)
    right = ("landing/dataset=events/r1.99.csv", HEADER + _row("a", "123456"))
    files = [(f"landing/dataset=events/r1.{attempt}", content), right]
    assert _exact_of(dataset, *files) == MS * 1_000_000 + 456_000


def test_a_file_that_is_gone_is_told(tmp_path):
    with pytest.raises(NotNow, match="the landing file of run r1 is gone"):
        _exact(tmp_path, ("landing/dataset=events/r1.jsonl", b"{}"), (landing_of("events", "r2"), HEADER))


def test_a_file_of_before_has_no_attempt_in_its_name(tmp_path):
    assert (
        _exact(tmp_path, ("landing/dataset=events/r1.csv", HEADER + _row("a", "1234")))
        == MS * 1_000_000 + 400_000
    )
