"""A small real HTTP server, which answers what a test tells it to."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Answer = tuple[int, Any]


@dataclass
class Server:
    url: str
    asked: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    """Of each request: method and path, headers in lower case, body."""
    times: list[float] = field(default_factory=list)


@contextmanager
def serving(answer: Callable[[str, int], Answer]) -> Iterator[Server]:
    """`answer` gets the path and the number of requests so far, and gives status and body (JSON, unless it is a text)."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.asked.append((f"{self.command} {self.path}", headers, body))
            server.times.append(time.monotonic())
            status, said = answer(self.path, len(server.asked))
            self.send_response(status)
            self.end_headers()
            self.wfile.write((said if isinstance(said, str) else json.dumps(said)).encode())

        do_GET = do_POST = do_DELETE = _answer

        def log_message(self, *_: Any) -> None:
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = Server(f"http://127.0.0.1:{listener.server_port}")
    Thread(target=listener.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()


def closed_port() -> str:
    """An address where nobody listens."""
    with serving(lambda *_: (200, "")) as server:
        return server.url
