"""Pages of the signed checkpoints, the latest first. They are no read model: they stand beside the log."""

from __future__ import annotations

from projections.engine.paging import Listing, Order, Source

SOURCE = Source(table="proof.checkpoints", alias="k")
ORDERS = (Order("size", "k.size", "bigint", True),)
LISTING = Listing(SOURCE, ORDERS)
OF_SIZE = "SELECT * FROM proof.checkpoints WHERE size = %(size)s"
LATEST = "SELECT * FROM proof.checkpoints ORDER BY size DESC LIMIT 1"
#: Oldest first.
KEYS = """
SELECT public_key, since_size, until_size, (SELECT origin FROM proof.log) AS origin FROM proof.keys
ORDER BY since_size, until_size NULLS LAST"""
