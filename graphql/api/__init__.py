"""The GraphQL interface: Strawberry types, queries, mutations, subscriptions, their context and limits, the FastAPI
app.
"""

import api.core.enums  # noqa: F401
