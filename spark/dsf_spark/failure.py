"""Failure is a type: a server that is away is waited for, what concerns the process ends it, anything else parks its dataset."""

import re

import requests
import urllib3.exceptions
from confluent_kafka import KafkaError, KafkaException
from dsf_connect import ConnectError
from minio.error import S3Error, ServerError
from py4j.protocol import Py4JNetworkError


class TransientError(Exception):
    """A server that is away, or not ready. Its message says which and why."""


class FatalError(Exception):
    """Nothing that waiting would mend; of one dataset, where it is met in its query."""


_AWAY = {
    KafkaError._TRANSPORT,
    KafkaError._ALL_BROKERS_DOWN,
    KafkaError._TIMED_OUT,
    KafkaError._TIMED_OUT_QUEUE,
    KafkaError._MSG_TIMED_OUT,
    KafkaError._RESOLVE,
    KafkaError._WAIT_COORD,
    KafkaError._UNKNOWN_TOPIC,
    KafkaError._UNKNOWN_PARTITION,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.NOT_COORDINATOR,
    KafkaError.REQUEST_TIMED_OUT,
}

_AWAY_IN_JAVA = re.compile(
    r"java\.net\.(ConnectException|SocketException|SocketTimeoutException|UnknownHostException|NoRouteToHostException)"
    r"|org\.apache\.kafka\.common\.errors\.(TimeoutException|DisconnectException|NetworkException"
    r"|\w+NotAvailableException|NotLeaderOrFollowerException|UnknownTopicOrPartitionException)"
    r"|software\.amazon\.awssdk\.core\.exception\.(ApiCall\w*Timeout\w*|RetryableException)"
    r"|SdkClientException: Unable to execute HTTP request"
    r"|org\.apache\.hadoop\.fs\.s3a\.(AWSStatus500Exception|AWSServiceThrottledException|AWSApiCallTimeoutException)"
    r"|(ConnectTimeout|NoHttpResponse|ConnectionPoolTimeout)Exception"
    r"|\(Service: S3, Status Code: 50\d"
)

_AWAY_IN_S3 = (
    "SlowDown",
    "ServiceUnavailable",
    "InternalError",
    "RequestTimeout",
    "XMinioServerNotInitialized",
)


def is_transient(error: BaseException) -> bool:
    if isinstance(error, KafkaException):
        return _is_broker_away(error.args[0])
    if isinstance(error, S3Error):
        return error.code in _AWAY_IN_S3
    if isinstance(error, ServerError):
        return error.status_code >= 500
    # a file of a secret or certificate that is not there, or wrong, for a moment: variables are judged at start
    away = (
        TransientError,
        ConnectError,
        requests.ConnectionError,
        requests.Timeout,
        urllib3.exceptions.HTTPError,
    )
    return isinstance(error, away) or bool(_AWAY_IN_JAVA.search(java_text(error)))


_ENDS_IN_JAVA = re.compile(
    r"java\.lang\.OutOfMemoryError|stopped SparkContext|SparkContext was shut ?down|SparkContext has been shutdown"
)


def ends_process(error: BaseException) -> bool:
    """No other dataset can go on either: memory is used up, the virtual machine is gone, or another copy took over."""
    if isinstance(error, KafkaException):
        return bool(error.args[0].code() == KafkaError._FENCED)
    gone = (MemoryError, ConnectionError, Py4JNetworkError, KeyboardInterrupt, SystemExit)
    return isinstance(error, gone) or bool(_ENDS_IN_JAVA.search(java_text(error)))


def _is_broker_away(error: KafkaError) -> bool:
    if error.code() == KafkaError._FENCED:
        return False
    return error.retriable() or error.txn_requires_abort() or error.code() in _AWAY


def java_text(error: BaseException) -> str:
    """All that the virtual machine said of a failure, its causes included; empty for a failure of Python."""
    parts = [
        getattr(error, "_desc", None),
        getattr(error, "_stackTrace", None),
        getattr(error, "java_exception", None),
    ]
    throwable = getattr(error, "_origin", None)
    while throwable is not None:
        parts.append(throwable.toString())
        throwable = throwable.getCause()
    return "\n".join(str(part) for part in parts if part is not None)


def sentence(error: BaseException) -> str:
    """One line for readiness and the log."""
    text = java_text(error)
    lines = [line.strip() for line in (text or str(error) or repr(error)).splitlines()]
    lines = [line for line in lines if line and not line.startswith("at ")]
    causes = [line for line in lines if line.startswith("Caused by:")]
    found = _AWAY_IN_JAVA.search(text)
    chosen = next((line for line in lines if found and found[0] in line), [*lines[:1], *causes][-1])
    return chosen.removeprefix("Caused by: ")[:400]
