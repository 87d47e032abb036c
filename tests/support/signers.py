"""People who register a passkey on a running server, and sign what they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.server import Server
from tests.support.sign_in.passkeys import Authenticator

OPTIONS = "{ viewer { passkeyOptions signs passkeys { credentialId site revokedAt } } }"
REGISTER = """mutation($input: PasskeyRegisterInput!) {
    passkeyRegister(input: $input) { passkeys { credentialId } position errors { code message field } } }"""
REVOKE = """mutation($input: PasskeyRevokeInput!) {
    passkeyRevoke(input: $input) { passkeys { credentialId revokedAt } errors { code message field } } }"""
ASK = "query($act: SignedActInput!) { actSignature(act: $act) { options expiresAt errors { code message field } } }"


@dataclass
class Signer:
    """A person who registers a key, and signs with it."""

    server: Server
    token: str
    key: Authenticator

    def registers(self, answer: dict[str, Any] | None = None, **signature: Any) -> list[dict[str, Any]]:
        """The errors. `answer` is what the browser made of the options before."""
        if answer is None:
            answer = self.key.creates(self.server.ask(OPTIONS, self.token)["viewer"]["passkeyOptions"])
        return self.errors(REGISTER, answer | signature)

    def revokes(self) -> list[dict[str, Any]]:
        return self.errors(REVOKE, {"credentialId": self.key.credential_id})

    def asks(self, mutation: str, **values: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.server.ask(ASK, self.token, act={mutation: values})["actSignature"]
        return answer

    def sends(self, mutation: str, **values: Any) -> list[dict[str, Any]]:
        kind = mutation[0].upper() + mutation[1:]
        return self.errors(
            f"mutation($input: {kind}Input!) {{ {mutation}(input: $input) {{ errors {{ code message field }} }} }}",
            values,
        )

    def signs(self, mutation: str, **values: Any) -> list[dict[str, Any]]:
        options = self.asks(mutation, **values)
        assert options["errors"] == []
        return self.sends(mutation, **values, signature=self.key.signs(options))

    def errors(self, document: str, values: dict[str, Any]) -> list[dict[str, Any]]:
        (answer,) = self.server.ask(document, self.token, input=values).values()
        errors: list[dict[str, Any]] = answer["errors"]
        return errors
