"""The executable schema, with its limits and caches."""

from __future__ import annotations

from strawberry.schema.config import StrawberryConfig

from api.compiled.prepared_document import PreparedDocument
from api.core.named_operation import NamedOperation
from api.core.permissions import enforce
from api.core.scalars import SCALARS
from api.core.strawberry_internals import graphql_schema
from api.following.per_event import PerEventExecutor
from api.following.stream_release import EachResult
from api.http.executable_schema import ContractNames, Schema
from api.limits.cost_limit import CostLimit
from api.mutation import Mutation
from api.publishing.descriptions import describe
from api.query import Query
from api.structures.convention import Convention
from api.subscription import Subscription

schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Convention],
    execution_context_class=PerEventExecutor,
    config=StrawberryConfig(scalar_map=SCALARS, name_converter=ContractNames()),
    extensions=[
        PreparedDocument,
        NamedOperation,
        CostLimit,
        EachResult,
    ],
)
enforce(graphql_schema(schema))
describe(graphql_schema(schema))
