"""Every error code, in `extensions.code` or as the `code` of a mutation's error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: The meaning of each code, for the documentation. A test checks that the list is complete.
ERROR_CODES: Final[Mapping[str, str]] = {
    "BAD_REQUEST": "The request is not GraphQL over HTTP: malformed JSON, a batch, no document.",
    "CONFLICT": "The thing has changed since the version that was expected: read it again, then decide.",
    "DOCUMENT_NOT_TRUSTED": "This service answers only the documents of its list, and this is none of them.",
    "DUPLICATE": "The idempotency key was used for something else before.",
    "FILE_EXPIRED": "A file was deleted at the end of its retention; its digest stays in the history.",
    "FILE_UNAVAILABLE": "A file that was kept is not as it was kept. It is for whoever runs the service.",
    "FORBIDDEN": "The asker may not do or read this. The words are the same whether the thing exists or not.",
    "GRAPHQL_INVALID": "The document or its variables do not fit the schema or its limits: nothing was executed.",
    "INTERNAL": "Nobody foresaw it. `extensions.incident` is the number under which it was noted.",
    "INVALID": "A value is malformed, missing or unknown; `field` names it.",
    "KEY_RETIRED": "The service's signing key has just been replaced: try again once it was restarted.",
    "METHOD_NOT_ALLOWED": "Not by this HTTP method; the header `Allow` names those that may be used.",
    "NOT_FOUND": "What is named does not exist, or is not for the asker.",
    "NOT_PROVABLE": "The log cannot prove this dossier: the message says why. It is for whoever runs the service.",
    "NOT_SIGNED": "The log is not signed now: it is not the one that the service's key has signed before.",
    "PERSISTED_QUERY_NOT_FOUND": "No document is kept under this hash: send the document with it, once.",
    "POSITION_NOT_REACHED": "The read models are not at `Min-Position` yet: try again after `Retry-After` seconds.",
    "RULE_BROKEN": "A rule of the programme stands against it; the message says which.",
    "SIGN_IN_UNAVAILABLE": "The token's issuer cannot be asked now: try again after `Retry-After` seconds.",
    "TOO_COSTLY": "The document could be answered with too many fields: ask for smaller pages.",
    "TOO_LARGE": "The body is larger than what is accepted.",
    "TOO_MANY_REQUESTS": "Too many requests in a row: try again after `Retry-After` seconds.",
    "UNAUTHENTICATED": "Sign in: there is no token, or one that is not accepted (any more).",
    "UNAVAILABLE": "The database does not answer now: try again after `Retry-After` seconds. With the same "
    "`idempotencyKey` a mutation is never carried out twice.",
    "UNSUPPORTED_MEDIA_TYPE": "The body must be `application/json`, or a form with files as the documentation says.",
}
