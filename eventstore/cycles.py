"""The garbage collector's search for cycles: a server's comes less often, and long passes over the log do without."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_search_for_cycles() -> Iterator[None]:
    """Events, states and rows hold no cycles, and a fifth of the time would go into looking for some in them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def seek_cycles_less_often() -> None:
    """Freeze modules and schema, which live as long as the process, and collect less often.

    An answer makes thousands of objects and few cycles: the default threshold of 700 costs a tenth of its time. A full
    collection every 250,000 objects still frees what subscriptions leave behind, and has little to look at: prepared
    documents hold no cycles, and those that come once are not kept.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 5, 5)
