"""What surrounds the transforms: settings, failures, progress and health."""

import http.client
import json

import pytest
from confluent_kafka import KafkaError, KafkaException
from dsf_spark.crash_points import arm, crash_point
from dsf_spark.failure import FatalError, TransientError, ends_process, is_transient, sentence
from dsf_spark.health import Health
from dsf_spark.http_side import serve
from dsf_spark.listener import _ms
from dsf_spark.progress import Board, Finished
from dsf_spark.settings import SettingsError, read_settings

from .conftest import REPOSITORY

ENVIRONMENT = {
    "KAFKA_BROKERS": "k:1",
    "SCHEMA_REGISTRY_URL": "http://r/",
    "S3_ENDPOINT": "http://s",
    "S3_ACCESS_KEY": "a",
    "S3_SECRET_KEY": "hidden",
    "DATASETS_DIR": str(REPOSITORY / "datasets"),
    "HEALTH_PORT": "1",
}


class FromJava(Exception):
    def __init__(self, text):
        super().__init__(text)
        self._desc = text


def test_settings_name_what_is_missing_or_wrong():
    assert sorted(read_settings(ENVIRONMENT).datasets) == ["earthquakes", "seattle-weather"]
    chosen = read_settings(ENVIRONMENT | {"SPARK_DATASETS": "earthquakes"})
    assert chosen.chosen == {"earthquakes"}
    assert "hidden" not in repr(chosen)
    for change, message in [
        ({"SPARK_DATASETS": "quakes"}, 'SPARK_DATASETS names "quakes": there are earthquakes'),
        ({"HEALTH_PORT": ""}, "HEALTH_PORT is not set"),
        ({"SPARK_TRIGGER_SECONDS": "soon"}, 'SPARK_TRIGGER_SECONDS is "soon"'),
    ]:
        with pytest.raises(SettingsError, match=message):
            read_settings(ENVIRONMENT | change)


def test_a_definition_that_cannot_be_used_is_left_out_and_told(tmp_path):
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong/datapackage.json").write_text("{", "utf-8")
    folders = {"DATASETS_DIR": f"{REPOSITORY}/datasets:{tmp_path}"}
    settings = read_settings(ENVIRONMENT | folders)
    assert sorted(settings.datasets) == ["earthquakes", "seattle-weather"]
    assert [one.name for one in settings.refused] == ["wrong"]
    chosen = read_settings(ENVIRONMENT | folders | {"SPARK_DATASETS": "earthquakes,wrong"})
    assert chosen.chosen == {"earthquakes", "wrong"}
    health = Health(Board("job", [], 1), {}, {"wrong": ["/name: is missing"]})
    assert health.ready() == (
        True,
        {"status": "ok", "dependencies": {}, "refusedDatasets": {"wrong": ["/name: is missing"]}},
    )
    assert health.live()[0]
    assert "\ndsf_job_refused_datasets 1\n" in health.metrics()


@pytest.mark.parametrize(
    ("error", "waited_for"),
    [
        (TransientError("x"), True),
        (FatalError("x"), False),
        (ValueError("x"), False),
        (KafkaException(KafkaError(KafkaError._ALL_BROKERS_DOWN)), True),
        (KafkaException(KafkaError(KafkaError._FENCED)), False),
        (FromJava("x\nCaused by: java.net.ConnectException: Connection refused"), True),
        (FromJava("org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node"), True),
        (
            FromJava(
                "Caused by: org.apache.hadoop.fs.s3a.AWSStatus500Exception: (Service: S3, Status Code: 503"
            ),
            True,
        ),
        (
            FromJava(
                "java.lang.IllegalStateException: Partition x's offset was changed, some data may be lost"
            ),
            False,
        ),
        (
            FromJava("a.SdkClientException: Unable to execute HTTP request: Connect to x failed: refused:"),
            True,
        ),
        (FromJava("java.lang.OutOfMemoryError: Java heap space"), False),
    ],
)
def test_a_server_that_is_away_is_waited_for_and_nothing_else(error, waited_for):
    assert is_transient(error) is waited_for


@pytest.mark.parametrize(
    ("error", "ends"),
    [
        (FatalError("x"), False),
        (ValueError("x"), False),
        (FromJava("org.apache.spark.SparkException: [FAILED_READ_FILE] a cell does not fit"), False),
        (FromJava("java.lang.OutOfMemoryError: Java heap space"), True),
        (ConnectionRefusedError("the virtual machine is gone"), True),
        (KafkaException(KafkaError(KafkaError._FENCED)), True),
        (KafkaException(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED)), False),
    ],
)
def test_only_what_concerns_the_process_ends_it(error, ends):
    assert ends_process(error) is ends


def test_a_sentence_names_the_cause():
    text = "Job aborted\n\tat a.b\nCaused by: java.net.ConnectException: refused\nCaused by: a.Other: thing"
    assert sentence(FromJava(text)) == "java.net.ConnectException: refused"
    assert sentence(FromJava("a\nCaused by: b\nCaused by: the last")) == "the last"
    assert sentence(FromJava("first\nplan\n\tat a.b\n")) == "first"
    assert sentence(ValueError("plain")) == "plain"


def test_an_unknown_crash_point_is_refused():
    with pytest.raises(ValueError, match="expected one of before-publish"):
        arm("before-lunch")
    arm("after-write:3")
    crash_point("after-publish")
    crash_point("after-write")
    arm(None)
    crash_point("after-write")


@pytest.fixture
def service():
    board = Board("csv_profile", ["d"])
    health = Health(board, {})
    server = serve(health, "127.0.0.1", 0)
    port = server.server_port

    def ask(path):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    yield board, health, ask
    server.shutdown()
    server.server_close()


def test_readiness_says_for_what_a_dataset_waits(service):
    _, health, ask = service
    assert ask("/health/ready")[0] == 503
    health.go_on("d")
    assert ask("/health/ready") == (200, json.dumps({"status": "ok", "dependencies": {"d": "ok"}}))
    health.wait("d", "Kafka is away")
    status, body = ask("/health/ready")
    assert (status, json.loads(body)["dependencies"]) == (503, {"d": "Kafka is away"})
    assert ask("/health/live")[0] == 200
    assert ask("/nothing")[0] == 404


def test_a_dataset_that_is_parked_leaves_the_job_ready_and_one_that_went_is_not_told_of(service):
    board, health, ask = service
    health.go_on("d")
    board.add("e")
    health.add("e")
    assert ask("/health/ready")[0] == 503
    health.park("e", "a cell does not fit")
    status, body = ask("/health/ready")
    told = json.loads(body)
    assert (status, told["dependencies"]) == (200, {"d": "ok"})
    assert [(one["dataset"], one["what"], one["reason"]) for one in told["parked"]] == [
        ("e", "query of e", "a cell does not fit")
    ]
    assert 'dsf_parked{dataset="e"} 1' in ask("/metrics")[1]
    board.drop("e")
    health.drop("e")
    health.wait("e", "its last word")
    board.idle("e", 1)
    assert ask("/health/ready") == (200, json.dumps({"status": "ok", "dependencies": {"d": "ok"}}))
    assert '"e"' not in ask("/metrics")[1] + ask("/health/progress")[1]


def test_progress_is_of_the_last_finished_look(service):
    board, _, ask = service
    board.finished("d", Finished(batch=4, at=1000, rows=10, dropped=2, unreadable=0, lag=3))
    board.finished("d", Finished(batch=5, at=2000, rows=5, dropped=1, unreadable=4, lag=1))
    board.idle("d", 3000)
    board.idle("d", 4000)
    progress = json.loads(ask("/health/progress")[1])
    assert progress == {
        "job": "csv_profile",
        "datasets": {
            "d": {
                **{
                    "batch": 5,
                    "at": 2000,
                    "rows": 5,
                    "rowsTotal": 15,
                    "lag": 0,
                    "dropped": 3,
                    "unreadable": 4,
                },
                **{"idleSince": 3000, "lookedAt": 4000},
            }
        },
    }
    metrics = ask("/metrics")[1]
    assert 'dsf_csv_profile_rows_total{dataset="d"} 15' in metrics
    assert 'dsf_csv_profile_dropped_total{dataset="d"} 3' in metrics


def test_times_of_spark_are_utc():
    assert _ms("2026-11-24T22:15:47.689Z") == 1795558547689
