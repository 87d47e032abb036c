"""A structure's contacts, in the order of being added."""

from __future__ import annotations

from projections.engine.paging import Listing, Order, Source

SOURCE = Source(
    table="contacts",
    alias="k",
    shown=", p.name, p.email, u.reason AS unreached",
    joined="LEFT JOIN {contact_people} p USING (contact_id) LEFT JOIN {unreached} u ON u.about_id = k.contact_id",
    owner="structure_id",
)
ORDERS = (Order("place", "k.place", "bigint"), Order("id", "k.contact_id", "uuid"))
LISTING = Listing(SOURCE, ORDERS)
#: Its published animations that begin between two instants.
COMING = """
SELECT animation_id FROM {animations} WHERE structure_id = %(structure_id)s AND status = 'PUBLISHED'
AND starts_at > %(now)s AND starts_at <= %(until)s ORDER BY starts_at, animation_id LIMIT %(most)s"""
