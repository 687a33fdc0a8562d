"""The cleaner and Pandas read the same dirty files, and must agree on every row of them."""

import base64
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from audit.decide import content_of, decide, exact_versions
from audit.landing import Landed, read_landing
from audit.own import CODES, KEY, LANE, OUTCOME, RAW
from audit.versions import Past
from dirty_csv import (
    BY_ROW,
    ESCAPED,
    HEADLESS,
    NUMBERED,
    PLACED,
    TOLERANT,
    UNVERSIONED,
    VERSIONED,
    files,
    written,
)
from dsf_dataset import Dataset
from hypothesis import HealthCheck, given, settings

ROOT = Path(__file__).parents[2]
SCRIPT = [str(ROOT / "node_modules/.bin/node"), "--conditions=@dsf/source", "batch/tests/cleaner_rows.ts"]
Rows = list[dict]
File = dict
"""Its rows, and what was let pass."""


@pytest.fixture(scope="module")
def cleaner() -> Iterator[Callable[[Dataset, list[bytes]], list[File]]]:
    """The stages' own code, in a process that is started once."""
    with subprocess.Popen(
        SCRIPT, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout

        def ask(dataset: Dataset, contents: list[bytes]) -> list[File]:
            encoded = [base64.b64encode(content).decode() for content in contents]
            process.stdin.write(json.dumps({"folder": str(dataset.folder), "files": encoded}) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            assert "refused" not in answer, answer
            return answer

        yield ask
        process.stdin.close()


def by_pandas(dataset: Dataset, contents: list[bytes]) -> list[File]:
    """The same by the audit, in the same words."""
    history: dict = {}
    decided = []
    for content in contents:
        landed = read_landing(content, dataset)
        decision = decide(dataset, landed, history)
        clean = decision.of("clean")
        if dataset.version_field is None:
            history |= dict(zip(clean[KEY], content_of(dataset, clean), strict=True))
        else:
            history |= _newest(dataset, landed, clean, decision.versions)
        rows = decision.rows[decision.rows[OUTCOME] != "duplicate"]
        versions = decision.versions.to_dict() if dataset.version_field else {}
        said = [_said(dataset, number, row, versions.get(number)) for number, row in rows.iterrows()]
        decided.append({"rows": said, "tolerated": dict(landed.tolerated)})
    return decided


def _newest(dataset: Dataset, landed: Landed, clean: pd.DataFrame, versions: pd.Series) -> dict[str, Past]:
    exact = exact_versions(dataset, landed, clean.index, clean[KEY])
    return {
        key: Past(mark, version) for (key, mark), version in zip(exact, versions[clean.index], strict=True)
    }


def _said(dataset: Dataset, number: int, row: pd.Series, version: int | None) -> dict:
    said = {"row": number, "lane": row[LANE], "outcome": row[OUTCOME]}
    if row[OUTCOME] == "clean":
        values = {field.column: row[field.column] for field in dataset.fields}
        if version is not None:
            values["dsf_version"] = version
        return said | {"values": values}
    # what the cleaner refuses is a record, whose bytes this test leaves out
    raw = b"" if row[RAW] is None else row[RAW]
    return said | {"codes": [list(code) for code in row[CODES]], "bytes": base64.b64encode(raw).decode()}


def _sorted(dataset: Dataset, file: File) -> File:
    for row in file["rows"]:
        # without a version field it is a number of the lane
        if dataset.version_field is None:
            row.get("values", {}).pop("dsf_version", None)
    return file | {"rows": sorted(file["rows"], key=lambda row: row["row"])}


@pytest.mark.parametrize(
    "definition",
    [VERSIONED, UNVERSIONED, BY_ROW, PLACED, HEADLESS, NUMBERED, ESCAPED, TOLERANT],
    ids=lambda definition: definition["name"],
)
def test_cleaner_and_pandas_agree_on_every_row(definition, cleaner, tmp_path):
    dataset = written(tmp_path, definition)
    seen: dict[str, int] = {}

    def count(word: str, times: int) -> None:
        seen[word] = seen.get(word, 0) + times

    @settings(
        max_examples=50,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(files(dataset))
    def agree(contents: list[bytes]) -> None:
        expected = [_sorted(dataset, file) for file in cleaner(dataset, contents)]
        found = by_pandas(dataset, contents)
        assert found == expected
        for file in found:
            for word, times in file["tolerated"].items():
                count(word, times)
        rows_of: list[Rows] = [file["rows"] for file in found]
        count("duplicate", sum(rows[-1]["row"] - len(rows) for rows in rows_of if rows))
        for row in (row for rows in rows_of for row in rows):
            for word in [row["outcome"], *(code for _, code in row.get("codes", []))]:
                count(word, 1)

    agree()
    # files that were all refused for one reason would show nothing
    assert {"clean", "duplicate", "unreadable", "type", "required"} <= set(seen), seen
    assert min(seen["clean"], seen["duplicate"]) > 20, seen
    let_pass = {"shortRows", "blankRows"} & set(dataset.tolerate or ())
    let_pass |= {"comments", "footer"} if dataset.footer else set()
    assert let_pass <= set(seen), seen


def test_a_byte_order_mark_does_not_stretch_the_header(cleaner, tmp_path):
    dataset = written(tmp_path, VERSIONED)
    header = ",".join(field.name for field in dataset.fields)
    file = f"\ufeff{header}\r\né,2018-02-01T00:00:00Z,1,1,A,,true\r\n".encode()
    assert [_sorted(dataset, one) for one in cleaner(dataset, [file])] == by_pandas(dataset, [file])
