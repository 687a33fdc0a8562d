"""Health and metrics over HTTP, with what the standard library has: some seconds and so many connections for anybody who connects."""

import ipaddress
import json
import logging
import re
import socket
import time
from contextlib import suppress
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from .health import Health

SECONDS = 10
"""Of a connection, from its beginning to its end: a probe has its request ready, and takes the answer."""
MOST_CONNECTIONS = 64

_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}
_log = logging.getLogger(__name__)


def serve(health: Health, host: str, port: int, seconds: float = SECONDS) -> ThreadingHTTPServer:
    """Answers from now on, in threads of its own."""
    server = _Server((host, port), health, seconds)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True, name="http").start()
    return server


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # else a few slow ones keep others from connecting at all

    def __init__(self, address: tuple[str, int], health: Health, seconds: float):
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)
        self.health = health
        self.on_loopback = _is_loopback(address[0])
        self._seconds = seconds
        self._until: dict[socket.socket, float] = {}

    def process_request(self, request: Any, client_address: Any) -> None:
        if len(self._until) >= MOST_CONNECTIONS:
            return self.shutdown_request(request)
        self._until[request] = time.monotonic() + self._seconds
        return super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._until.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Called in between: hangs up on who is too slow, which ends the thread that reads or writes there."""
        now = time.monotonic()
        for request, until in list(self._until.items()):
            if until < now:
                with suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """One who hung up is no news; faults of ours are answered and logged before."""


class _Handler(BaseHTTPRequestHandler):
    """One request for each connection: HTTP/1.0, as the standard library does when nobody asks for more."""

    server: _Server
    default_request_version = "HTTP/1.0"

    def do_GET(self) -> None:
        if refused := refusal(self.headers, self.server.on_loopback):
            return self.send_error(*refused)
        try:
            return self._answer(*self._found(self.path.split("?")[0]))
        except OSError:
            raise
        except Exception:
            _log.exception("a request could not be answered")
            return self.send_error(500, "the job could not answer; its log says why")

    def _found(self, path: str) -> tuple[int, str, str]:
        health = self.server.health
        if path == "/metrics":
            return 200, health.metrics(), "text/plain; version=0.0.4; charset=utf-8"
        if path == "/health/progress":
            return 200, json.dumps(health.progress()), "application/json"
        if path in ("/health/live", "/health/ready"):
            ok, body = health.live() if path.endswith("live") else health.ready()
            return 200 if ok else 503, json.dumps(body), "application/json"
        return _problem(404, f"there is no {path}")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Also of the standard library itself, which names a method that is not there 501."""
        if code == HTTPStatus.NOT_IMPLEMENTED:
            self._answer(*_problem(405, f"{self.command} is not for health; there is GET"), allow="GET")
        else:
            self._answer(*_problem(code, message or HTTPStatus(code).description))

    def _answer(self, status: int, text: str, kind: str, **more: str) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {
            **_HEADERS,
            **more,
            "content-type": kind,
            "content-length": str(len(body)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def version_string(self) -> str:
        return "dsf"

    def log_message(self, format: str, *args: Any) -> None:
        """A probe is no news."""


def refusal(headers: Message, on_loopback: bool) -> tuple[int, str] | None:
    """Status and reason of what is not answered: a browser that a page of another site sent, as with the stages."""
    host = headers.get("host")
    if host is None:
        return 400, "the header Host is missing"
    if on_loopback and not _is_loopback(re.sub(r":\d+$", "", host)):
        return 403, f"this job listens on loopback only, and is not {json.dumps(host)}"
    origin = headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != host
    if foreign or headers.get("sec-fetch-site") == "cross-site":
        return 403, "requests of pages of other sites are not answered"
    return None


def _is_loopback(name: str) -> bool:
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _problem(status: int, detail: str) -> tuple[int, str, str]:
    """RFC 9457"""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return status, json.dumps(body), "application/problem+json"
