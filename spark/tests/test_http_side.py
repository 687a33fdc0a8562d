"""What anybody who connects gets, on real sockets."""

import http.client
import json
import select
import socket
import time
from email.message import Message

import pytest
from dsf_spark.health import Health
from dsf_spark.http_side import MOST_CONNECTIONS, refusal, serve
from dsf_spark.progress import Board


class Fault(Health):
    def metrics(self):
        raise ValueError("secret")


@pytest.fixture
def server():
    server = serve(Fault(Board("job", []), {}), "127.0.0.1", 0, seconds=1)
    yield server
    server.shutdown()
    server.server_close()


def said(server, text: str) -> str:
    with socket.create_connection(server.server_address) as connection:
        connection.sendall(text.encode())
        with connection.makefile("rb") as answer:
            return answer.read().decode()


@pytest.mark.parametrize(
    ("request_line", "headers", "status", "detail"),
    [
        ("GET /health/live HTTP/1.1", "host: evil.example", 403, "loopback only"),
        ("GET /health/live HTTP/1.1", "host: localhost\r\norigin: https://evil.example", 403, "other sites"),
        ("GET /health/live HTTP/1.1", "x: y", 400, "Host is missing"),
        ("GET /v1/runs HTTP/1.1", "host: localhost:1", 404, "there is no /v1/runs"),
        ("POST /health/live HTTP/1.1", "host: localhost", 405, "there is GET"),
        ("GET /metrics HTTP/1.1", "host: localhost", 500, "its log says why"),
        ("hello", "", 400, "Bad"),
        ("GET /x HTTP/9.9", "", 505, "9.9"),
        (f"GET /{'x' * 70000} HTTP/1.1", "", 414, ""),
        ("GET / HTTP/1.1", f"x: {'x' * 70000}", 431, ""),
    ],
)
def test_every_error_is_a_problem(server, request_line, headers, status, detail):
    head, _, body = said(server, f"{request_line}\r\n{headers}\r\n\r\n").partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.0 {status} ")
    assert "content-type: application/problem+json" in head
    assert "x-content-type-options: nosniff" in head
    assert "Python" not in head
    problem = json.loads(body)
    assert problem["status"] == status
    assert detail in problem["detail"]
    assert "secret" not in body


def test_half_requests_are_gone_in_time_and_never_too_many(server):
    half = "GET /health/live HTTP/1.1\r\nhost: localhost\r\nx-half: "
    many = [socket.create_connection(server.server_address) for _ in range(200)]
    for connection in many:
        connection.sendall(half.encode())
    begin = time.monotonic()
    while len(over(many)) < len(many) - MOST_CONNECTIONS:
        assert time.monotonic() - begin < 0.9
    while len(over(many)) < len(many):
        assert time.monotonic() - begin < 5
    for connection in many:
        connection.close()
    assert "HTTP/1.0 200" in said(server, "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")


def over(connections):
    return select.select(connections, [], [], 0.05)[0]


def test_a_drop_now_and_then_keeps_no_connection(server):
    with socket.create_connection(server.server_address) as slow:
        slow.settimeout(0.1)
        begin = time.monotonic()
        while time.monotonic() - begin < 5:
            try:
                slow.sendall(b"G")
                if slow.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        assert 0.5 < time.monotonic() - begin < 3


def headers_of(**values: str) -> Message:
    headers = Message()
    for name, value in values.items():
        headers[name] = value
    return headers


@pytest.mark.parametrize("host", ["localhost:19301", "127.0.0.1", "[::1]:80", "LOCALHOST", "127.1.2.3"])
def test_names_of_loopback_are_answered(host):
    assert refusal(headers_of(host=host), True) is None


@pytest.mark.parametrize("host", ["rebound.example.org", "127.0.0.1.nip.io:80", "10.0.0.1", ""])
def test_a_foreign_host_is_refused_on_loopback_alone(host):
    assert refusal(headers_of(host=host), True)[0] == 403
    assert refusal(headers_of(host=host), False) is None


def test_a_client_of_ours_is_answered(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    connection.request("GET", "/health/progress")
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())) == (200, {"job": "job", "datasets": {}})
