"""Papers that make animations known, as files beside GraphQL."""
