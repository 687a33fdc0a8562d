"""The topic `<dataset>.enriched` as a stream of records, receipts left out."""

import json
from dataclasses import dataclass

from dsf_connect import KafkaSettings
from dsf_dataset import Dataset, topic_name
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.avro.functions import from_avro

from .failure import TransientError
from .registry import Schema, frame
from .windows import measured_fields

UNKNOWN_SCHEMA = "dsf: no schema for the frame "
COUNTED = "records"
# never null in a record; all fields are, where Spark cannot decode one
_READ = "record.simulated"


@dataclass(frozen=True)
class Writers:
    """Schemas that records were written with, by id, the oldest first; and ids that the registry does not know."""

    schemas: dict[int, str]
    foreign: frozenset[int] = frozenset()


def enriched_stream(
    spark: SparkSession, dataset: Dataset, kafka: KafkaSettings, writers: Writers, records_per_batch: int
) -> DataFrame:
    messages = (
        spark.readStream.format("kafka")
        .options(**kafka.spark())
        .option("groupIdPrefix", f"{kafka.prefix}dsf.trends.{dataset.name}")
        .option("kafka.isolation.level", "read_committed")
        # a broker that is away is told in seconds
        .option("kafka.default.api.timeout.ms", 15_000)
        .option("kafka.request.timeout.ms", 10_000)
        .option("subscribe", kafka.topic(topic_name(dataset.name, "enriched")))
        .option("startingOffsets", "earliest")
        .option("includeHeaders", True)
        .option("failOnDataLoss", True)
        .option("maxOffsetsPerTrigger", records_per_batch)
        .load()
    )
    return decoded(messages, dataset, writers)


def decoded(messages: DataFrame, dataset: Dataset, writers: Writers) -> DataFrame:
    """
    The fields that trends need, of records by any of the writer schemas. What is no such record is left out, and counted in
    the observation COUNTED: sink-minio has it in quarantine. A schema that nobody asked the registry for yet ends the query
    with UNKNOWN_SCHEMA and the record's frame.
    """
    is_receipt = F.exists(
        F.coalesce("headers", F.array().cast("array<struct<key:string,value:binary>>")),
        lambda header: (header["key"] == "dsf-kind") & (header["value"] == F.lit(b"receipt")),
    )
    rows = messages.where(~is_receipt).select(_by_writer(F.col("value"), dataset, writers).alias("record"))
    counted = rows.observe(
        COUNTED,
        F.count(_READ).alias("rows"),
        F.count_if(F.col(_READ).isNull()).alias("unreadable"),
    )
    return counted.where(F.col(_READ).isNotNull()).select("record.*")


def _by_writer(value: Column, dataset: Dataset, writers: Writers) -> Column:
    """Inside the virtual machine: no process of Python between the records and the state."""
    beginning, avro = F.substring(value, 1, 5), F.expr("substring(value, 6)")
    options = {"avroSchema": json.dumps(reader_schema(dataset, writers)), "mode": "PERMISSIVE"}
    record = F.raise_error(F.concat(F.lit(UNKNOWN_SCHEMA), F.hex(beginning)))
    for schema_id in writers.foreign:
        record = F.when(beginning == F.lit(frame(schema_id)), F.lit(None)).otherwise(record)
    for schema_id, writer in writers.schemas.items():
        read = from_avro(avro, writer, options)
        record = F.when(beginning == F.lit(frame(schema_id)), read).otherwise(record)
    is_framed = (F.length(beginning) == 5) & (F.substring(value, 1, 1) == F.lit(b"\0"))
    return F.when(is_framed, record)


def reader_schema(dataset: Dataset, writers: Writers) -> Schema:
    """
    Of the newest schema that has them, the fields that trends need: the rest is skipped, not decoded.
    @raise TransientError for a definition that no stage has taken yet
    """
    roles = [*dataset.key, dataset.event_time, dataset.type_field, *measured_fields(dataset)]
    wanted = {field.column for field in roles if field} | {"simulated"}
    for schema in map(json.loads, reversed(writers.schemas.values())):
        fields = [field for field in schema["fields"] if field["name"] in wanted]
        if len(fields) == len(wanted):
            return {**schema, "fields": fields}
    topic = topic_name(dataset.name, "enriched")
    raise TransientError(
        f"no schema of {topic} has the columns {', '.join(sorted(wanted))} yet: the stages register it when they take the definition"
    )
