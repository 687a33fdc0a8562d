"""The history of the same imports without a fault, and how another history differs from it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from topics import FRAME, Record, Slice, Topics

ROWS = ("raw", "clean", "enriched", "seen")
SUMS = (
    (("read",), ("clean", "duplicate", "quarantined")),
    (("enriched", "quarantined:outgrown"), ("clean", "simulated")),
    (("stored",), ("enriched",)),
)


@dataclass
class Run:
    """What one run leaves: digests with their keys by `kind/lane`, receipts, objects with their sha256, refused rows."""

    rows: dict[str, list[list[str]]] = field(default_factory=dict)
    receipts: list[str] = field(default_factory=list)
    objects: dict[str, str] = field(default_factory=dict)
    quarantined: list[str] = field(default_factory=list)


def save(runs: dict[str, Run], file: Path) -> None:
    file.write_text(json.dumps({name: asdict(run) for name, run in runs.items()}))


def load(file: Path) -> dict[str, Run]:
    return {name: Run(**run) for name, run in json.loads(file.read_text()).items()}


def split(topics: Topics, found: Slice, order: list[str]) -> dict[str, Run]:
    """
    The runs of a slice, in their order. Seen keys carry no run: there is one for each clean record of the lane.

    Raises ValueError for a record of a run that nobody asked for, such as one of an aborted transaction.
    """
    runs = {name: Run() for name in order}
    for (kind, lane), records in found.committed.items():
        _split_receipts(topics, runs, kind, records)
        if kind in ("raw", "clean", "enriched"):
            _split_rows(topics, runs, f"{kind}/{lane}", records)
    for (kind, lane), records in found.committed.items():
        if kind == "seen":
            _split_seen(runs, order, lane, [r for r in records if not r.poison])
    for record in found.of("quarantine"):
        row = {} if record.receipt or record.poison else topics.decode(record)
        if row.get("dsf_run") and row["stage"] != "indexer":
            _run(runs, row["dsf_run"], record).quarantined.append(_refusal(row))
    for run in runs.values():
        run.receipts.sort()
        run.quarantined.sort()
    return runs


def _run(runs: dict[str, Run], name: str, record: Record) -> Run:
    if name not in runs:
        raise ValueError(
            f"{record.kind}/{record.lane}@{record.offset} is of run {name}, which is none of these"
        )
    return runs[name]


def _split_receipts(topics: Topics, runs: dict[str, Run], kind: str, records: list[Record]) -> None:
    for record in records:
        if not record.receipt or record.poison:
            continue
        receipt = topics.decode(record)
        if receipt["route"] not in ("profile", "trends"):  # those close no run
            _run(runs, receipt["run"], record).receipts.append(_receipt(kind, receipt))


def _split_rows(topics: Topics, runs: dict[str, Run], place: str, records: list[Record]) -> None:
    for record in records:
        if not record.receipt and not record.poison:
            run = _run(runs, topics.decode(record)["dsf_run"], record)
            run.rows.setdefault(place, []).append([record.digest, record.key])


def _split_seen(runs: dict[str, Run], order: list[str], lane: int, records: list[Record]) -> None:
    rest = [[r.digest, r.key] for r in records]
    for name in order:
        count = len(runs[name].rows.get(f"clean/{lane}", []))
        runs[name].rows[f"seen/{lane}"] = rest[:count]
        rest = rest[count:]
    runs[order[-1]].rows[f"seen/{lane}"] += rest


def _receipt(kind: str, receipt: dict[str, Any]) -> str:
    """As text, without clock times and without garbage that a fault put between the rows."""
    counters = {name: n for name, n in sorted(receipt["counters"].items()) if n and name != "undecodable"}
    rest = {name: receipt[name] for name in ("lane", "lanes", "route", "run")}
    return json.dumps({"topic": kind, **rest, "counters": counters})


def _refusal(row: dict[str, Any]) -> str:
    content = row["bytes"][FRAME:] if row["content"] == "avro" else row["bytes"]
    codes = sorted(reason["code"] for reason in row["reasons"])
    return json.dumps([row["stage"], row["dsf_row"], codes, content.hex()])


def differences(want: Run, got: Run) -> list[dict[str, Any]]:
    """Violations of: no loss, nothing twice, order, receipts, quarantine."""
    found = []
    for place in sorted({*want.rows, *got.rows}):
        found += _row_differences(place, want.rows.get(place, []), got.rows.get(place, []))
    found += _set_differences("receipts", want.receipts, got.receipts)
    found += _set_differences("quarantine", want.quarantined, got.quarantined)
    return found + broken_sums(got)


def _row_differences(place: str, want: list[list[str]], got: list[list[str]]) -> list[dict[str, Any]]:
    if want == got:
        return []
    wanted, gotten = (Counter(map(tuple, rows)) for rows in (want, got))
    known = set(wanted)
    found = [_row("no loss: a row is missing", place, row) for row in wanted - gotten]
    for row in gotten - wanted:
        found.append(
            _row("nothing twice: a row is there again" if row in known else "no such row", place, row)
        )
    if found:
        return found
    at = next(i for i, (a, b) in enumerate(zip(want, got, strict=True)) if a != b)
    return [_row("order", place, tuple(got[at]))]


def _row(invariant: str, place: str, row: tuple[str, ...]) -> dict[str, Any]:
    kind, lane = place.split("/")
    return {
        "invariant": invariant,
        "topic": kind,
        "lane": int(lane),
        "record": {"digest": row[0], "key": row[1]},
    }


def _set_differences(name: str, want: list[str], got: list[str]) -> list[dict[str, Any]]:
    wanted, gotten = Counter(want), Counter(got)
    missing = [{"invariant": f"{name}: missing", "record": text} for text in wanted - gotten]
    return missing + [
        {"invariant": f"{name}: not in the reference", "record": text} for text in gotten - wanted
    ]


def broken_sums(run: Run) -> list[dict[str, Any]]:
    """The arithmetic of the receipts that reached the end of the lake's route, in each lane."""
    found = []
    for text in run.receipts:
        receipt = json.loads(text)
        if receipt["topic"] != "objects" or receipt["route"] != "lake":
            continue
        value = receipt["counters"].get
        for left, right in SUMS:
            if sum(value(name, 0) for name in left) != sum(value(name, 0) for name in right):
                found.append({"invariant": f"sum: {'+'.join(left)} = {'+'.join(right)}", "record": text})
    return found
