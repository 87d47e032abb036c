"""Queries compiled to closures over the schema's own resolvers: graphql-core's answers, without its work at each field.

What is not certain to come out as graphql-core would have it (`NotCompilable`) is left to graphql-core. The one way in
is `query.CompiledQuery.execute`.
"""
