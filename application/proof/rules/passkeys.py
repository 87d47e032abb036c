"""How the judge takes passkeys."""

from __future__ import annotations

from application.proof.rules.cases import Case, Decision, Judgement, Judgements
from application.proof.rules.scene import Untold
from domain.kernel.identifiers import passkeys_id
from domain.kernel.rights import Action, Belongings
from domain.passkeys import passkeys
from domain.passkeys.events import PasskeyRegistered, PasskeyRevoked
from domain.passkeys.passkeys import Passkeys


def _own(case: Case) -> Passkeys:
    person = case.record.stamp.person
    if person is None or case.stream != passkeys_id(person):
        raise Untold("the stream is not that of the passkeys of who acts")
    return case.scene.find(Passkeys, case.stream) or Passkeys(case.stream)


def _registered(case: Case, fact: PasskeyRegistered) -> Decision:
    is_signed = case.record.stamp.signature is not None
    return Decision(passkeys.register(_own(case), fact, case.actor, is_signed=is_signed), Belongings())


def _revoked(case: Case, fact: PasskeyRevoked) -> Decision:
    if fact.withdrawn_because is not None:
        theirs = case.scene.state(Passkeys, case.stream, "passkey of")
        return Decision(passkeys.withdraw(theirs, fact.withdrawn_because, case.actor), Belongings())
    return Decision(passkeys.revoke(_own(case), fact.credential_id, case.actor), Belongings())


PASSKEYS: Judgements = {
    PasskeyRegistered: Judgement(_registered, (Action.PASSKEY_REGISTER,)),
    PasskeyRevoked: Judgement(_revoked, (Action.PASSKEY_REVOKE, Action.PASSKEYS_WITHDRAW)),
}
