"""What every resolver is given: who asks, when, and one consistent view of the read models for the whole answer."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import psycopg
import strawberry
from strawberry.dataloader import DataLoader

from api.core.answers import position_not_reached
from api.core.known_rows import KnownRows
from api.core.sign_ins_seen import SignInsSeen
from application.application import Application
from application.files.store import FileStore
from application.hosting.settings import WebSettings
from application.proof.notes import SigningKey
from application.sign_in.accepting import SignIn
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError
from projections.engine.announcing import RebuildNotice
from projections.engine.reading import AsyncPool, Snapshot, snapshot
from projections.registry import relations

if TYPE_CHECKING:
    from api.core.requests import Admission

log = logging.getLogger(__name__)

K = TypeVar("K")
T = TypeVar("T")
V = TypeVar("V")

_RELATIONS = relations()
#: Between two looks whether the read models have got to where an answer has to stand.
_BETWEEN_LOOKS = 0.02


class Waiter(Protocol):
    """Knows how far the read models have come (`projections.engine.waiting.PositionWaiter` in production)."""

    @property
    def position(self) -> int: ...
    @property
    def standing(self) -> int | None: ...
    async def wait(self, position: int, timeout: float) -> bool: ...
    def moves(self, every: float | None = None) -> AsyncIterator[int]: ...
    def rebuilds(self, every: float | None = None) -> AsyncIterator[RebuildNotice | None]: ...
    async def __aenter__(self) -> Waiter: ...
    async def __aexit__(self, *exc: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Services:
    """What one process offers to all its requests."""

    application: Application
    pool: AsyncPool
    waiter: Waiter
    sign_in: SignIn
    wait_seconds: float
    clock: Callable[[], datetime]
    files: FileStore
    #: Where people find the site, without a slash at its end.
    public_url: str
    checkpoint_key: SigningKey = field(repr=False)
    structures: KnownRows = field(default_factory=lambda: KnownRows("structures"), repr=False)
    web: WebSettings = field(default_factory=WebSettings)
    #: Longest time between checkpoints.
    checkpoint_seconds: float = 600.0
    #: The only documents that are answered, by their SHA-256 in hexadecimal; None: any.
    trusted_documents: Mapping[str, str] | None = field(default=None, repr=False)
    #: What clients did that was no request, by what it was: counted, never logged above INFO.
    client_faults: Counter[str] = field(default_factory=Counter)
    #: Queries that graphql-core answered and not the compiled executor, by why.
    compiled_fallbacks: Counter[str] = field(default_factory=Counter)
    #: What goes on at this moment, by name: "subscribers".
    gauges: Counter[str] = field(default_factory=Counter)
    sign_ins_seen: SignInsSeen = field(default_factory=SignInsSeen, repr=False)
    _shared: dict[type, Any] = field(default_factory=dict, repr=False)

    def shared(self, kind: type[T], **settings: Any) -> T:
        """Return the one `kind` of this process, made with `settings` when first asked for."""
        if kind not in self._shared:
            self._shared[kind] = kind(**settings)
        instance: T = self._shared[kind]
        return instance


class Context:
    """One request. `now` is taken once, so that all of an answer speaks of the same instant (aware, UTC).

    `close()` must be awaited once the answer is made: an open snapshot holds a connection.
    """

    def __init__(
        self,
        services: Services,
        actor: Actor,
        client: str = "",
        admit: Admission | None = None,
        at_least: int = 0,
    ) -> None:
        """`client`: the address that the request came from, for limits. `admit` tells who asks. `at_least`: the
        position that the asker wants the answer to stand at.
        """
        self.services = services
        self.actor = actor
        self.at_least = at_least
        self.client = client
        self._admit = admit
        #: The document of the operation, once it is prepared (see `api.compiled.documents`).
        self.document: object = None
        #: Whether `admit` has found out who asks.
        self.admitted = False
        #: Where a subscription has come to: the log position of what it tells.
        self.told_position: int | None = None
        #: What a subscription tells, one answer after the other.
        self.answers: AsyncGenerator[Any, None] | None = None
        #: A subscription has ended with the right to it.
        self.ended = False
        #: Raises once the asker's role has no right any more to what a subscription tells (`api.core.permissions`).
        self.permit: Callable[[], object] = lambda: None
        self._made_at = monotonic()
        self._now = services.clock()
        #: Whether anything in the answer hangs on the time.
        self.told_time = False
        self._opening = asyncio.Lock()
        self._stack: AsyncExitStack | None = None
        self._snapshot: Snapshot | None = None
        #: What is read once for the whole answer; emptied by `refresh`.
        self.memo: dict[object, Any] = {}
        self._loaders: dict[str, DataLoader[Any, Any]] = {}
        self._loading: set[asyncio.Task[Any]] = set()
        #: How many items the pages asked for so far may hold (see `api.core.paging`).
        self.asked_items = 0
        #: What files of this request were found to be, or why they were refused, by their SHA-256.
        self.opened_files: dict[str, str | DomainError] = {}

    @property
    def now(self) -> datetime:
        self.told_time = True
        return self._now

    async def read(self) -> Snapshot:
        """The snapshot that all of this answer reads, opened when first asked for; never older than `at_least`.

        Raises Refused when the read models do not get there in the time that a request may wait.
        """
        async with self._opening:
            if self._snapshot is None:
                self._stack, self._snapshot = await self._opened()
            return self._snapshot

    async def _opened(self) -> tuple[AsyncExitStack, Snapshot]:
        """What was heard of the read models may have been of a server that is gone: the snapshot itself is asked."""
        deadline = monotonic() + self.services.wait_seconds
        while True:
            stack = AsyncExitStack()
            read = await stack.enter_async_context(snapshot(self.services.pool, _RELATIONS))
            if read.position >= self.at_least:
                return stack, read
            await stack.aclose()
            if monotonic() >= deadline:
                raise position_not_reached(self.at_least, read.position)
            await asyncio.sleep(_BETWEEN_LOOKS)

    async def together(self, what: str, key: K, load: Callable[[list[K]], Awaitable[Sequence[V]]]) -> V:
        """Loads what belongs to `key` together with that of all others asked for at the same level: `load` is called
        once with all their keys. `what` tells loads apart that differ in anything but the key.
        """
        loader: DataLoader[K, V] | None = self._loaders.get(what)
        if loader is None:
            loader = self._loaders[what] = DataLoader(self._watched(load))
        # Shared with others at other places of the answer: an error that gives up one of them is none of theirs.
        return await asyncio.shield(loader.load(key))

    def _watched(self, load: Callable[[list[K]], Awaitable[Sequence[V]]]) -> Callable[[list[K]], Awaitable[Any]]:
        """`load`, known to `close` while it runs: it may outlive the part of the answer that asked for it."""
        own = self._loaders

        async def loading(keys: list[K]) -> Sequence[V | None]:
            if self._loaders is not own:
                # The answer is over, and with it its view of the read models: nobody waits for this any more.
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
        """Find out who asks, in the snapshot that the answer is read in. Raises Refused."""
        if self._admit is not None:
            self.actor = await self._admit.actor(self.read)
        self.admitted = True

    async def admit_again(self) -> None:
        """Who asks, with what their account gives them now. Raises Refused when their token does not hold any more."""
        if self._admit is not None:
            self.actor = await self._admit.actor()

    @property
    def age(self) -> float:
        """In seconds."""
        return monotonic() - self._made_at

    def may_have_ended(self, after_seconds: float) -> bool:
        """See `Admission.may_have_ended`; never for the public."""
        admit = self._admit
        return admit is not None and admit.authorization is not None and admit.may_have_ended(after_seconds)

    async def refresh(self) -> None:
        """Lets go of the snapshot: what is read from now on may be newer. Needed between mutations of one document."""
        await self.close()

    async def close(self) -> None:
        self._loaders = {}
        if self._loading:
            await asyncio.wait(self._loading)
        async with self._opening:
            stack, self._stack, self._snapshot = self._stack, None, None
            self.memo.clear()
            self.asked_items = 0
            if stack is not None:
                try:
                    await stack.aclose()
                except psycopg.Error as fault:
                    # What was read was read: it is answered, whatever becomes of the connection, which is not kept.
                    log.warning("a snapshot could not be let go of", extra={"reason": type(fault).__name__})

    def whole(self) -> Context:
        """Where what belongs to a thing is read: this context, unless it is of the past (see `api.core.past`)."""
        return self


Info = strawberry.Info[Context, None]


def read_beside(past: Context | None, info: Info) -> Context:
    """The context that a thing's surroundings are read in: that of the past which the thing is of, or today's."""
    return info.context if past is None else past.whole()
