"""The topic `<dataset>.enriched` as a stream of records, receipts left out."""

import json

from dsf_dataset import Dataset, enriched_schema, topic_name
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.avro.functions import from_avro

from .registry import Schema, frame
from .windows import measured_fields

UNKNOWN_SCHEMA = "dsf: no schema for the frame "


def enriched_stream(
    spark: SparkSession, dataset: Dataset, brokers: str, writers: dict[int, str], records_per_batch: int
) -> DataFrame:
    messages = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", brokers)
        .option("kafka.isolation.level", "read_committed")
        # a broker that is away is told in seconds
        .option("kafka.default.api.timeout.ms", 15_000)
        .option("kafka.request.timeout.ms", 10_000)
        .option("subscribe", topic_name(dataset.name, "enriched"))
        .option("startingOffsets", "earliest")
        .option("includeHeaders", True)
        .option("failOnDataLoss", True)
        .option("maxOffsetsPerTrigger", records_per_batch)
        .load()
    )
    return decoded(messages, dataset, writers)


def decoded(messages: DataFrame, dataset: Dataset, writers: dict[int, str]) -> DataFrame:
    """
    The fields that trends need, of records by any of the writer schemas (by id). One of another schema ends the query with
    UNKNOWN_SCHEMA and its frame, and is never skipped.
    """
    is_receipt = F.exists(
        F.coalesce("headers", F.array().cast("array<struct<key:string,value:binary>>")),
        lambda header: (header["key"] == "dsf-kind") & (header["value"] == F.lit(b"receipt")),
    )
    rows = messages.where(~is_receipt).select(_by_writer(F.col("value"), dataset, writers).alias("record"))
    return rows.select("record.*")


def _by_writer(value: Column, dataset: Dataset, writers: dict[int, str]) -> Column:
    """Inside the virtual machine: no process of Python between the records and the state."""
    beginning, avro = F.substring(value, 1, 5), F.expr("substring(value, 6)")
    reader = json.dumps(reader_schema(dataset))
    unknown = F.raise_error(F.concat(F.lit(UNKNOWN_SCHEMA), F.coalesce(F.hex(beginning), F.lit("null"))))
    record = unknown
    for schema_id, writer in writers.items():
        read = from_avro(avro, writer, {"avroSchema": reader, "mode": "FAILFAST"})
        record = F.when(beginning == F.lit(frame(schema_id)), read).otherwise(record)
    return record


def reader_schema(dataset: Dataset) -> Schema:
    """Of the record's fields those that trends need: the rest is skipped, not decoded."""
    roles = [*dataset.key, dataset.event_time, dataset.type_field, *measured_fields(dataset)]
    wanted = {field.column for field in roles if field} | {"simulated"}
    schema = enriched_schema(dataset)
    return {**schema, "fields": [field for field in schema["fields"] if field["name"] in wanted]}
