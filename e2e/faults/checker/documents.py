"""What Elasticsearch holds, asked over HTTP without a client of its own."""

from __future__ import annotations

import datetime
import json
import urllib.error
import urllib.request
from collections import Counter
from typing import Any


class Documents:
    def __init__(self, url: str, alias: str, headers: dict[str, str]) -> None:
        self._headers = {"content-type": "application/json", **headers}
        self._url = url
        self._alias = alias

    def of(self, ids: list[str]) -> dict[str, dict[str, Any]]:
        """By id; those that are not there are left out."""
        found = {}
        for at in range(0, len(ids), 2000):
            answer = self._ask(f"{self._alias}/_mget", {"ids": ids[at : at + 2000]})
            found.update({doc["_id"]: doc for doc in answer["docs"] if doc.get("found")})
        return found

    def versions(self) -> dict[str, int]:
        """Version of every document."""
        self._ask(f"{self._alias}/_refresh", None)
        found: dict[str, int] = {}
        moment = {"id": self._ask(f"{self._alias}/_pit?keep_alive=1m", None)["id"], "keep_alive": "1m"}
        # by place: a document and the one that is simulated from it have all else in common, and a page may end between them
        page: dict[str, Any] = {
            "size": 5000,
            "version": True,
            "_source": False,
            "sort": ["_shard_doc"],
            "pit": moment,
        }
        while True:
            hits = self._ask("_search", page)["hits"]["hits"]
            found.update({hit["_id"]: hit["_version"] for hit in hits})
            if len(hits) < page["size"]:
                return found
            page["search_after"] = hits[-1]["sort"]

    def _ask(self, path: str, body: Any) -> Any:
        data = None if body is None else json.dumps(body).encode()
        url = f"{self._url}/{path}"
        request = urllib.request.Request(url, data=data, headers=self._headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                # JavaScript writes a large double as its shortest digits, which as an integer would be another number
                return json.load(answer, parse_int=float)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"Elasticsearch, {path}: {error.code} {error.read()[:500]!r}") from error


def miscounted(receipts: list[dict[str, Any]], documents: int) -> list[dict[str, Any]]:
    """
    Receipts of all runs tell how many documents were created, but for two kinds: of those that an attempt had written that
    died nobody knows, and refused ones come in by replays that no receipt counts.
    """
    of_rows = [receipt for receipt in receipts if receipt["route"] == "lake"]
    places = Counter((receipt["run"], receipt["lane"]) for receipt in of_rows)
    wrong = [
        {"invariant": "receipts: one for each run and lane", "record": {"place": place, "are": times}}
        for place, times in places.items()
        if times > 1
    ]
    least, repeated, refused = (
        sum(receipt["counters"].get(name, 0) for receipt in of_rows)
        for name in ("created", "repeated", "refused")
    )
    if not least <= documents <= least + repeated + refused:
        record = {"is": documents, "receipts say": [least, least + repeated + refused]}
        wrong.append({"invariant": "documents: as many as the receipts created", "record": record})
    return wrong


def expected(row: dict[str, Any]) -> dict[str, Any]:
    """The document that stands for a decoded enriched record: missing values are absent, times are milliseconds."""
    document = {name: _plain(value) for name, value in row.items() if value is not None}
    document["@timestamp"] = document["time"]
    document["location"] = {"lat": row["latitude"], "lon": row["longitude"]}
    return document


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return round(value.timestamp() * 1000)
    return value.isoformat() if isinstance(value, datetime.date) else value


def differences(rows: dict[str, dict[str, Any]], found: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """A violation for each key whose document is not its newest record. `rows` are the newest records by id."""
    wrong = []
    for key, row in rows.items():
        document = found.get(key)
        if document is None:
            wrong.append({"invariant": "documents: missing", "record": {"key": key}})
        elif document["_version"] != row["dsf_version"] + 2**52 or document["_source"] != expected(row):
            wrong.append(
                {"invariant": "documents: not the newest record", "record": {"key": key, "is": document}}
            )
    return wrong
