"""Persisted documents: requested by their SHA-256 once they have been sent, or because they are trusted.

Two forms are understood: `extensions.persistedQuery` (automatic persisted queries, as Apollo Client and urql send it)
and `documentId: "sha256:…"` (GraphQL over HTTP, appendix A "Persisted documents"), which Relay calls `id` or `doc_id`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from cachetools import LRUCache

from api.core.answers import Refused
from api.core.context import Services

#: Bounds on documents sent by anybody: whoever fills the store only makes others send theirs again.
_MOST_STORED, _LONGEST_STORED = 1_000, 20_000
_HASH = re.compile(r"[0-9a-f]{64}")
_OF_DOCUMENT_ID = "sha256:"
IDENTIFIERS = ("documentId", "id", "doc_id")


class PersistedDocuments:
    """The documents of one process by their hash; with a list of trusted documents it accepts no others."""

    def __init__(self, trusted: Mapping[str, str] | None = None, folder: Path | None = None) -> None:
        """`trusted`: documents by their SHA-256 in hexadecimal, or None if any document may be sent.

        `folder` is shared by the processes of one server, which know each other's documents by it.
        """
        self._trusted, self._folder = trusted, folder
        self._documents: LRUCache[str, str] = LRUCache(_MOST_STORED)

    def completed(self, parameters: Any, unknown_status: int = 400) -> Any:
        """Return the request's parameters, with the document in `query` in place of its hash.

        Raises Refused: PERSISTED_QUERY_NOT_FOUND with `unknown_status` for an unknown hash, so that the client sends
        the document along; DOCUMENT_NOT_TRUSTED; INVALID for a malformed hash, or another document's.
        """
        if not isinstance(parameters, dict):
            return parameters
        digest = _digest_of(parameters)
        document = parameters.get("query")
        if digest is None:
            if self._trusted is not None and isinstance(document, str):
                self._require_trusted(sha256(document.encode()).hexdigest())
            return parameters
        if document is None:
            document = self._document(digest, unknown_status)
        elif not isinstance(document, str) or sha256(document.encode()).hexdigest() != digest:
            raise _invalid("l'empreinte n'est pas celle du document envoyé (SHA-256 en hexadécimal attendu)")
        else:
            self._store(digest, document)
        return _without_names(parameters) | {"query": document}

    def _document(self, digest: str, unknown_status: int) -> str:
        trusted = self._trusted or {}
        document = trusted.get(digest) or self._documents.get(digest) or self._stored_by_others(digest)
        if document is None:
            self._require_trusted(digest)
            # Clients compare this exact message before they send the document.
            raise Refused(unknown_status, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
        return document

    def _store(self, digest: str, document: str) -> None:
        self._require_trusted(digest)
        if self._trusted is None and len(document) <= _LONGEST_STORED:
            if self._folder is not None and digest not in self._documents:
                _write(self._folder, digest, document)
            self._documents[digest] = document

    def _stored_by_others(self, digest: str) -> str | None:
        """Return the document that another process of this server was sent."""
        if self._folder is None or self._trusted is not None:
            return None
        try:
            document = (self._folder / digest).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        if sha256(document.encode()).hexdigest() != digest:
            return None
        self._documents[digest] = document
        return document

    def _require_trusted(self, digest: str) -> None:
        if self._trusted is not None and digest not in self._trusted:
            raise Refused(
                403, "DOCUMENT_NOT_TRUSTED", "Ce service ne répond qu'aux documents de sa liste : celui-ci n'y est pas."
            )


def _write(folder: Path, digest: str, document: str) -> None:
    """Write the document for the other processes; without room for it they are sent it again."""
    with suppress(OSError):
        files = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime)
        for oldest in files[: len(files) - _MOST_STORED + 1]:
            oldest.unlink(missing_ok=True)
        part = folder / f"{digest}.{os.getpid()}"
        part.write_text(document, encoding="utf-8")
        part.replace(folder / digest)


def persisted_documents(services: Services) -> PersistedDocuments:
    """Return the documents that this process knows by their hash."""
    return services.shared(PersistedDocuments, trusted=services.trusted_documents)


def _digest_of(parameters: Mapping[str, Any]) -> str | None:
    """Return the hash in the parameters, in either form, or None if there is none."""
    extensions = parameters.get("extensions")
    automatic = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    identifier = next((parameters[name] for name in IDENTIFIERS if _names_a_document(parameters, name)), None)
    if automatic is None and identifier is None:
        return None
    if automatic is not None and identifier is not None:
        raise _invalid("une seule forme attendue, « documentId » ou « extensions.persistedQuery »")
    if automatic is None:
        digest = identifier.removeprefix(_OF_DOCUMENT_ID) if isinstance(identifier, str) else None
    else:
        digest = automatic.get("sha256Hash") if isinstance(automatic, dict) and automatic.get("version") == 1 else None
    if not isinstance(digest, str) or not _HASH.fullmatch(digest.lower()):
        raise _invalid(
            "« sha256:<64 chiffres hexadécimaux> » attendu dans documentId,"
            ' ou {"version": 1, "sha256Hash": …} dans extensions.persistedQuery'
        )
    return digest.lower()


def _names_a_document(parameters: Mapping[str, Any], name: str) -> bool:
    """Whether the member is meant as the name of a document: clients put numbers of their own into `id` beside it."""
    value = parameters.get(name)
    if name == "documentId" or parameters.get("query") is None:
        return value is not None
    return isinstance(value, str) and _HASH.fullmatch(value.lower().removeprefix(_OF_DOCUMENT_ID)) is not None


def _without_names(parameters: Mapping[str, Any]) -> dict[str, Any]:
    others = {name: value for name, value in parameters.items() if name not in (*IDENTIFIERS, "extensions")}
    extensions = {
        name: value for name, value in (parameters.get("extensions") or {}).items() if name != "persistedQuery"
    }
    return others | ({"extensions": extensions} if extensions else {})


def _invalid(message: str) -> Refused:
    return Refused(400, "INVALID", f"Document désigné par son empreinte : {message}.")
