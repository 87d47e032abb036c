"""Pages of the signed checkpoints, the latest first. They are no read model: they stand beside the log."""

from __future__ import annotations

from projections.engine.paging import Listing, Order, Source

SOURCE = Source(table="proof.checkpoints", alias="k")
ORDERS = (Order("size", "k.size", "bigint", True),)
LISTING = Listing(SOURCE, ORDERS)
OF_SIZE = "SELECT * FROM proof.checkpoints WHERE size = %(size)s"
LATEST = "SELECT * FROM proof.checkpoints ORDER BY size DESC LIMIT 1"
#: Lines of cosignatures, in the order in which a note shows them.
COSIGNATURES = """
SELECT size, witness, line, at FROM proof.cosignatures WHERE size = ANY(%(sizes)s) ORDER BY size, witness"""
FINAL = "SELECT size FROM proof.final_checkpoints WHERE size = ANY(%(sizes)s)"
#: Dossiers whose last certification a final checkpoint covers.
FINALLY_CERTIFIED = """
SELECT originator_id FROM stored_events WHERE originator_id = ANY(%(ids)s) AND topic = 'service_dossier.certified'
GROUP BY originator_id
HAVING max(notification_id) <= (SELECT position FROM proof.final_checkpoints ORDER BY size DESC LIMIT 1)"""
TILE = """
SELECT hashes, coalesce((SELECT max(size) FROM proof.checkpoints), 0) AS size FROM proof.tiles
WHERE level = %(level)s AND index = %(index)s"""
#: Oldest first.
KEYS = """
SELECT public_key, since_size, until_size, (SELECT origin FROM proof.log) AS origin FROM proof.keys
ORDER BY since_size, until_size NULLS LAST"""
#: The places of these events' leaves; those that the tree does not hold yet are left out.
LEAVES = """
SELECT wanted.position, tile.index * 256 + array_position(tile.positions, wanted.position) - 1 AS leaf_index
FROM unnest(%(positions)s::bigint[]) AS wanted(position) CROSS JOIN LATERAL (
    SELECT index, positions FROM proof.tiles WHERE level = 0 AND positions[1] <= wanted.position
    ORDER BY positions[1] DESC LIMIT 1
) AS tile
WHERE array_position(tile.positions, wanted.position) IS NOT NULL"""
TILES = """
SELECT level, index, hashes FROM proof.tiles
WHERE (level, index) IN (SELECT * FROM unnest(%(levels)s::smallint[], %(indexes)s::bigint[]))"""
