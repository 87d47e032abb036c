"""The context of resolvers: who asks, when, and one consistent snapshot of the read models for the whole answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from api.core.known_rows import KnownRows
from api.core.reading.own_writes import OwnWrite, OwnWrites
from api.core.reading.snapshots import Snapshots
from api.core.sign_ins_seen import SignInsSeen
from application.application import Application
from application.files.scans import Scan
from application.files.store import FileStore
from application.hosting.setting_groups import WebSettings
from application.papers.logos import NO_LOGOS, Logos
from application.proof.notes import SigningKey
from application.proof.stamping import Authority
from application.proof.witnessing.policy import Policy
from application.sign_in.accepting import SignIn
from application.sign_in.code_flow import CodeFlow
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError
from projections.engine.announcing import RebuildNotice
from projections.engine.reading import AsyncPool, Snapshot
from projections.replicas.replicas import Replicas

if TYPE_CHECKING:
    from api.core.asker.requests import Admission

K = TypeVar("K")
T = TypeVar("T")
V = TypeVar("V")


class Waiter(Protocol):
    """Knows the position of the read models (`projections.engine.waiting.PositionWaiter` in production)."""

    @property
    def position(self) -> int: ...
    @property
    def standing(self) -> int | None: ...
    @property
    def rebuild(self) -> RebuildNotice | None: ...
    async def wait(self, position: int, timeout: float) -> bool: ...
    def moves(self, every: float | None = None) -> AsyncIterator[int]: ...
    def rebuilds(self, every: float | None = None) -> AsyncIterator[RebuildNotice | None]: ...
    async def __aenter__(self) -> Waiter: ...
    async def __aexit__(self, *exc: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Services:
    """The services of a process, shared by all its requests."""

    application: Application
    pool: AsyncPool
    waiter: Waiter
    sign_in: SignIn
    wait_seconds: float
    clock: Callable[[], datetime]
    files: FileStore
    #: The public address of the site, without a trailing slash.
    public_url: str
    checkpoint_key: SigningKey = field(repr=False)
    #: Logos on papers that nobody lays out again.
    logos: Logos = field(default=NO_LOGOS, repr=False)
    #: Stamps checkpoints (RFC 3161), if one is configured.
    authority: Authority | None = None
    #: The witnesses and their quorum, if any are asked.
    witnesses: Policy | None = None
    #: Lets people sign in to pages at the issuer, if it knows these pages.
    code_flow: CodeFlow | None = field(default=None, repr=False)
    #: The secret of the gateway of text messages, in both directions; None: none are sent.
    sms_secret: str | None = field(default=None, repr=False)
    #: Whether other systems on this machine may be sent events: in the embedded setup.
    local_webhooks: bool = False
    #: For how long an invitation's address is kept, which ends with it.
    invitations_days: float = 30
    structures: KnownRows[UUID] = field(default_factory=lambda: KnownRows("structures"), repr=False)
    contacts: KnownRows[UUID] = field(default_factory=lambda: KnownRows("structure_contacts"), repr=False)
    schools: KnownRows[str] = field(default_factory=lambda: KnownRows("schools", "accounts"), repr=False)
    web: WebSettings = field(default_factory=WebSettings)
    #: Longest time between checkpoints.
    checkpoint_seconds: float = 600.0
    #: The only documents accepted, by their SHA-256 in hexadecimal; None: any.
    trusted_documents: Mapping[str, str] | None = field(default=None, repr=False)
    #: Malformed requests of clients, by kind: counted, never logged above INFO.
    client_faults: Counter[str] = field(default_factory=Counter)
    #: Queries answered by graphql-core instead of the compiled executor, by reason.
    compiled_fallbacks: Counter[str] = field(default_factory=Counter)
    #: Current numbers by name, such as "subscribers".
    gauges: Counter[str] = field(default_factory=Counter)
    #: Databases that answer what only reads, beside the primary's `pool`.
    replicas: Replicas = field(default_factory=Replicas, repr=False)
    sign_ins_seen: SignInsSeen = field(default_factory=SignInsSeen, repr=False)
    _shared: dict[type, Any] = field(default_factory=dict, repr=False)

    def shared(self, kind: type[T], **settings: Any) -> T:
        """Return the only `kind` of this process, created with `settings` on first use."""
        if kind not in self._shared:
            self._shared[kind] = kind(**settings)
        instance: T = self._shared[kind]
        return instance


class Context:
    """The context of one request. `now` is taken once, so that a whole answer speaks of one instant (aware, UTC).

    Await `close()` once the answer is complete: an open snapshot holds a connection.
    """

    def __init__(
        self,
        services: Services,
        actor: Actor,
        client: str = "",
        admit: Admission | None = None,
        at_least: int = 0,
        own_write: OwnWrite | None = None,
    ) -> None:
        """`client`: the address for limits. `at_least`: the least position. `own_write`: the asker's last record."""
        self.services = services
        self.actor = actor
        self.snapshots = Snapshots(services, at_least)
        self.client = client
        self._admit = admit
        self._authorization = None if admit is None else admit.authorization
        self.own_write = own_write or OwnWrite()
        #: The document of the operation, once it is prepared (see `api.compiled.documents`).
        self.document: object = None
        #: Whether `admit` has looked up the asker.
        self.admitted = False
        #: The log position of a subscription's latest answer.
        self.told_position: int | None = None
        #: Whether a subscription has begun: what ends it from now on is no refusal of the request.
        self.is_following = False
        #: The answers of a subscription.
        self.answers: AsyncGenerator[Any, None] | None = None
        #: Whether a subscription has ended with the right to it.
        self.ended = False
        #: Raises once the asker's role has lost the right to a subscription (`api.core.permissions`).
        self.permit: Callable[[], object] = lambda: None
        self._made_at = monotonic()
        self._now = services.clock()
        #: Whether anything in the answer depends on the time.
        self.told_time = False
        #: Whether anything in the answer depends on the minute, as far as it is known.
        self.told_minute = False
        #: Values read once per answer; emptied by `refresh`.
        self.memo: dict[object, Any] = {}
        self._loaders: dict[str, DataLoader[Any, Any]] = {}
        self._loading: set[asyncio.Task[Any]] = set()
        #: Items that the pages selected so far may hold (see `api.core.lists.paging`).
        self.asked_items = 0
        #: Types of the files of this request, or their refusals, by SHA-256.
        self.opened_files: dict[str, Scan | DomainError] = {}

    @property
    def now(self) -> datetime:
        self.told_time = True
        return self._now

    @property
    def minute(self) -> datetime:
        """The beginning of the minute of `now`: an answer that depends on no more of the time holds until it ends."""
        self.told_minute = True
        return self._now.replace(second=0, microsecond=0)

    @property
    def holds_seconds(self) -> float:
        """How long the answer holds while the read models stay as they are."""
        if self.told_time:
            return 0.0
        return 60 - self._now.second - self._now.microsecond / 1_000_000 if self.told_minute else inf

    async def read(self) -> Snapshot:
        """Return the snapshot of this answer, opened on first use; never older than `at_least`.

        Raises Refused if the read models do not get there within a request's longest wait.
        """
        return await self.snapshots.read()

    async def again_if_lost(self, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` reads; read it again, at the primary, if a replica fails in the middle of it."""
        try:
            return await work()
        except Exception:
            if not self.snapshots.replica_failed:
                raise
        await self.refresh()
        return await work()

    async def together(self, what: str, key: K, load: Callable[[list[K]], Awaitable[Sequence[V]]]) -> V:
        """Load the value of `key` together with those of other resolvers at the same level.

        `load` is called once with all keys. `what` separates loads that differ in anything but the key.
        """
        loader: DataLoader[K, V] | None = self._loaders.get(what)
        if loader is None:
            loader = self._loaders[what] = DataLoader(self._watched(load))
        # Loads are shared with other parts of the answer: cancelling one part must not cancel them.
        return await asyncio.shield(loader.load(key))

    def _watched(self, load: Callable[[list[K]], Awaitable[Sequence[V]]]) -> Callable[[list[K]], Awaitable[Any]]:
        """Wrap `load` so that `close` waits for it: it may outlive the part of the answer that started it."""
        own = self._loaders

        async def loading(keys: list[K]) -> Sequence[V | None]:
            if self._loaders is not own:
                # The answer is complete and its snapshot closed: nobody waits for this load.
                return [None] * len(keys)
            task = asyncio.current_task()
            assert task is not None
            self._loading.add(task)
            try:
                return await load(keys)
            finally:
                self._loading.discard(task)

        return loading

    async def admit(self) -> None:
        """Look up the asker in the snapshot of the answer. Raises Refused."""
        if self._admit is not None:
            self.actor = await self._admit.actor(self.read)
        self.admitted = True

    async def admit_again(self) -> None:
        """Look up the asker again, with current rights. Raises Refused if the token is no longer valid."""
        if self._admit is not None:
            self.actor = await self._admit.actor()

    def allow_replicas(self) -> None:
        """Let replicas answer, if there are any: the request only reads. They have come as far as the asker has."""
        if self.services.replicas:
            remembered = self.services.shared(OwnWrites).of(self._authorization, self.client)
            self.snapshots.allow_replicas(max(self.own_write.position, remembered))

    def note_write(self, position: int | None = None) -> None:
        """Remember that the asker wrote something, for what they ask next.

        What is no event (`position` is None) was certainly replayed with the next event.
        """
        if self.services.replicas and not self.snapshots.only_read:
            position = self.services.waiter.position + 1 if position is None else position
            self.own_write.note(position)
            self.services.shared(OwnWrites).note(self._authorization, self.client, position)

    @property
    def age(self) -> float:
        """Seconds since the context was created."""
        return monotonic() - self._made_at

    def may_have_ended(self, after_seconds: float) -> bool:
        """Whether the asker's right may have ended (see `Admission.may_have_ended`); always False for the public."""
        admit = self._admit
        return admit is not None and admit.authorization is not None and admit.may_have_ended(after_seconds)

    async def refresh(self) -> None:
        """Release the snapshot, so that later reads may be newer. Needed between mutations of one document."""
        await self.close()

    async def close(self) -> None:
        # Each loader holds its function, which holds the loaders: cleared, they are freed without a search for cycles.
        loaders, self._loaders = self._loaders, {}
        loaders.clear()
        if self._loading:
            await asyncio.wait(self._loading)
        self.memo.clear()
        self.asked_items = 0
        await self.snapshots.close()

    @property
    def live(self) -> Context:
        """The context of the present: this one, unless it is of the past."""
        return self

    def whole(self) -> Context:
        """Return the context for related objects: this one, unless it is of the past (see `api.core.past`)."""
        return self


Info = strawberry.Info[Context, None]


def read_beside(past: Context | None, info: Info) -> Context:
    """Return the context for related objects: the historical one if loaded with `at`, else the current one."""
    return info.context if past is None else past.whole()
