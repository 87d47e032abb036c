"""A pool waits as long as its database is busy, and no longer where it gets no connection that it may lend."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest
from psycopg_pool import PoolTimeout

from eventstore.connections import commands_pool
from eventstore.unavailable import Unavailable


def test_a_pool_whose_connections_are_all_refused_is_not_taken_for_busy(fresh_url: str) -> None:
    def refuse(conn: psycopg.Connection[Any]) -> None:
        raise Unavailable("the log went back")

    with commands_pool(fresh_url, 2, refuse) as pool:
        began = time.monotonic()
        with pytest.raises(PoolTimeout):
            pool.getconn(timeout=0.5)
        assert time.monotonic() - began < 5
