from datetime import timedelta

import pytest
from dsf_airflow.settings import SettingsError, read_settings
from dsf_client import Api

GOOD = {
    "DSF_INGESTOR_URL": "http://ingestor:1/",
    "DSF_HEALTH_URLS": "ingestor=http://ingestor:1, csv-profile=http://profile:3/",
    "DATASETS_DIR": "/datasets",
    "DSF_BATCH_COMMAND": "/opt/spark/bin/python -m",
}


def test_what_is_left_out_has_a_default():
    settings = read_settings(GOOD)
    assert settings.ingestor == Api("http://ingestor:1")
    assert settings.services == {"ingestor": "http://ingestor:1", "csv-profile": "http://profile:3"}
    assert settings.batch_command == ("/opt/spark/bin/python", "-m")
    assert (settings.retry_delay, settings.deadline) == (timedelta(minutes=1), timedelta(minutes=45))
    assert (settings.schedule, settings.sources, settings.alert_email) == ("0 * * * *", {}, None)


def test_what_is_given_counts():
    given = {"DSF_RETRY_SECONDS": "1", "DSF_DEADLINE_MINUTES": "0.5", "DSF_SCHEDULE": "none"}
    given["DSF_INGESTOR_TOKEN_FILE"] = "/token"
    settings = read_settings({**GOOD, **given, "DSF_SOURCES": '{"a": "http://b/c.csv"}'})
    assert settings.ingestor.token_file == "/token"
    assert (settings.retry_delay, settings.deadline) == (timedelta(seconds=1), timedelta(seconds=30))
    assert (settings.schedule, settings.sources) == (None, {"a": "http://b/c.csv"})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DSF_INGESTOR_URL", "", "DSF_INGESTOR_URL is not set"),
        ("DSF_INGESTOR_URL", "ingestor:1", 'DSF_INGESTOR_URL is "ingestor:1": expected http'),
        ("DSF_INGESTOR_URL", "ftp://me:hunter2@ingestor:1/?key=hunter2", 'is "ftp://…@ingestor:1/?…": '),
        ("DSF_HEALTH_URLS", "http://ingestor:1", "expected name=http"),
        ("DSF_HEALTH_URLS", "a=http://me:hunter2@b:1,c", 'is "…@b:1,c": '),
        ("DSF_RETRY_SECONDS", "soon", 'DSF_RETRY_SECONDS is "soon": expected a number greater than 0'),
        ("DSF_DEADLINE_MINUTES", "0", 'DSF_DEADLINE_MINUTES is "0"'),
        ("DSF_SOURCES", "http://b/c.csv?key=hunter2", "DSF_SOURCES cannot be read: expected JSON"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named_with_its_value(name, value, said):
    with pytest.raises(SettingsError) as raised:
        read_settings({**GOOD, name: value})
    assert said in str(raised.value)
    assert "hunter2" not in str(raised.value)
