"""Documents that a machine thinks of, over the whole schema and as every role: none finds an error that is ours.

The generator is that of schemathesis. `make fuzz` runs many more of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes
from hypothesis_graphql import strategies as gql

from api.schema import schema
from application.files import FileStore
from domain.actors import PUBLIC, Actor
from tests.api.reading import Reader, opened_town, reading
from tests.api.test_rights_walk import WHO
from tests.projections.world import World
from tests.proof.dossiers import Claim
from tests.soak import TIMES

SDL = schema.as_str()
DAYS = st.sampled_from(["2026-09-01", "2027-08-31", "2026-02-30", "", "x", "9999-12-31"])
INSTANTS = st.sampled_from(["2026-09-01T08:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "x"])
SCALARS = {
    "Date": DAYS.map(nodes.String),
    "DateTime": INSTANTS.map(nodes.String),
    "Decimal": st.sampled_from(["150.00", "-1", "NaN", "1e400", "x"]).map(nodes.String),
    "JSON": st.text(max_size=5).map(nodes.String),
    "UUID": st.uuids().map(str).map(nodes.String),
    "Upload": st.just("x").map(nodes.String),
}


@pytest.fixture(scope="module")
def reader(server_url: str, worker_id: str, founded_name: str, tmp_path_factory: Any) -> Iterator[Reader]:
    with opened_town(server_url, f"api_any_{worker_id}", founded_name) as town:
        world, files = World(town.app), FileStore(tmp_path_factory.mktemp("files"))
        world.sign()
        claim = Claim(world, files)
        claim.paid(*claim.attested(2))
        world.publishes(world.creates())
        town.now = world.now
        with reading(town, files) as found:
            yield found


def _asked(reader: Reader, document: str, who: Actor) -> None:
    for error in reader.asks(document, who).result.errors or ():
        assert (error.extensions or {}).get("code") not in (None, "INTERNAL"), (who.role, error)


_FEW = settings(
    max_examples=40 * TIMES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@_FEW
@given(document=gql.queries(SDL, custom_scalars=SCALARS), who=st.sampled_from(WHO))
def test_no_query_finds_an_error_of_ours(reader: Reader, document: str, who: Actor):
    _asked(reader, document, who)


@_FEW
@given(document=gql.mutations(SDL, custom_scalars=SCALARS), who=st.sampled_from([*WHO, PUBLIC]))
def test_no_mutation_finds_an_error_of_ours(reader: Reader, document: str, who: Actor):
    _asked(reader, document, who)
