"""Kafka, for two clients: librdkafka of this process, and Java's inside Spark."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .secret import PREFIX, ConnectError, Secret, one_of, path, prefix, required, secret, told

_MODULES = {
    "PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule",
    "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule",
}


@dataclass(frozen=True)
class KafkaSettings:
    brokers: str
    """host:port, comma-separated"""
    prefix: str = ""
    """of topics, groups and transactional ids"""
    protocol: str = "PLAINTEXT"
    mechanism: str | None = None
    username: str | None = None
    password: Secret | None = None
    ca_file: str | None = None
    cert: tuple[str, str] | None = None
    """our own certificate, and its key"""

    def topic(self, name: str) -> str:
        return f"{self.prefix}{name}"

    def client(self) -> dict[str, str | int]:
        """Options of librdkafka, read for each client that is opened."""
        options: dict[str, str | int] = {"bootstrap.servers": self.brokers}
        if self.protocol == "PLAINTEXT":
            return options
        options["security.protocol"] = self.protocol
        if self.ca_file:
            options["ssl.ca.location"] = self.ca_file
        if self.cert:
            options |= {"ssl.certificate.location": self.cert[0], "ssl.key.location": self.cert[1]}
        if self.mechanism and self.username and self.password:
            options |= {
                "sasl.mechanism": self.mechanism,
                "sasl.username": self.username,
                "sasl.password": self.password.read(),
            }
        return options

    def spark(self) -> dict[str, str]:
        """Options of Spark's Kafka source, read for each query that is started."""
        options = {"kafka.bootstrap.servers": self.brokers}
        if self.protocol == "PLAINTEXT":
            return options
        options["kafka.security.protocol"] = self.protocol
        if self.ca_file:
            options |= {"kafka.ssl.truststore.type": "PEM", "kafka.ssl.truststore.location": self.ca_file}
        if self.cert:
            certificate, key = (Path(file).read_text("utf-8") for file in self.cert)
            options |= {
                "kafka.ssl.keystore.type": "PEM",
                "kafka.ssl.keystore.certificate.chain": certificate,
                "kafka.ssl.keystore.key": key,
            }
        if self.mechanism and self.username and self.password:
            user, word = (_quoted(text) for text in (self.username, self.password.read()))
            options["kafka.sasl.mechanism"] = self.mechanism
            options["kafka.sasl.jaas.config"] = (
                f"{_MODULES[self.mechanism]} required username={user} password={word};"
            )
        return options


def _quoted(text: str) -> str:
    """As JAAS reads it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def read_kafka(env: Mapping[str, str]) -> KafkaSettings:
    """@raise ConnectError"""
    env = told(env)
    protocol = one_of(env, "KAFKA_SECURITY_PROTOCOL", "PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
    _require_use(env, protocol)
    cert, key = (path(env, name) for name in ("KAFKA_SSL_CERT_FILE", "KAFKA_SSL_KEY_FILE"))
    if bool(cert) != bool(key):
        raise ConnectError("KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE go together: set both or none")
    settings = KafkaSettings(
        brokers=required(env, "KAFKA_BROKERS"),
        prefix=prefix(env, "KAFKA_PREFIX", PREFIX),
        protocol=protocol,
        ca_file=path(env, "KAFKA_SSL_CA_FILE"),
        cert=(cert, key) if cert and key else None,
    )
    return _with_user(settings, env) if protocol.startswith("SASL") else settings


def _require_use(env: Mapping[str, str], protocol: str) -> None:
    """Who sets a password and no protocol must not talk in plain text without a word."""
    unused = {
        *(("KAFKA_SASL_", "KAFKA_OAUTH_") if not protocol.startswith("SASL") else ()),
        *(("KAFKA_SSL_",) if not protocol.endswith("SSL") else ()),
    }
    for name in env:
        if name.startswith(tuple(unused)):
            raise ConnectError(
                f"{name} is set, and KAFKA_SECURITY_PROTOCOL is {protocol}, which does not use it: "
                "leave it out, or set another protocol"
            )


def _with_user(settings: KafkaSettings, env: Mapping[str, str]) -> KafkaSettings:
    mechanism = required(env, "KAFKA_SASL_MECHANISM")
    if mechanism not in _MODULES:
        raise ConnectError(f'KAFKA_SASL_MECHANISM is "{mechanism}": here it is one of {", ".join(_MODULES)}')
    username, password = env.get("KAFKA_SASL_USERNAME"), secret(env, "KAFKA_SASL_PASSWORD")
    if not username or not password:
        raise ConnectError(
            f"KAFKA_SASL_MECHANISM is {mechanism}: set KAFKA_SASL_USERNAME, "
            "and KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE"
        )
    known = {**vars(settings), "mechanism": mechanism, "username": username, "password": password}
    return KafkaSettings(**known)
