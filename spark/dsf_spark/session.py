"""
The Spark session of a job. Everything here is a default: what `spark-submit` says, the master first, wins. So the same
program runs in one process on a laptop and on a cluster.
"""

import atexit
import glob
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from dsf_connect import StoreSettings
from pyspark import SparkConf, SparkContext
from pyspark.sql import SparkSession

from .failure import FatalError

_CLOUD = "org.apache.spark.internal.io.cloud"
_STATE = "org.apache.spark.sql.execution.streaming.state"

_WEB_IDENTITY = "software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider"

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
    "spark.hadoop.fs.s3a.attempts.maximum": "3",
    "spark.hadoop.fs.s3a.retry.limit": "3",
    "spark.hadoop.fs.s3a.connection.establish.timeout": "15s",
    "spark.hadoop.fs.s3a.connection.timeout": "30s",
}


def open_session(name: str, store: StoreSettings | None = None, trigger_seconds: float = 10) -> SparkSession:
    """Without a store: for transforms on local data, as in tests."""
    conf = _told().setAppName(name)
    if not conf.contains("spark.master"):
        conf.setMaster(os.environ.get("SPARK_MASTER") or "local[2]")
    is_local = (conf.get("spark.master") or "").startswith("local")
    defaults = {**(_ALONE if is_local else {}), **_ALWAYS}
    # how often an idle query says that it has looked
    defaults["spark.sql.streaming.noDataProgressEventInterval"] = f"{max(500, int(trigger_seconds * 500))}ms"
    if store:
        defaults |= {**_WITH_STORE, **_store_options(store)}
        _give_keys(store)
        if store.ca_file and is_local:
            defaults["spark.driver.extraJavaOptions"] += f" {_trust(store.ca_file)}"
    if jars := sorted(glob.glob(os.path.join(os.environ.get("SPARK_JARS") or "/nowhere", "*.jar"))):
        defaults["spark.jars"] = ",".join(jars)
    for key, value in defaults.items():
        conf.setIfMissing(key, value)
    return SparkSession.builder.config(conf=conf).getOrCreate()


def _told() -> SparkConf:
    """What `spark-submit` says. It is in the virtual machine that it started, so that one is asked first; without it, nothing is said."""
    if "PYSPARK_GATEWAY_PORT" in os.environ:
        SparkContext._ensure_initialized()
    return SparkConf()


def _store_options(store: StoreSettings) -> dict[str, str]:
    options = {
        "fs.s3a.endpoint": store.endpoint,
        "fs.s3a.endpoint.region": store.region,
        "fs.s3a.path.style.access": "true" if store.addressing == "path" else "false",
    }
    if not store.access:
        options["fs.s3a.aws.credentials.provider"] = _WEB_IDENTITY
    if store.sse != "none":
        kms = store.sse.startswith("aws:kms")
        options["fs.s3a.encryption.algorithm"] = "SSE-KMS" if kms else "SSE-S3"
        if key := store.sse.removeprefix("aws:kms:") if kms and store.sse != "aws:kms" else "":
            options["fs.s3a.encryption.key"] = key
    return {f"spark.hadoop.{name}": value for name, value in options.items()}


def _give_keys(store: StoreSettings) -> None:
    """
    Through the environment, because the options of the virtual machine are on its command line for all to read. It reads
    them once: keys that change count for S3A when the job starts again.
    """
    keys = {
        "AWS_ACCESS_KEY_ID": store.access,
        "AWS_SECRET_ACCESS_KEY": store.secret,
        "AWS_SESSION_TOKEN": store.session,
    }
    os.environ.update({name: key.read() for name, key in keys.items() if key})


_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def _trust(ca_file: str) -> str:
    """
    Java reads no PEM: its own tool adds our authorities to a copy of those that it brings, because all of the virtual machine
    trusts what is named here. What is in it is public, so its password says nothing. It goes with this process.
    """
    try:
        found = _CERTIFICATE.findall(Path(ca_file).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise FatalError(f'S3_CA_FILE is "{ca_file}", which cannot be read: {error}') from error
    if not found:
        raise FatalError(f'S3_CA_FILE is "{ca_file}", which has no certificate: expected PEM')
    keytool = Path(os.environ.get("JAVA_HOME") or "/usr", "bin", "keytool").resolve()
    folder = tempfile.mkdtemp(prefix="dsf-trust-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    store = os.path.join(folder, "ca.p12")
    shutil.copyfile(keytool.parents[1] / "lib/security/cacerts", store)
    for number, certificate in enumerate(found):
        command = [str(keytool), "-importcert", "-noprompt", "-alias", f"dsf-{number}"]
        into = ["-keystore", store, "-storepass", "changeit"]
        done = subprocess.run(
            [*command, *into], input=certificate, capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode != 0:
            raise FatalError(
                f'S3_CA_FILE is "{ca_file}", which keytool does not take: {done.stdout.strip()[:300]}'
            )
    return f"-Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStorePassword=changeit"


def s3a(store: StoreSettings, key: str) -> str:
    return f"s3a://{store.bucket}/{key}"
