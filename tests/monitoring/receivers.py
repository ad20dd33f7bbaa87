"""Servers on this machine that take what an Alertmanager sends: a webhook, and mail."""

import base64
import email
import json
import threading
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from types import TracebackType
from typing import Any


class _Receiver:
    """A server in a thread, while it is entered."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._server.receiver = self

    def __enter__(self) -> "Any":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def _port(self) -> int:
        return int(self._server.server_address[1])


class WebhookReceiver(_Receiver):
    """Takes what is posted to it, as Slack does."""

    def __init__(self) -> None:
        super().__init__(ThreadingHTTPServer(("127.0.0.1", 0), _Webhook))
        self.posts: list[dict[str, Any]] = []

    @property
    def address(self) -> str:
        """Where to post to."""
        return f"http://127.0.0.1:{self._port}/services/hook"


class _Webhook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.receiver.posts.append(json.loads(content))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@dataclass(frozen=True)
class Mail:
    """A mail, to whom it went, and who said that they send it."""

    message: Message
    recipients: list[str]
    login: tuple[str, str] | None

    @property
    def text(self) -> str:
        """What stands in it."""
        parts = [part for part in self.message.walk() if not part.is_multipart()]
        return "".join(bytes(part.get_payload(decode=True)).decode() for part in parts)


class MailReceiver(_Receiver):
    """Takes mails by SMTP, from whoever logs in with whatever password."""

    def __init__(self) -> None:
        server = ThreadingTCPServer(("127.0.0.1", 0), _Smtp)
        server.daemon_threads = True
        super().__init__(server)
        self.mails: list[Mail] = []

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._port}"


class _Smtp(StreamRequestHandler):
    def handle(self) -> None:
        self._recipients: list[str] = []
        self._login: tuple[str, str] | None = None
        self._say("220 ready")
        with suppress(ConnectionError):  # of a sender that was stopped
            while line := self.rfile.readline().decode().strip():
                if line.upper() == "QUIT":
                    self._say("221 bye")
                    return
                self._answer(line)

    def _answer(self, line: str) -> None:
        word = line.partition(" ")[0].upper()
        if word == "EHLO":
            self._say("250-here", "250 AUTH PLAIN")
        elif word == "AUTH":
            _, user, password = base64.b64decode(line.split()[-1]).decode().split("\0")
            self._login = (user, password)
            self._say("235 welcome")
        elif word == "DATA":
            self._say("354 go on")
            self._take()
            self._say("250 taken")
        else:
            if word == "RCPT":
                self._recipients.append(line.partition("<")[2].partition(">")[0])
            self._say("250 fine")

    def _take(self) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        text = b"".join(line.removeprefix(b".") for line in lines)
        mail = Mail(email.message_from_bytes(text), list(self._recipients), self._login)
        self.server.receiver.mails.append(mail)  # type: ignore[attr-defined]
        self._recipients.clear()

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
