"""The log: one application, one total order. Its read side is all that projections know of this package."""
