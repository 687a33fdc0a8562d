"""Whom S3A trusts: the authorities of S3_CA_FILE, all of them, beside those that Java brings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from dsf_spark.failure import FatalError
from dsf_spark.session import _trust

KEYTOOL = Path(os.environ.get("JAVA_HOME") or "/usr", "bin", "keytool").resolve()


def certificate(folder, name):
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    out = ["-days", "2", "-subj", f"/CN={name}", "-keyout", str(folder / "key"), "-out", str(folder / name)]
    subprocess.run([*made, *out], check=True, capture_output=True)
    return (folder / name).read_text()


def entries(store):
    listed = subprocess.run(
        [KEYTOOL, "-list", "-keystore", store, "-storepass", "changeit"],
        check=True,
        capture_output=True,
        text=True,
    )
    return listed.stdout.count("trustedCertEntry")


def test_every_certificate_of_the_file_is_trusted_beside_those_of_java(tmp_path):
    ca = tmp_path / "ca.pem"
    ca.write_text("two of them\n" + certificate(tmp_path, "one") + certificate(tmp_path, "two"))
    store = _trust(str(ca)).split()[0].partition("=")[2]
    assert entries(store) == entries(str(KEYTOOL.parents[1] / "lib/security/cacerts")) + 2


def test_nothing_is_left_behind(tmp_path):
    ca = tmp_path / "ca.pem"
    ca.write_text(certificate(tmp_path, "one"))
    program = "import sys; from dsf_spark.session import _trust; print(_trust(sys.argv[1]))"
    ended = subprocess.run(
        [sys.executable, "-c", program, str(ca)], capture_output=True, text=True, check=True
    )
    assert not Path(ended.stdout.split()[0].partition("=")[2]).exists()


def test_a_file_without_a_certificate_is_named(tmp_path):
    ca = tmp_path / "ca.pem"
    ca.write_text("none")
    with pytest.raises(FatalError, match='S3_CA_FILE is ".*ca.pem", which has no certificate'):
        _trust(str(ca))
