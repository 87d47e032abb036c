"""Unexpected errors: logged under a number that the client receives, without values that a person may have sent."""

from __future__ import annotations

import logging
import traceback
from uuid import uuid4

log = logging.getLogger(__name__)

#: Innermost places logged per error: an endless recursion has a thousand alike.
_MOST_PLACES = 40


def report(error: BaseException) -> str:
    """Log the types of the error and its causes and the places in the code; return the incident's number.

    Messages are left out: those of databases and parsers repeat the values that they refused.
    """
    incident = uuid4().hex
    places = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for cause in _with_causes(error)
        for frame in traceback.extract_tb(cause.__traceback__, limit=-_MOST_PLACES)
    ]
    log.error("unexpected error %s: %s", incident, kinds(error), extra={"incident": incident, "places": places})
    return incident


def kinds(error: BaseException) -> str:
    """Return the types of the error and its causes."""
    return " < ".join(type(cause).__name__ for cause in _with_causes(error))


def _with_causes(error: BaseException) -> list[BaseException]:
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    return causes
