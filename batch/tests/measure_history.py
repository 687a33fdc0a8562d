"""
What the audit of one more run costs with others behind it, as a line of JSON for each number of runs:

    node infra/local/python.ts spark batch/tests/measure_history.py 100 1000

Each run has 30 rows, 20 of them of keys that were never there, and each before the last one has been audited. With S3_ENDPOINT,
S3_ACCESS_KEY, S3_SECRET_KEY and S3_BUCKET the objects are read from a server; otherwise from memory, where only the audit's own
work takes time.
"""

import json
import os
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

import pandas as pd
from audit.history import read_processed
from audit.spark_tables import compare_profile
from audit.stored import place_of, read_lake_rows
from audit.trends_table import compare_trends
from dsf_batch.settings import read_settings
from dsf_batch.store import Store
from simulated_runs import BEGIN, MemoryStore, Runs, defined, landing_of, parquet_of

HOUR_MS = 3_600_000
ROWS_NEW, ROWS_REVISED = 20, 10
MARGIN_SECONDS = 62
"""Behind which the audit takes objects for older than a run."""


def main(counts: list[int]) -> None:
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            runs = Runs(MemoryStore(), defined(Path(folder)))
            for number in range(count - 1):
                leave(runs, number)
            store = at_server(runs.store) if os.environ.get("S3_ENDPOINT") else runs.store
            print(json.dumps({"runs": count, **of_the_next(runs, store, count - 1)}), flush=True)


def of_the_next(runs: Runs, store: Store, number: int) -> dict:
    """Of a run that comes behind those that are there, the last of which is audited before."""
    audit(runs, store, runs.runs[-1])
    before = set(runs.store.objects)
    run = leave(runs, number)
    if store is not runs.store:
        time.sleep(MARGIN_SECONDS)
        copy(runs.store, store, sorted(set(runs.store.objects) - before))
    return audit(runs, store, run)


def leave(runs: Runs, number: int) -> str:
    at, chance = int(BEGIN.timestamp() * 1000) + number * HOUR_MS, random.Random(number)
    new = [f"ev{number:06d}{i:02d}" for i in range(ROWS_NEW)]
    earlier = range(max(number - 24, 0), number)
    old = [f"ev{chance.choice(earlier):06d}{i:02d}" for i in range(ROWS_REVISED)] if number else []
    run = runs.leave([{"id": key, "at": at, "n": 1.5, "updated": at + HOUR_MS} for key in new + old])
    window = {"window_start": at, "type": None, "simulated": False, "field": "n", "dsf_version": 1}
    counted = {"events": ROWS_NEW, "values": ROWS_NEW, "mean": 1.5, "minimum": 1.5, "maximum": 1.5}
    day = datetime.fromtimestamp(at / 1000, UTC).date()
    key = f"lake/dataset={runs.dataset.name}/table=trends/dt={day}/0-{number:016d}.parquet"
    runs.store.put(key, parquet_of(pd.DataFrame([{**window, **counted}])))
    return run


def audit(runs: Runs, store: Store, run: str) -> dict:
    """Everything that reads the store of the stages' side, and what it costs. What it finds must be right."""
    dataset = runs.dataset
    place = place_of(store, dataset, run, landing_of(dataset.name, run), lambda _: None)
    lake = read_lake_rows(store, dataset, place)
    keys = list(lake["id"])
    clean = lake.assign(**{"(key)": lake["id"]})
    costs = {
        "processed": cost(
            store, lambda counted: read_processed(counted, dataset, place, keys).rows, len(lake)
        ),
        "lake": cost(store, lambda counted: read_lake_rows(counted, dataset, place), len(lake)),
        "profile": cost(store, lambda counted: compare_profile(counted, dataset, place, clean), 0),
        "trends": cost(store, lambda counted: compare_trends(counted, dataset, lake), 0),
    }
    return {**costs, "peakMiB": getrusage(RUSAGE_SELF).ru_maxrss // 1024}


def cost(store: Store, step, expected: int) -> dict:
    counted, begun = Counted(store), time.monotonic()
    found = step(counted)
    assert len(found) == expected, found
    return {**counted.costs, "seconds": round(time.monotonic() - begun, 2)}


class Counted(Store):
    def __init__(self, store: Store) -> None:
        self.store, self.until = store, float("inf")
        self.costs = {"listed": 0, "objects": 0, "bytes": 0, "written": 0}

    def list(self, prefix):
        found = self.store.list(prefix)
        self.costs["listed"] += len(found)
        return found

    def get(self, key):
        content = self.store.get(key)
        self.costs["objects"] += 1
        self.costs["bytes"] += len(content)
        return content

    def put(self, key, content, content_type):
        self.costs["written"] += len(content)
        self.store.put(key, content, content_type)


def at_server(memory: MemoryStore) -> Store:
    others = dict.fromkeys(("ELASTICSEARCH_URL", "INGESTOR_URL"), "http://127.0.0.1:1")
    store = Store(read_settings({**os.environ, **others, "DATASETS_DIR": "-"}))
    copy(memory, store, sorted(memory.objects, key=lambda key: memory.objects[key][1]))
    return store


def copy(memory: MemoryStore, store: Store, keys: list[str]) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: store.put(key, memory.objects[key][0], "application/octet-stream"), keys))


if __name__ == "__main__":
    main([int(count) for count in sys.argv[1:]])
