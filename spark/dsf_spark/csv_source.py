"""The CSV objects of sink-minio (route `processed`) as a stream, in exactly the types that they were written from."""

from dsf_dataset import Dataset, dataset_prefix
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

SQL_TYPES = {
    "string": "string",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp",
}

_PROVENANCE = [("dsf_run", "string"), ("dsf_row", "bigint"), ("dsf_version", "bigint")]

# no cell of data is this: with another text for null than nothing, an empty text `""` stays a text
_NULL = "\0dsf null\0"

CSV_OPTIONS: dict[str, bool | float | int | str | None] = {
    "header": True,
    "enforceSchema": False,
    "mode": "FAILFAST",
    "multiLine": True,
    "lineSep": "\n",
    "sep": ",",
    "quote": '"',
    "escape": '"',
    "nullValue": _NULL,
    "emptyValue": "",
    "encoding": "UTF-8",
}

BATCH_TIME = "dsf_at"


def csv_schema(dataset: Dataset) -> str:
    columns = [(field.column, SQL_TYPES[field.type]) for field in dataset.fields]
    return ", ".join(f"`{name}` {kind}" for name, kind in columns + _PROVENANCE)


def processed_prefix(dataset: Dataset) -> str:
    return dataset_prefix("processed", dataset.name)


def processed_stream(spark: SparkSession, dataset: Dataset, folder: str, objects_per_batch: int) -> DataFrame:
    """Oldest objects first. Each row has the time of its micro-batch, which is the same when that is repeated."""
    return (
        spark.readStream.schema(csv_schema(dataset))
        .options(**CSV_OPTIONS)
        .option("maxFilesPerTrigger", objects_per_batch)
        # never forget an object: one that is written again would be new
        .option("maxFileAge", "36500d")
        .csv(folder)
        .withColumn(BATCH_TIME, F.current_timestamp())
    )
