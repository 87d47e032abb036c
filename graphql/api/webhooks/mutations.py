"""Mutations on subscriptions."""

from __future__ import annotations

from typing import Any

import strawberry

from api.core.commanding.commands import Carried, carry_out, reload_after
from api.core.commanding.inputs import Repeatable, Versioned, reference, to_command, value_of
from api.core.commanding.payloads import Payload, UserError
from api.core.context import Context, Info
from api.webhooks.types import FOR_WEBHOOKS, Webhook, load_webhook
from application.commanding.commands import Command
from application.webhooks import commands
from application.webhooks.secrets import webhook_secret
from domain.kernel.errors import ErrorCode
from domain.webhooks.address import is_local
from domain.webhooks.kinds import MOST_KINDS

_SECRET = (
    "The secret that messages are signed with (`whsec_…`), shown here alone: null after errors. A lost one is rotated."
)
_NOT_LOCAL = "Adresse de réception : cette machine ne peut être jointe ainsi ; attendue : une adresse https publique."


@strawberry.input(
    description="Which system is sent which events: of a structure, or of a territory, or of the nation where neither"
    " is named."
)
class WebhookSubscribeInput(Repeatable):
    structure_id: strawberry.ID | None = value_of("The structure whose events are sent.")
    territory: str | None = value_of("The code of the territory whose events are sent.")
    url: str | None = value_of("Where events are posted: https, on the internet; 1,000 characters at most. Mandatory.")
    kinds: list[str] | None = value_of(
        f"Kinds of `webhookKinds`, or families (`animation.*`), which hold the kinds to come as well; {MOST_KINDS} at"
        " most. Mandatory."
    )


@strawberry.input
class WebhookChangeInput(Versioned):
    """An input on an existing subscription; used by other inputs only."""

    webhook_id: strawberry.ID = reference("The subscription.")


@strawberry.input(description="A subscription whose secret is rotated.")
class WebhookSecretRotateInput(WebhookChangeInput):
    pass


@strawberry.input(description="A subscription to pause.")
class WebhookPauseInput(WebhookChangeInput):
    pass


@strawberry.input(description="A paused subscription to go on with.")
class WebhookResumeInput(WebhookChangeInput):
    pass


@strawberry.input(description="A subscription that goes on from another position.")
class WebhookReplayInput(WebhookChangeInput):
    from_position: int | None = value_of(
        "The position of the first event that is sent again: from 1 to one more than the last. Mandatory."
    )


@strawberry.input(description="A subscription to end.")
class WebhookUnsubscribeInput(WebhookChangeInput):
    pass


@strawberry.type(description="What became of a mutation on a subscription.")
class WebhookPayload(Payload):
    webhook: Webhook | None = strawberry.field(
        description="The subscription as it now stands; null after errors, or when it cannot be read yet."
    )


@strawberry.type(description="What became of `webhookSubscribe`.")
class WebhookSubscribePayload(WebhookPayload):
    secret: str | None = strawberry.field(default=None, description=_SECRET)


@strawberry.type(description="What became of `webhookSecretRotate`.")
class WebhookSecretRotatePayload(WebhookPayload):
    secret: str | None = strawberry.field(default=None, description=_SECRET)


@strawberry.type
class WebhookMutations:
    @strawberry.mutation(
        description="Subscribes another system to events, from the next one on. Each is posted once it is recorded, in"
        f" the order of the log, signed after Standard Webhooks (docs/guides/webhooks.md). {FOR_WEBHOOKS}"
    )
    async def webhook_subscribe(self, info: Info, input: WebhookSubscribeInput) -> WebhookSubscribePayload:
        carried = await _subscribed(info.context, to_command(input))
        webhook = await reload_after(info.context, carried, load_webhook)
        return WebhookSubscribePayload(
            webhook=webhook,
            position=carried.position,
            errors=list(carried.errors),
            secret=_secret(info.context, carried, 1),
        )

    @strawberry.mutation(
        description="Rotates the secret. For a day messages are signed with the former one as well, so that the"
        f" receiver can change it in peace. {FOR_WEBHOOKS}"
    )
    async def webhook_secret_rotate(self, info: Info, input: WebhookSecretRotateInput) -> WebhookSecretRotatePayload:
        carried = await carry_out(info.context, commands.WebhookSecretRotate, to_command(input))
        webhook = await reload_after(info.context, carried, load_webhook)
        number = webhook.row["secret_number"] if webhook else None
        return WebhookSecretRotatePayload(
            webhook=webhook,
            position=carried.position,
            errors=list(carried.errors),
            secret=_secret(info.context, carried, number) if number else None,
        )

    @strawberry.mutation(description=f"Pauses a subscription: what happens meanwhile waits. {FOR_WEBHOOKS}")
    async def webhook_pause(self, info: Info, input: WebhookPauseInput) -> WebhookPayload:
        return await _changed(info, commands.WebhookPause, to_command(input))

    @strawberry.mutation(
        description="Goes on with a paused subscription, at once and where it stood; `webhookReplay` with a later"
        f" position leaves out what waited. {FOR_WEBHOOKS}"
    )
    async def webhook_resume(self, info: Info, input: WebhookResumeInput) -> WebhookPayload:
        return await _changed(info, commands.WebhookResume, to_command(input))

    @strawberry.mutation(
        description="Sends events again from a position of the log, also those of before the subscription. Messages"
        f" keep their ids, by which receivers know repetitions. {FOR_WEBHOOKS}"
    )
    async def webhook_replay(self, info: Info, input: WebhookReplayInput) -> WebhookPayload:
        return await _changed(info, commands.WebhookReplay, to_command(input))

    @strawberry.mutation(description=f"Ends a subscription for good. {FOR_WEBHOOKS}")
    async def webhook_unsubscribe(self, info: Info, input: WebhookUnsubscribeInput) -> WebhookPayload:
        return await _changed(info, commands.WebhookUnsubscribe, to_command(input))


async def _subscribed(context: Context, values: dict[str, Any]) -> Carried:
    try:
        refused = not context.services.local_webhooks and is_local(values.get("url", ""))
    except ValueError:
        refused = False
    if refused:
        return Carried(errors=(UserError(code=ErrorCode.INVALID, message=_NOT_LOCAL, field=["url"]),))
    return await carry_out(context, commands.WebhookSubscribe, values)


async def _changed(info: Info, command: type[Command], values: dict[str, Any]) -> WebhookPayload:
    carried = await carry_out(info.context, command, values)
    webhook = await reload_after(info.context, carried, load_webhook)
    return WebhookPayload(webhook=webhook, position=carried.position, errors=list(carried.errors))


def _secret(context: Context, carried: Carried, number: int) -> str | None:
    if carried.subject_id is None:
        return None
    return webhook_secret(context.services.application.bus.keyed, carried.subject_id, number)
