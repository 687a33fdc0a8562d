"""What a file of a secret or certificate that is away, or wrong, for a moment does to a job: it waits."""

import pytest
from dsf_connect import ConnectError, read_registry
from dsf_spark.failure import FatalError, TransientError, is_transient
from dsf_spark.registry import Registry
from server import serving

NAMED = {"SCHEMA_REGISTRY_USERNAME": "trends"}


def test_a_secret_that_cannot_be_read_is_waited_for():
    assert is_transient(ConnectError("S3_SECRET_KEY_FILE"))


@pytest.mark.parametrize("name", ["SCHEMA_REGISTRY_CA_FILE", "SCHEMA_REGISTRY_CERT_FILE"])
def test_a_certificate_that_is_not_there_is_waited_for(name):
    env = {"SCHEMA_REGISTRY_URL": "https://127.0.0.1:1", name: "/none"}
    if name.endswith("CERT_FILE"):
        env["SCHEMA_REGISTRY_KEY_FILE"] = "/none"
    with pytest.raises(TransientError, match="/none"):
        Registry(read_registry(env)).check()


def test_a_password_of_a_file_that_the_registry_refuses_is_waited_for_and_one_of_a_variable_not(tmp_path):
    file = tmp_path / "word"
    file.write_text("wrong")
    with serving(lambda *_: (401, {"message": "who are you?"})) as server:
        url = {"SCHEMA_REGISTRY_URL": server.url, **NAMED}
        with pytest.raises(TransientError, match="401"):
            Registry(read_registry({**url, "SCHEMA_REGISTRY_PASSWORD_FILE": str(file)})).check()
        with pytest.raises(FatalError, match="401"):
            Registry(read_registry({**url, "SCHEMA_REGISTRY_PASSWORD": "wrong"})).check()
