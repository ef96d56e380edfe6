"""HTTP at its plainest: what a request needs to be read and answered, and no more.

A framework's request and response objects cost more than parsing a fix does.
"""

from collections.abc import Sequence

import orjson
from starlette.types import Receive, Scope, Send

Header = tuple[bytes, bytes]


class Answer:
    """Status, body and headers of an answer, ready to be sent any number of times."""

    def __init__(
        self, status: int, body: bytes = b"", headers: Sequence[Header] = ()
    ) -> None:
        own = [(b"content-length", str(len(body)).encode()), *headers]
        if body:
            own.append((b"content-type", b"application/json"))
        self._start = {"type": "http.response.start", "status": status, "headers": own}
        self._body = {"type": "http.response.body", "body": body}

    async def send(self, send: Send) -> None:
        """Send this answer."""
        await send(self._start)
        await send(self._body)


def refusal(status: int, code: str, message: str, *headers: Header) -> Answer:
    """Return an answer that says in one line what is wrong."""
    content = {"error": {"code": code, "message": message}}
    return Answer(status, orjson.dumps(content), headers)


class Asked:
    """A request: its method, its headers, its query, and its body when read."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.query: bytes = scope["query_string"]
        self.receive = receive
        self._headers: list[Header] = scope["headers"]

    def header(self, name: bytes) -> str:
        """Return a header by its name in small letters, empty if it is not there."""
        for own, value in self._headers:
            if own == name:
                return value.decode("latin-1")
        return ""
