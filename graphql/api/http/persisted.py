"""Documents that are asked for by their SHA-256 instead of being sent: kept since they were sent once, or trusted.

Two forms are understood: `extensions.persistedQuery` (automatic persisted queries, as Apollo Client and urql send it)
and `documentId: "sha256:…"` (GraphQL over HTTP, appendix A "Persisted documents").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cachetools import LRUCache

from api.core.answers import Refused
from api.core.context import Services

#: Documents that anybody sent, by number and length: who fills this makes others send theirs once more, nothing else.
_MOST_KEPT, _LONGEST_KEPT = 1_000, 20_000
_HASH = re.compile(r"[0-9a-f]{64}")
_OF_DOCUMENT_ID = "sha256:"


class PersistedDocuments:
    """What one process knows of documents by their hash; with a list of trusted ones it answers no others."""

    def __init__(self, trusted: Mapping[str, str] | None = None) -> None:
        """`trusted`: documents by their SHA-256 in hexadecimal; None where any document may be sent."""
        self._trusted = trusted
        self._kept: LRUCache[str, str] = LRUCache(_MOST_KEPT)

    def completed(self, said: Any, unknown_status: int = 400) -> Any:
        """What a request said, with the document that it names in `query`.

        Raises Refused: PERSISTED_QUERY_NOT_FOUND with `unknown_status` for a hash that is not known, so that the client
        sends the document along; DOCUMENT_NOT_TRUSTED; INVALID for a malformed hash, or another document's.
        """
        if not isinstance(said, dict):
            return said
        named = _named(said)
        document = said.get("query")
        if named is None:
            if self._trusted is not None and isinstance(document, str):
                self._require_trusted(sha256(document.encode()).hexdigest())
            return said
        if document is None:
            document = self._found(named, unknown_status)
        elif not isinstance(document, str) or sha256(document.encode()).hexdigest() != named:
            raise _invalid("l'empreinte n'est pas celle du document envoyé (SHA-256 en hexadécimal attendu)")
        else:
            self._keep(named, document)
        return _without_names(said) | {"query": document}

    def _found(self, named: str, unknown_status: int) -> str:
        known = self._trusted or {}
        document = known.get(named) or self._kept.get(named)
        if document is None:
            self._require_trusted(named)
            # These very words: clients compare them, and then send the document.
            raise Refused(unknown_status, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
        return document

    def _keep(self, named: str, document: str) -> None:
        self._require_trusted(named)
        if self._trusted is None and len(document) <= _LONGEST_KEPT:
            self._kept[named] = document

    def _require_trusted(self, named: str) -> None:
        if self._trusted is not None and named not in self._trusted:
            raise Refused(
                403, "DOCUMENT_NOT_TRUSTED", "Ce service ne répond qu'aux documents de sa liste : celui-ci n'y est pas."
            )


def persisted_documents(services: Services) -> PersistedDocuments:
    """Return the documents that this process knows by their hash."""
    return services.shared(PersistedDocuments, trusted=services.trusted_documents)


def _named(said: Mapping[str, Any]) -> str | None:
    """The hash that is said, in one form or the other."""
    extensions = said.get("extensions")
    automatic = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    identifier = said.get("documentId")
    if automatic is None and identifier is None:
        return None
    if automatic is not None and identifier is not None:
        raise _invalid("une seule forme attendue, « documentId » ou « extensions.persistedQuery »")
    if automatic is None:
        named = identifier.removeprefix(_OF_DOCUMENT_ID) if isinstance(identifier, str) else None
    else:
        named = automatic.get("sha256Hash") if isinstance(automatic, dict) and automatic.get("version") == 1 else None
    if not isinstance(named, str) or not _HASH.fullmatch(named.lower()):
        raise _invalid(
            "« sha256:<64 chiffres hexadécimaux> » attendu dans documentId,"
            ' ou {"version": 1, "sha256Hash": …} dans extensions.persistedQuery'
        )
    return named.lower()


def _without_names(said: Mapping[str, Any]) -> dict[str, Any]:
    others = {name: value for name, value in said.items() if name not in ("documentId", "extensions")}
    extensions = {name: value for name, value in (said.get("extensions") or {}).items() if name != "persistedQuery"}
    return others | ({"extensions": extensions} if extensions else {})


def _invalid(message: str) -> Refused:
    return Refused(400, "INVALID", f"Document désigné par son empreinte : {message}.")
