"""The variables of the servers: what becomes of them for each client, and that no secret shows."""

import json
import os
from pathlib import Path

import pytest
import urllib3
from dsf_connect import (
    ConnectError,
    open_store,
    read_index,
    read_kafka,
    read_registry,
    read_store,
    secret,
)

STORE = {"S3_ENDPOINT": "https://store:9000", "S3_ACCESS_KEY": "me", "S3_SECRET_KEY": "hunter2"}
SCRAM = {
    "KAFKA_BROKERS": "k:9093",
    "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
    "KAFKA_SASL_USERNAME": "trends",
    "KAFKA_SASL_PASSWORD": 'hunt"er\\2',
    "KAFKA_SSL_CA_FILE": "/ca.pem",
}


def test_a_secret_of_a_file_is_read_again_each_time(tmp_path):
    file = tmp_path / "word"
    file.write_text("one\n")
    told = secret({"A_FILE": str(file)}, "A")
    assert told.read() == "one"
    file.write_text("two")
    assert told.read() == "two"
    file.write_text("")
    with pytest.raises(ConnectError, match="A_FILE is .*, which is empty"):
        told.read()
    os.remove(file)
    with pytest.raises(ConnectError, match="A_FILE is .*, which cannot be read: FileNotFoundError"):
        told.read()


def test_a_secret_loses_one_end_of_a_line_and_nothing_else(tmp_path):
    file = tmp_path / "word"
    told = secret({"A_FILE": str(file)}, "A")
    for written, read in ((b"a\r\n", "a"), (b"a\n", "a"), (b" a \n", " a ")):
        file.write_bytes(written)
        assert told.read() == read


def test_a_secret_with_what_nobody_sees_is_refused(tmp_path):
    file = tmp_path / "word"
    cases = {
        b"p\n\n": "several lines",
        b"p\rq": "several lines",
        b"\xef\xbb\xbfp\n": "a byte order mark",
        b"p\0": r"the control character U\+0000",
        b"p\x7f": r"the control character U\+007F",
    }
    for written, what in cases.items():
        file.write_bytes(written)
        with pytest.raises(ConnectError, match=f"A_FILE is .*, which has {what}: expected the secret alone"):
            secret({"A_FILE": str(file)}, "A").read()
        with pytest.raises(ConnectError, match=f"A has {what}: expected the secret alone"):
            secret({"A": written.decode()}, "A")


_VECTORS = Path(__file__).parents[3] / "libs/dataset/vectors/connections.json"
_READ = {"kafka": read_kafka, "registry": read_registry, "store": read_store, "index": read_index}


@pytest.mark.parametrize("case", json.loads(_VECTORS.read_text()), ids=lambda case: json.dumps(case["env"]))
def test_what_the_stages_refuse_is_refused_here(case):
    read = _READ[case["of"]]
    if "refused" not in case:
        read(case["env"])
        return
    with pytest.raises(ConnectError, match=case["refused"]):
        read(case["env"])


def test_a_secret_is_told_once_and_never_shown():
    with pytest.raises(ConnectError, match="A and A_FILE are both set"):
        secret({"A": "hunter2", "A_FILE": "f"}, "A")
    everything = [
        read_store(STORE),
        read_kafka(SCRAM),
        read_registry(
            {
                "SCHEMA_REGISTRY_URL": "http://r",
                "SCHEMA_REGISTRY_USERNAME": "u",
                "SCHEMA_REGISTRY_PASSWORD": "hunter2",
            }
        ),
        read_index({"ELASTICSEARCH_URL": "http://e", "ELASTICSEARCH_API_KEY": "hunter2"}),
    ]
    assert "hunt" not in repr(everything)


def test_kafka_without_security_is_asked_as_before():
    plain = read_kafka({"KAFKA_BROKERS": "k:1"})
    assert plain.client() == {"bootstrap.servers": "k:1"}
    assert plain.spark() == {"kafka.bootstrap.servers": "k:1"}
    assert plain.topic("a.raw") == "a.raw"


def test_kafka_is_told_who_we_are_by_both_clients():
    secured = read_kafka(SCRAM | {"KAFKA_PREFIX": "team."})
    assert secured.topic("a.raw") == "team.a.raw"
    assert secured.client() == {
        "bootstrap.servers": "k:9093",
        "security.protocol": "SASL_SSL",
        "ssl.ca.location": "/ca.pem",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "trends",
        "sasl.password": 'hunt"er\\2',
    }
    assert secured.spark() == {
        "kafka.bootstrap.servers": "k:9093",
        "kafka.security.protocol": "SASL_SSL",
        "kafka.ssl.truststore.type": "PEM",
        "kafka.ssl.truststore.location": "/ca.pem",
        "kafka.sasl.mechanism": "SCRAM-SHA-512",
        "kafka.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required "
        'username="trends" password="hunt\\"er\\\\2";',
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"KAFKA_SECURITY_PROTOCOL": "TLS"},
            'KAFKA_SECURITY_PROTOCOL is "TLS": expected one of PLAINTEXT, SSL',
        ),
        ({"KAFKA_SASL_MECHANISM": "OAUTHBEARER"}, 'KAFKA_SASL_MECHANISM is "OAUTHBEARER": here it is one of'),
        ({"KAFKA_SASL_PASSWORD": ""}, "set KAFKA_SASL_USERNAME, and KAFKA_SASL_PASSWORD or"),
        ({"KAFKA_SSL_CERT_FILE": "c"}, "KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE go together"),
    ],
)
def test_what_does_not_fit_together_is_said(change, said):
    with pytest.raises(ConnectError, match=said):
        read_kafka(SCRAM | change)


def test_the_registry_and_the_index_get_what_they_ask_for_with_each_request(tmp_path):
    url = {"SCHEMA_REGISTRY_URL": "http://r/"}
    assert read_registry(url).headers() == {}
    assert read_registry(url | {"KAFKA_PREFIX": "p."}).prefix == "p."
    assert read_registry(url | {"KAFKA_PREFIX": "p.", "SCHEMA_REGISTRY_PREFIX": ""}).prefix == "p."
    assert read_registry(url | {"SCHEMA_REGISTRY_TOKEN": "t"}).headers() == {"authorization": "Bearer t"}
    file = tmp_path / "key"
    file.write_text("one")
    index = read_index(
        {"ELASTICSEARCH_URL": "http://a:1/,http://b:2", "ELASTICSEARCH_API_KEY_FILE": str(file)}
    )
    assert (index.url, index.headers()) == ("http://a:1", {"authorization": "ApiKey one"})
    file.write_text("two")
    assert index.headers() == {"authorization": "ApiKey two"}


@pytest.mark.parametrize(
    "url",
    [
        *("http://u:hunter2@h", "http:/u:hunter2@h", "http:u:hunter2@h", "http:\\\\u:hunter2@h"),
        *(
            "http:///u:hunter2@h",
            "h\nttp://hunter2@h",
            "http://h?hunter2",
            "http://h#hunter2",
            "h:1",
            "ftp://h",
        ),
    ],
)
def test_a_url_that_may_hold_a_secret_is_refused_and_not_shown(url):
    for read, env in (
        (read_registry, {"SCHEMA_REGISTRY_URL": url}),
        (read_store, STORE | {"S3_ENDPOINT": url}),
        (read_index, {"ELASTICSEARCH_URL": f"http://a,{url}"}),
    ):
        with pytest.raises(ConnectError, match="is no URL that can be used") as refused:
            read(env)
        assert "hunter2" not in str(refused.value)


def test_the_store_asks_for_keys_or_an_identity_and_names_a_missing_file():
    with pytest.raises(ConnectError, match="set S3_ACCESS_KEY and S3_SECRET_KEY"):
        read_store({"S3_ENDPOINT": "http://s", "S3_ACCESS_KEY": "me"})
    lent = read_store({"S3_ENDPOINT": "http://s", "AWS_WEB_IDENTITY_TOKEN_FILE": "t", "AWS_ROLE_ARN": "r"})
    assert (lent.access, lent.region, lent.sse) == (None, "us-east-1", "none")
    with pytest.raises(ConnectError, match='S3_CA_FILE is "/none", and there is no such file'):
        open_store(read_store(STORE | {"S3_CA_FILE": "/none"}), urllib3.PoolManager())


@pytest.mark.parametrize(
    ("told", "headers"),
    [
        ("AES256", {"X-Amz-Server-Side-Encryption": "AES256"}),
        ("aws:kms", {"X-Amz-Server-Side-Encryption": "aws:kms"}),
        (
            "aws:kms:mine",
            {
                "X-Amz-Server-Side-Encryption": "aws:kms",
                "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id": "mine",
            },
        ),
    ],
)
def test_what_is_stored_is_encrypted_as_told(told, headers):
    encryption = read_store(STORE | {"S3_SSE": told}).encryption()
    assert encryption.headers() == headers
