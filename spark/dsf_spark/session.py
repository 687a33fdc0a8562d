"""
The Spark session of a job. Everything here is a default: what `spark-submit` says, the master first, wins. So the same
program runs in one process on a laptop and on a cluster.
"""

import glob
import os
from pathlib import Path

from pyspark import SparkConf
from pyspark.sql import SparkSession

from .settings import StoreSettings

_CLOUD = "org.apache.spark.internal.io.cloud"
_STATE = "org.apache.spark.sql.execution.streaming.state"

_LOG4J = Path(__file__).parents[1] / "log4j2.properties"

_ALONE = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.memory": "700m",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.extraJavaOptions": f"-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile=file:{_LOG4J}",
}

_ALWAYS = {
    "spark.sql.session.timeZone": "UTC",
    # state has as many files a batch as there are partitions; a checkpoint keeps the number it began with
    "spark.sql.shuffle.partitions": "2",
    # not for streams, and says so every time
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.streaming.noDataMicroBatches.enabled": "false",
    "spark.sql.streaming.stopTimeout": "15s",
    # state outside the heap, and in the store as the changes of a batch
    "spark.sql.streaming.stateStore.providerClass": f"{_STATE}.RocksDBStateStoreProvider",
    "spark.sql.streaming.stateStore.rocksdb.changelogCheckpointing.enabled": "true",
    "spark.sql.streaming.stateStore.rocksdb.boundedMemoryUsage": "true",
    "spark.sql.streaming.stateStore.rocksdb.maxMemoryUsageMB": "128",
    "spark.sql.streaming.stateStore.maintenanceInterval": "300s",
}

_WITH_STORE = {
    # an object appears when its upload is complete: no rename, which S3 has not
    "spark.sql.streaming.checkpointFileManagerClass": f"{_CLOUD}.AbortableStreamBasedCheckpointFileManager",
    # a store that is away is noticed in seconds, and waited for by the job
    "spark.hadoop.fs.s3a.path.style.access": "true",
    "spark.hadoop.fs.s3a.endpoint.region": "us-east-1",
    "spark.hadoop.fs.s3a.attempts.maximum": "3",
    "spark.hadoop.fs.s3a.retry.limit": "3",
    "spark.hadoop.fs.s3a.connection.establish.timeout": "15s",
    "spark.hadoop.fs.s3a.connection.timeout": "30s",
}


def open_session(name: str, store: StoreSettings | None = None, trigger_seconds: float = 10) -> SparkSession:
    """Without a store: for transforms on local data, as in tests."""
    conf = SparkConf().setAppName(name)
    if not conf.contains("spark.master"):
        conf.setMaster(os.environ.get("SPARK_MASTER") or "local[2]")
    is_local = (conf.get("spark.master") or "").startswith("local")
    defaults = {**(_ALONE if is_local else {}), **_ALWAYS}
    # how often an idle query says that it has looked
    defaults["spark.sql.streaming.noDataProgressEventInterval"] = f"{max(500, int(trigger_seconds * 500))}ms"
    if store:
        defaults |= {**_WITH_STORE, "spark.hadoop.fs.s3a.endpoint": store.endpoint}
        _give_keys(store)
    if jars := sorted(glob.glob(os.path.join(os.environ.get("SPARK_JARS") or "/nowhere", "*.jar"))):
        defaults["spark.jars"] = ",".join(jars)
    for key, value in defaults.items():
        conf.setIfMissing(key, value)
    return SparkSession.builder.config(conf=conf).getOrCreate()


def _give_keys(store: StoreSettings) -> None:
    """Through the environment, because the options of the virtual machine are on its command line for all to read."""
    os.environ["AWS_ACCESS_KEY_ID"] = store.access_key
    os.environ["AWS_SECRET_ACCESS_KEY"] = store.secret_key


def s3a(store: StoreSettings, key: str) -> str:
    return f"s3a://{store.bucket}/{key}"
