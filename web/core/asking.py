"""Ask the API in process: the same endpoint, limits, cache and rights as for everybody, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
import orjson
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message, Scope

from api.core.reading.own_writes import OWN_WRITE
from api.http.in_process import InProcess
from web.core.cookies.sessions import Sessions
from web.core.documents import Document
from web.core.problems import Problem

#: Headers that describe the browser's request, not the document that is sent for it.
_BROWSERS = frozenset(
    (
        *(b"accept", b"accept-encoding", b"authorization", b"content-encoding", b"content-length", b"content-type"),
        *(b"cookie", b"if-modified-since", b"if-none-match", b"min-position", b"range", b"transfer-encoding"),
    )
)
_JSON = b"application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a document."""

    data: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[Mapping[str, Any], ...] = ()

    def __getitem__(self, name: str) -> Any:
        return self.data.get(name)

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(str(error.get("extensions", {}).get("code")) for error in self.errors)


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes with a mutation."""

    name: str
    content: bytes
    kind: str = "application/octet-stream"

    @classmethod
    async def of(cls, upload: UploadFile) -> File:
        return cls(upload.filename or "fichier", await upload.read(), upload.content_type or "application/octet-stream")

    def key(self, of_form: str, about: str = "") -> str:
        """Return the key of this file of several: sent again with the form, in any place, it is recorded once."""
        return str(uuid5(NAMESPACE_URL, f"{of_form} {sha256(self.content).hexdigest()} {about}"))


class Api:
    """The GraphQL endpoint of this process."""

    def __init__(self, endpoint: InProcess, sessions: Sessions) -> None:
        self._endpoint, self._sessions = endpoint, sessions
        #: The last public answer to each document, and its content: it is parsed anew once it differs.
        self._kept: dict[str, tuple[bytes, Answer]] = {}

    async def ask(
        self,
        request: Request,
        document: Document,
        variables: Mapping[str, Any],
        file: File | None = None,
        parse: Callable[[bytes], Any] = orjson.loads,
    ) -> Answer:
        """Return the answer for the client of `request`, with the rights of the person signed in there.

        `file` is the input's; `parse` reads the JSON. Raises Problem where the document as a whole is refused, or the
        thing that it names does not exist.
        """
        token = self._sessions.token(request)
        if file is None:
            return _parsed(await self._content(request, document, variables, token), parse)
        body, kind = _with_file(_body(document, variables), file)
        return _parsed(await self._answered(_scope(request.scope, body, kind, token), body), parse)

    async def ask_publicly(self, request: Request, document: Document) -> Answer:
        """Return the answer that everybody gets, signed in or not."""
        content = await self._content(request, document, {}, None)
        kept = self._kept.get(document.name)
        if kept is None or kept[0] != content:
            kept = self._kept[document.name] = (content, _parsed(content))
        return kept[1]

    async def _content(
        self, request: Request, document: Document, variables: Mapping[str, Any], token: str | None
    ) -> bytes:
        if document.is_query:
            authorization = None if token is None else _bearer(token)
            content = await self._endpoint.read(request.scope, document.text, variables, authorization)
            if content is not None:
                return content
        body = _body(document, variables)
        return await self._answered(_scope(request.scope, body, _JSON, token), body)

    async def _answered(self, scope: Scope, body: bytes) -> bytes:
        answer, received, status = bytearray(), False, 200

        async def receive() -> Message:
            nonlocal received
            if received:
                # Nothing follows, and the client has not gone: whoever waits for either is cancelled at the end.
                await asyncio.Event().wait()
            received = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            answer.extend(message.get("body", b""))

        await self._endpoint(scope, receive, send)
        if status == 413:
            raise Problem.too_much()
        return bytes(answer)


def _parsed(content: bytes, parse: Callable[[bytes], Any] = orjson.loads) -> Answer:
    """Return the answer of its JSON. Raises Problem as `Api.ask` does."""
    parsed = parse(content)
    answer = Answer(parsed.get("data") or {}, tuple(parsed.get("errors") or ()))
    if (problem := Problem.among(answer.errors)) is not None:
        raise problem
    return answer


def _body(document: Document, variables: Mapping[str, Any]) -> bytes:
    return orjson.dumps({"query": document.text, "variables": variables})


def _bearer(token: str) -> str:
    return f"Bearer {token}"


def _with_file(operations: bytes, file: File) -> tuple[bytes, bytes]:
    """Return the form of the GraphQL multipart request specification, and its media type."""
    data = {"operations": operations.decode(), "map": '{"0": ["variables.input.file"]}'}
    form = httpx.Request("POST", "http://pages/graphql", data=data, files={"0": (file.name, file.content, file.kind)})
    return form.read(), form.headers["content-type"].encode()


def _scope(page: Scope, body: bytes, kind: bytes, token: str | None) -> Scope:
    headers = [(name, value) for name, value in page["headers"] if name not in _BROWSERS]
    headers += [(b"accept", _JSON), (b"content-type", kind), (b"content-length", str(len(body)).encode())]
    if token is not None:
        headers.append((b"authorization", _bearer(token).encode()))
    own = {"method": "POST", "path": "/graphql", "raw_path": b"/graphql", "query_string": b"", "headers": headers}
    kept = ("type", "asgi", "http_version", "scheme", "server", "client", OWN_WRITE)
    return {name: page[name] for name in kept if name in page} | own
