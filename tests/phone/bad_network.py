"""What may stand between a phone and the server: a proxy that fails, or swallows answers."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

# Of one connection, not of what goes over it (RFC 9110, 7.6.1); lengths are counted anew.
OF_A_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "upgrade", "content-length"}


@dataclass
class Network:
    server: str
    url: str = ""
    weather: str = "fine"
    """`fine`; `500` and `gone`: the server is not asked; `unheard`: it is, and the answer lost."""
    flip: str = ""
    """In answers to paths that begin so one bit is another."""
    asked: list[str] = field(default_factory=list)


@contextmanager
def between(server: str) -> Iterator[Network]:
    """A network to the server, whose weather the test makes."""
    network = Network(server)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        do_HEAD = do_POST = do_PUT = do_DELETE = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            network.asked.append(self.path)
            if network.weather == "500":
                self._send(500, [("Content-Type", "text/html")], b"<h1>Out of order</h1>")
                return
            if network.weather == "gone":
                self.close_connection = True
                return
            passed = ask(network, self.command, self.path, self.headers, body)
            if passed is None or network.weather == "unheard":
                self.close_connection = True
            else:
                self._send(*passed)

        def _send(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            if self.command != "HEAD" and status not in (204, 304):
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


def ask(
    network: Network, method: str, path: str, headers: Message, body: bytes
) -> tuple[int, list[tuple[str, str]], bytes] | None:
    """What the server answers: status, headers and content; None where nobody is there."""
    flips = bool(network.flip) and path.startswith(network.flip)
    dropped = OF_A_CONNECTION | ({"accept-encoding"} if flips else set())
    onward = http.client.HTTPConnection(urlsplit(network.server).netloc, timeout=60)
    try:
        said = {name: text for name, text in headers.items() if kept(name, dropped)}
        onward.request(method, path, body or None, said)
        answer = onward.getresponse()
        content = answer.read()
    except OSError:
        return None
    finally:
        onward.close()
    passed = [(name, text) for name, text in answer.getheaders() if kept(name)]
    return answer.status, passed, flipped(content) if flips and content else content


def kept(name: str, dropped: set[str] = OF_A_CONNECTION) -> bool:
    return name.lower() not in dropped


def flipped(content: bytes) -> bytes:
    """With one bit in the middle another."""
    changed = bytearray(content)
    changed[len(changed) // 2] ^= 1
    return bytes(changed)
