"""An error says what is wrong with a document, with a code, and never what other names there are."""

from __future__ import annotations

import pytest

from tests.support.server import Server

NEARLY_RIGHT = {
    "a field": "{ viewr { __typename } }",
    "an argument": "{ animations(frst: 1) { totalCount } }",
    "a type": "query ($id: Idd) { viewer { __typename } }",
    "an enum's value": "{ animations(orderBy: {field: STARTS_ATT, direction: ASC}) { totalCount } }",
    "a directive's argument": "{ viewer @include(iff: true) { __typename } }",
}


@pytest.mark.parametrize("document", NEARLY_RIGHT.values(), ids=NEARLY_RIGHT)
def test_a_name_that_is_nearly_right_is_refused_without_naming_the_right_one(server: Server, document: str):
    errors = server.post({"query": document}).json()["errors"]
    assert errors
    for error in errors:
        assert error["extensions"]["code"] == "GRAPHQL_INVALID"
        assert "Did you mean" not in error["message"]
