"""One local Spark session for all tests, and datasets small enough to reason about."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dsf_dataset import Dataset, load_dataset
from dsf_spark.session import open_session
from pyspark.sql import SparkSession

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """With the jars of Kafka, Avro and S3."""
    if not os.environ.get("SPARK_JARS"):
        pytest.exit(
            "SPARK_JARS is not set: start pytest with node infra/local/python.ts spark, which downloads the jars",
            2,
        )
    session = open_session("tests")
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def kept_schema(kind: str, dataset: str = "earthquakes") -> dict[str, Any]:
    """As the stages register it: the files in git are the judge."""
    return json.loads((REPOSITORY / f"datasets/{dataset}/schemas/{kind}.avsc").read_text("utf-8"))


@pytest.fixture(scope="session")
def earthquakes() -> Dataset:
    return load_dataset(REPOSITORY / "datasets/earthquakes")


@pytest.fixture(scope="session")
def weather() -> Dataset:
    return load_dataset(REPOSITORY / "datasets/seattle-weather")


@pytest.fixture
def define(tmp_path: Path):
    """A dataset `tiny` of these fields."""

    def made(fields: list[dict[str, Any]], key: list[str], **extension: Any) -> Dataset:
        schema = {"primaryKey": key, "fields": fields}
        package = {
            "name": "tiny",
            "resources": [{"name": "tiny", "path": "tiny.csv", "schema": schema}],
            "x-dsf": extension,
        }
        folder = tmp_path / "tiny"
        folder.mkdir(exist_ok=True)
        (folder / "datapackage.json").write_text(json.dumps(package))
        return load_dataset(folder)

    return made
