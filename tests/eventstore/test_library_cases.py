"""The library's own test cases, on our recorders and our factory.

Its module `postgres_utils` imports examples, its module `tests.projection` a package, that are not installed.
"""

from __future__ import annotations

import sys
from base64 import b64encode
from unittest import TestCase
from uuid import UUID, uuid4

import pytest
from eventsourcing import cryptography
from eventsourcing.persistence import ApplicationRecorder, ProcessRecorder, TrackingRecorder
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.utils import Environment

from eventstore.persistence import Factory, LogProcessRecorder, LogRecorder
from tests.support.world import EVENT_KEYS

# The cases import the library's cipher on pycryptodome, for tests that are left out below: this is its other cipher.
sys.modules.setdefault("eventsourcing.cipher", cryptography)
# By its module: cases imported by name would be collected here once more.
from eventsourcing.tests import persistence as cases  # noqa: E402


class Counters(PostgresTrackingRecorder):
    """A view as users of the library write it."""


class _OnOurFactory(TestCase):
    @pytest.fixture(autouse=True)
    def _factory(self, database_url):
        keys = {"PARENTALITE_EVENT_KEY": b64encode(EVENT_KEYS.current).decode()}
        self.env = Environment(
            "Library", {"PERSISTENCE_MODULE": "eventstore.persistence", "DATABASE_URL": database_url, **keys}
        )
        with Factory(self.env) as factory:
            self.our_factory = factory
            yield

    def new_originator_id(self) -> UUID:
        return uuid4()


class TestApplicationRecorder(_OnOurFactory, cases.ApplicationRecorderTestCase):
    def create_recorder(self) -> ApplicationRecorder:
        return self.our_factory.application_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestPositionsDoNotInterleave(_OnOurFactory, cases.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return self.our_factory.application_recorder()


class TestProcessRecorder(_OnOurFactory, cases.ProcessRecorderTestCase):
    def create_recorder(self) -> ProcessRecorder:
        return self.our_factory.process_recorder()


class TestTrackingRecorder(_OnOurFactory, cases.TrackingRecorderTestCase):
    def create_recorder(self) -> TrackingRecorder:
        return self.our_factory.tracking_recorder()


class TestFactory(_OnOurFactory, cases.InfrastructureFactoryTestCase[Factory]):
    """Without what is refused: snapshots, other mappers, ciphers and compressors."""

    def expected_factory_class(self):
        return Factory

    def expected_aggregate_recorder_class(self):
        raise NotImplementedError

    def expected_application_recorder_class(self):
        return LogRecorder

    def expected_tracking_recorder_class(self):
        return PostgresTrackingRecorder

    def tracking_recorder_subclass(self):
        return Counters

    def expected_process_recorder_class(self):
        return LogProcessRecorder


for _left_out in (
    *("test_mapper", "test_mapper_with_compressor", "test_mapper_with_cipher", "test_mapper_with_wrong_cipher_key"),
    *("test_mapper_with_cipher_and_compressor", "test_create_aggregate_recorder"),
):
    setattr(TestFactory, _left_out, None)
