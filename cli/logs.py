"""Logs: one JSON object a line on standard error, without personal data."""

from __future__ import annotations

import asyncio
import logging
import re
import sys
import traceback
from collections import Counter
from contextvars import ContextVar
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from uuid import uuid4

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

requests_log = logging.getLogger("parentalite.requests")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}


class JsonLines(logging.Formatter):
    """Formats time, level, logger, message, and the fields of `extra`.

    Exceptions show only their type and places: messages of databases and parsers repeat values, which may be personal.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (current_request := request_id.get()) is not None:
            line["request"] = current_request
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info and (error := record.exc_info[1]) is not None:
            frames = traceback.extract_tb(error.__traceback__)
            line["error"] = type(error).__name__
            line["places"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return orjson.dumps(line, default=str).decode()


class _OrderlyEnd(logging.Filter):
    """Drops reports of subscriptions cancelled by a server that stops."""

    def filter(self, record: logging.LogRecord) -> bool:
        ended = record.exc_info is not None and isinstance(record.exc_info[1], asyncio.CancelledError)
        return not ended and not record.msg.startswith("Cancel %s running task(s)")


class Bounded(logging.Filter):
    """Limits how often one line of a library may log, so that it does not fill the disk."""

    _OURS = ("parentalite", "api.", "application.", "cli.", "demo.", "domain.", "eventstore.", "projections.", "web.")
    _PER_MINUTE, _MAX_PLACES = 30, 1_000

    def __init__(self) -> None:
        super().__init__()
        self._since = 0.0
        self._written: Counter[tuple[str, int]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith(self._OURS):
            return True
        if record.created - self._since >= 60 or len(self._written) > self._MAX_PLACES:
            self._since = record.created
            self._written.clear()
        place = (record.name, record.lineno)
        self._written[place] += 1
        if self._written[place] == self._PER_MINUTE:
            record.msg, record.args = f"{record.getMessage()} (and more of it, left out for a minute)", ()
        return self._written[place] <= self._PER_MINUTE


_ORDERLY_END = _OrderlyEnd()


def set_up_logs(level: str) -> None:
    """Send the logs of all libraries, from `level` on, to standard error. Call it again to change the level."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    handler.addFilter(Bounded())
    root = logging.getLogger()
    # Only our own handler is replaced: others that hear the logs of this process go on hearing them.
    for previous in [known for known in root.handlers if isinstance(known.formatter, JsonLines)]:
        root.removeHandler(previous)
    root.addHandler(handler)
    root.setLevel(level)
    # This logger quotes what clients sent; the API logs errors itself, without values.
    logging.getLogger("strawberry.execution").disabled = True
    for name in ("uvicorn.error", "uvicorn.error.websockets"):
        logging.getLogger(name).addFilter(_ORDERLY_END)
    # Noisy at DEBUG, and not about us.
    for name in ("asyncio", "multipart", "python_multipart"):
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLevelName(level)))


#: Id of the current request, added to everything logged while it is answered.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)


def _path_of(scope: Scope) -> str:
    """Return the path without the link in it: whoever reads it could act by it."""
    path: str = scope["path"]
    link = scope.get("path_params", {}).get("link")
    return path.replace(link, "…") if link else path


class RequestLog:
    """ASGI middleware that logs each HTTP request, without query string and client address: both are personal.

    The request id is the sender's X-Request-Id, or a new one; the response repeats it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = monotonic(), 500
        header = Headers(scope=scope).get("x-request-id", "")
        current_id = header if _SANE_ID.fullmatch(header) else uuid4().hex
        request_id.set(current_id)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = current_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            fields = {"method": scope["method"], "path": _path_of(scope), "status": status}
            requests_log.info("request", extra=fields | {"milliseconds": round((monotonic() - began) * 1000, 1)})
