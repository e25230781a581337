"""What may stand between a phone and the server: a proxy that fails, or swallows answers."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

PASSED_ON = ("authorization", "content-type", "idempotency-key", "if-none-match", "accept")


@dataclass
class Network:
    url: str = ""
    weather: str = "fine"
    """`fine`; `500`: the server is not asked; `unheard`: it is, and its answer is lost."""
    asked: list[str] = field(default_factory=list)


@contextmanager
def between(server: str) -> Iterator[Network]:
    """A network to the server, whose weather the test makes."""
    network = Network()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, format: str, *args: object) -> None:
            pass

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            network.asked.append(self.path)
            if network.weather == "500":
                self._send(500, {"Content-Type": "text/html"}, b"<h1>Out of order</h1>")
                return
            onward = http.client.HTTPConnection(urlsplit(server).netloc, timeout=60)
            headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
            onward.request(self.command, self.path, body or None, headers)
            answer = onward.getresponse()
            content = answer.read()
            onward.close()
            if network.weather == "unheard":
                self.close_connection = True
                return
            names = ("Content-Type", "Date", "ETag", "Retry-After")
            passed = {name: answer.headers[name] for name in names if name in answer.headers}
            self._send(answer.status, passed, content)

        def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy.daemon_threads = True
    thread = Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    network.url = f"http://127.0.0.1:{proxy.server_port}"
    try:
        yield network
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()
