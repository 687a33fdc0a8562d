"""What the process around a job asks of it, for one dataset."""

from abc import ABC, abstractmethod
from typing import Any

from dsf_dataset import Dataset
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from pyspark.sql.streaming.readwriter import DataStreamWriter

from .session import s3a
from .settings import Settings


class Flow(ABC):
    """A streaming query over a dataset that can be started any number of times, and goes on from its checkpoint."""

    job: str
    output_mode = "append"

    def __init__(self, spark: SparkSession, settings: Settings, dataset: Dataset):
        self.spark = spark
        self.settings = settings
        self.dataset = dataset
        self.failure: BaseException | None = None
        """What ended the last micro-batch in Python: Spark hands on its text only."""

    @classmethod
    def reads(cls, dataset: Dataset) -> bool:
        """False for a dataset that has nothing for this job."""
        return True

    def explain(self, error: BaseException) -> BaseException:
        """What ended the query, of which the type says whether it is worth to start again."""
        return self.failure or error

    @property
    def checkpoint(self) -> str:
        return f"checkpoints/{self.job}/{self.dataset.name}"

    @abstractmethod
    def open(self) -> DataFrame | None:
        """The stream. None while there is nothing to read. Raises TransientError when a server is away."""

    @abstractmethod
    def write(self, batch: DataFrame, batch_id: int, query_id: str) -> None:
        """Effects of a micro-batch, which comes again with the same ids when the process ends in it."""

    @abstractmethod
    def lag(self, progress: Any) -> int:
        """What was there and is not in the micro-batch of this progress, nor in one before."""

    def rows(self, progress: Any) -> int:
        return progress.numInputRows

    def unreadable(self, progress: Any) -> int:
        """Records that were left out because nobody can read them."""
        return 0

    def start(self) -> StreamingQuery | None:
        self.failure = None
        stream = self.open()
        if stream is None:
            return None
        return self._writer(stream).start()

    def _writer(self, stream: DataFrame) -> DataStreamWriter:
        return (
            stream.writeStream.queryName(self.dataset.name)
            .outputMode(self.output_mode)
            .trigger(processingTime=f"{self.settings.trigger_seconds} seconds")
            .option("checkpointLocation", s3a(self.settings.store, self.checkpoint))
            .foreachBatch(self._write)
        )

    def _write(self, batch: DataFrame, batch_id: int) -> None:
        try:
            query_id = batch.sparkSession.sparkContext.getLocalProperty("sql.streaming.queryId")
            assert query_id, "Spark names the query of a micro-batch"
            self.write(batch, batch_id, query_id)
        except BaseException as error:
            self.failure = error
            raise
