"""Runs and their profiles as the index knows them."""

import time
from collections.abc import Sequence
from typing import Any

from dsf_batch.command import NotNow
from dsf_client import Api, ApiError, Question, ask
from dsf_connect import ConnectError, IndexSettings
from dsf_dataset import Dataset

from .evaluate import FieldProfile, RunFacts

_INDEX = "dsf-pipeline"
_MOST_FIELDS = 10_000
_SECONDS = 20


class History:
    """Asks Elasticsearch, which need not be up to date: what is asked for is made visible first."""

    def __init__(self, index: IndexSettings) -> None:
        self._headers = index.headers
        self._index = Api(f"{index.url}/{index.prefix}{_INDEX}", ca_file=index.ca_file)

    def run(self, dataset: Dataset, run: str) -> dict[str, Any]:
        """The document of a finished run, which comes a moment after its receipt. @raise NotNow when there is none"""
        until = time.monotonic() + _SECONDS
        while True:
            self._ask("_refresh")
            found = self._search([_is("kind", "run"), _is("dataset", dataset.name), _is("run", run)], size=1)
            if found:
                return found[0]
            if time.monotonic() > until:
                raise NotNow(f"the index knows no finished run {run} of {dataset.name}")
            time.sleep(1)

    def before(self, dataset: Dataset, run: dict[str, Any]) -> list[dict[str, Any]]:
        """The succeeded imports that ended before and brought rows, the last ones first."""
        ended = {"range": {"@timestamp": {"lt": run["@timestamp"]}}}
        wanted = [_is("kind", "run"), _is("dataset", dataset.name), _is("state", "succeeded"), ended]
        others = [{"exists": {"field": name}} for name in ("unchanged_since", "replay")]
        return self._search(wanted, size=dataset.anomalies.history, without=others)

    def facts(self, runs: Sequence[dict[str, Any]]) -> list[RunFacts]:
        """The same runs with what was profiled of them."""
        profiles = self._profiles([run["run"] for run in runs])
        return [RunFacts(run["read"], run["quarantined"], profiles.get(run["run"], {})) for run in runs]

    def _profiles(self, runs: Sequence[str]) -> dict[str, dict[str, FieldProfile]]:
        """Micro-batches, types and windows of each run added up, by run and field."""
        sums = {"rows": {"sum": {"field": "rows"}}, "nulls": {"sum": {"field": "nulls"}}}
        ends = {"minimum": {"min": {"field": "minimum"}}, "maximum": {"max": {"field": "maximum"}}}
        fields = {"terms": {"field": "field", "size": _MOST_FIELDS}, "aggs": sums | ends}
        by_run = {"terms": {"field": "run", "size": len(runs)}, "aggs": {"fields": fields}}
        query = {"bool": {"filter": [_is("kind", "profile"), {"terms": {"run": list(runs)}}]}}
        answer = self._ask("_search", {"size": 0, "query": query, "aggs": {"runs": by_run}})
        buckets = answer.get("aggregations", {}).get("runs", {}).get("buckets", [])
        return {run["key"]: {of["key"]: _profile(of) for of in run["fields"]["buckets"]} for run in buckets}

    def _search(
        self, filters: list[dict[str, Any]], size: int, without: Sequence[dict[str, Any]] = ()
    ) -> list[dict[str, Any]]:
        query = {"bool": {"filter": filters, "must_not": list(without)}}
        body = {"size": size, "query": query, "sort": [{"@timestamp": "desc"}]}
        return [hit["_source"] for hit in self._ask("_search", body)["hits"]["hits"]]

    def _ask(self, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            return ask(self._index, f"/{what}", Question("POST", body, self._headers()))
        except (ApiError, ConnectError) as error:
            raise NotNow(f"{self._index.url} cannot be asked: {error}") from error


def _is(name: str, value: str) -> dict[str, Any]:
    return {"term": {name: value}}


def _profile(bucket: dict[str, Any]) -> FieldProfile:
    rows, nulls = int(bucket["rows"]["value"]), int(bucket["nulls"]["value"])
    return FieldProfile(rows, nulls, bucket["minimum"]["value"], bucket["maximum"]["value"])
