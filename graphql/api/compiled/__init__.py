"""Queries compiled to closures over the schema's own resolvers: graphql-core's answers, without its work per field.

Whatever may differ from graphql-core (`NotCompilable`) is left to it. The only entry is `query.CompiledQuery.execute`.
"""
