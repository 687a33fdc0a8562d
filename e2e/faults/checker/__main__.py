"""
Judges the history of a pipeline that had faults, with clients that are not the pipeline's: first the servers, then one
JSON command a line on stdin, one JSON answer a line on stdout. See checker.ts for the commands.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import documents
import objects
import reference
from minio import Minio
from topics import Record, Slice, Topics

SHOWN = 5  # violations told in full


class Checker:
    def __init__(self, servers: dict[str, Any]) -> None:
        kafka, registry = servers["kafka"], (servers["registry"], servers["registry_headers"])
        self.topics = Topics(kafka, registry, servers["dataset"], servers["lanes"])
        endpoint, access, secret, tls = (servers[name] for name in ("s3", "access", "secret", "tls"))
        store = Minio(endpoint, access_key=access, secret_key=secret, secure=tls, region="us-east-1")
        self.objects = objects.Objects(store, servers["bucket"], servers["dataset"])
        self.documents = documents.Documents(
            servers["elasticsearch"], servers["dataset"], servers["elasticsearch_headers"]
        )
        self.dataset = servers["dataset"]
        self.runs: dict[str, reference.Run] = {}
        self.done: list[str] = []
        self.marked: dict[tuple[str, int], int] = {}
        self.owed = 0  # garbage that waits for the next receipt of its lane

    def learn(self, runs: list[str], file: str) -> dict[str, Any]:
        """Takes the present history for the reference, once it is consistent in itself."""
        found = self.topics.read({})
        self.runs = reference.split(self.topics, found, runs)
        fresh, violations = self.objects.look()
        for one in self._announced(found):
            self.runs[one["dsf_run"]].objects[one["key"]] = objects.sha256(fresh[one["key"]])
        for run in self.runs.values():
            violations += reference.broken_sums(run)
        wanted = {key: digest for run in self.runs.values() for key, digest in run.objects.items()}
        violations += objects.differences(wanted, fresh, self._announced(found))
        violations += self._documents(found)
        reference.save(self.runs, Path(file))
        return self._answer(violations, found, len(fresh))

    def load(self, file: str) -> dict[str, Any]:
        self.runs = reference.load(Path(file))
        return {}

    def mark(self) -> dict[str, Any]:
        self.marked = self.topics.ends()
        return {}

    def check(self, run: str, expect: dict[str, int]) -> dict[str, Any]:
        """Everything between the mark and now must be what the run left in the reference."""
        found = self.topics.read(self.marked)
        self.done.append(run)
        violations = self._rows(found, [run])
        fresh, twice = self.objects.look()
        violations += twice + objects.differences(self.runs[run].objects, fresh, self._announced(found))
        violations += self._documents(found) + self._expected(found, expect)
        return self._answer(violations, found, len(fresh))

    def final(self) -> dict[str, Any]:
        """All rounds together, from the first record, object and document on."""
        found = self.topics.read({})
        violations = self._rows(found, self.done)
        wanted = {key: digest for run in self.done for key, digest in self.runs[run].objects.items()}
        everything = self.objects.fetch(self.objects.keys())
        violations += objects.differences(wanted, everything, self._announced(found))
        newest = self._newest(found)
        violations += self._documents(found)
        versions = self.documents.versions()
        for key in versions.keys() - newest.keys():
            violations.append({"invariant": "documents: of no record", "record": {"key": key}})
        for key in newest.keys() - versions.keys():
            violations.append({"invariant": "documents: not found by a search", "record": {"key": key}})
        violations += documents.miscounted(self.topics.receipts(), len(versions))
        return self._answer(violations, found, len(everything))

    def witness(self, kind: str, argv: list[str]) -> dict[str, Any]:
        """Kafka's own console consumer must see exactly the committed records that librdkafka sees."""
        found = self.topics.read({})
        ours = {(r.lane, r.offset) for r in found.of(kind)}
        # it ends by its timeout, which it calls an error: what it printed is compared in any case
        printed = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False).stdout
        theirs = set()
        for line in printed.splitlines():
            lane, offset = (part.split(":")[1] for part in line.split("\t")[:2])
            theirs.add((int(lane), int(offset)))
        different = [{"invariant": "witness", "record": list(place)} for place in sorted(ours ^ theirs)]
        return {**self._answer(different, Slice(), 0), "records": len(theirs)}

    def _rows(self, found: Slice, runs: list[str]) -> list[dict[str, Any]]:
        try:
            history = reference.split(self.topics, found, runs)
        except ValueError as error:
            return [{"invariant": "nothing aborted is visible", "record": str(error)}]
        return [one for run in runs for one in reference.differences(self.runs[run], history[run])]

    def _announced(self, found: Slice) -> list[dict[str, Any]]:
        rows = (r for r in found.of("objects") if not r.receipt and not r.poison)
        return [one for one in map(self.topics.decode, rows) if one["route"] in objects.ROOTS]

    def _newest(self, found: Slice) -> dict[str, dict[str, Any]]:
        rows = (self.topics.decode(r) for r in found.of("enriched") if not r.receipt and not r.poison)
        newest: dict[str, dict[str, Any]] = {}
        for row in rows:
            if row["id"] not in newest or newest[row["id"]]["dsf_version"] <= row["dsf_version"]:
                newest[row["id"]] = row
        return newest

    def _documents(self, found: Slice) -> list[dict[str, Any]]:
        newest = self._newest(found)
        return documents.differences(newest, self.documents.of(list(newest)))

    def _expected(self, found: Slice, expect: dict[str, int]) -> list[dict[str, Any]]:
        """
        What the fault itself put into quarantine, no more and no less. Garbage behind the receipt of a lane may wait in an
        open chunk until the receipt of the next run, and no longer.
        """
        rows = [self.topics.decode(r) for r in found.of("quarantine") if not r.receipt and not r.poison]
        poison, least, most = (
            sum(row["bytes"].startswith(b"poison") for row in rows),
            self.owed,
            self.owed + expect.get("poison", 0),
        )
        refused = sum(row["content"] == "json" for row in rows)
        self.owed = most - poison
        wrong = []
        if not least <= poison <= most:
            wrong.append(
                {"invariant": "quarantine: garbage", "record": {"is": poison, "expected": [least, most]}}
            )
        if refused != expect.get("refused", 0):
            wrong.append(
                {
                    "invariant": "quarantine: refused documents",
                    "record": {"is": refused, "expected": expect.get("refused", 0)},
                }
            )
        return wrong

    def _answer(self, violations: list[dict[str, Any]], found: Slice, count: int) -> dict[str, Any]:
        for violation in violations[:SHOWN]:
            record = violation["record"]
            if isinstance(record, dict) and "key" in record:
                violation["path"] = self._path(record["key"], found)
        return {
            "violations": violations[:SHOWN],
            "more": max(0, len(violations) - SHOWN),
            "aborted": len(found.aborted),
            "objects": count,
            "documents": len(self._newest(found)),
        }

    def _path(self, key: str, found: Slice) -> list[dict[str, Any]]:
        """Every place of this slice, of the store and of the index where a key was found."""
        steps = [
            self._step(r, "committed")
            for kind in ("raw", "clean", "seen", "enriched")
            for r in found.of(kind)
            if r.key == key
        ]
        steps += [self._step(r, "aborted") for r in found.aborted if r.key == key]
        mine = {one["key"] for one in self._announced(found)} & self.objects.known
        for name, content in self.objects.fetch(mine).items():
            steps += [{"object": name, **row} for row in objects.rows(name, content) if row["id"] == key]
        steps += [{"document": key, "version": doc["_version"]} for doc in self.documents.of([key]).values()]
        return json.loads(json.dumps(steps, default=str))

    def _step(self, record: Record, state: str) -> dict[str, Any]:
        value = {} if record.receipt or record.poison else self.topics.decode(record)
        known = {name: value[name] for name in ("dsf_run", "dsf_row", "dsf_version", "mark") if name in value}
        return {"topic": record.kind, "lane": record.lane, "offset": record.offset, "state": state, **known}


def answer(checker: Checker, command: dict[str, Any]) -> dict[str, Any]:
    begun = time.monotonic()
    try:
        result = getattr(checker, command.pop("command"))(**command)
    except Exception as error:  # told to the harness, which ends
        return {"error": f"{type(error).__name__}: {error}"}
    return {**result, "seconds": round(time.monotonic() - begun, 2)}


def main() -> None:
    checker = Checker(json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        print(json.dumps(answer(checker, json.loads(line)), default=str), flush=True)


if __name__ == "__main__":
    main()
