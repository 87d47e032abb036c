"""The GraphQL face: Strawberry types, queries, mutations, subscriptions, their context and limits, the FastAPI app."""

import api.enums  # noqa: F401
