"""Let graphql-core execute a document that is parsed and validated already."""

from __future__ import annotations

from collections.abc import Iterator

from strawberry.extensions import SchemaExtension

from api.compiled.documents import Document


class PreparedDocument(SchemaExtension):
    """Use the document of the context, if it has one; Strawberry parses and validates any other itself."""

    def on_parse(self) -> Iterator[None]:
        if (document := self._document()) is not None:
            self.execution_context.graphql_document = document.tree()
        yield

    def on_validate(self) -> Iterator[None]:
        if self._document() is not None:
            self.execution_context.pre_execution_errors = []
        yield

    def _document(self) -> Document | None:
        document = getattr(self.execution_context.context, "document", None)
        return document if isinstance(document, Document) else None
