"""A mail server on this machine that speaks as much SMTP (RFC 5321) as is needed to take an email,
to refuse one, and to break off."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from threading import Thread


@dataclass
class MailServer:
    """`to_recipients` has the replies to the next RCPT commands; all else is taken. Where `breaks`
    is set, it hangs up when it has the whole email, without a word."""

    port: int = 0
    taken: list[tuple[str, Message]] = field(default_factory=list)
    to_recipients: list[str] = field(default_factory=list)
    breaks: bool = False
    connections: int = 0


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Start it on a port that the system chooses, and stop it on the way out."""
    state = MailServer()

    class Session(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            state.connections += 1
            recipient = ""
            self.say("220 ready")
            while line := self.rfile.readline():
                said = line.decode().strip()
                word = said[:4].upper()
                if word == "RCPT":
                    recipient = said.partition("<")[2].partition(">")[0]
                    self.say(state.to_recipients.pop(0) if state.to_recipients else "250 ok")
                elif word == "DATA":
                    self.say("354 go on")
                    taken = (recipient, message_from_bytes(self.whole()))
                    if state.breaks:
                        return
                    state.taken.append(taken)
                    self.say("250 taken")
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def whole(self) -> bytes:
            lines = []
            while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                lines.append(line)
            return b"".join(lines)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Session) as server:
        state.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
