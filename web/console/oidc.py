"""Signing in through the organisation's OpenID provider: authorization code with PKCE, state and nonce."""

from __future__ import annotations

import logging
from typing import Any, cast

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import Response

from console.settings import Settings

logger = logging.getLogger(__name__)

#: Seconds to wait for the provider, and seconds that somebody has to sign in there.
PATIENCE = 10
TIME_THERE = 600
#: Signatures of an ID token that are believed: those that need the provider's private key.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
START, CALLBACK = "/oidc/start", "/oidc/callback"


class ProviderError(Exception):
    """The provider vouches for nobody: it is out of order, or what it says does not hold. The message is for the log."""


class Provider:
    """One provider. Its addresses and keys are fetched at the first login, keys again when it has new ones."""

    def __init__(self, issuer: str, client: str, secret: str, label: str, address: str) -> None:
        self.issuer, self.label = issuer, label
        self._claims = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client}}
        self._callback = f"{address}{CALLBACK}"
        registry = OAuth()
        self._client: Any = registry.register(
            "provider",
            server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
            client_id=client,
            client_secret=secret,
            client_kwargs={"scope": "openid", "code_challenge_method": "S256", "timeout": PATIENCE},
        )

    @classmethod
    def of(cls, settings: Settings) -> Provider | None:
        """Return the provider of the settings; None: there is none."""
        issuer, client, secret = (
            settings.console_oidc_issuer,
            settings.console_oidc_client,
            settings.console_oidc_secret,
        )
        if not (issuer and client and secret):
            return None
        return cls(issuer, client, secret.get_secret_value(), settings.console_oidc_label, settings.address)

    async def leave(self, request: Request) -> Response:
        """Return the redirect to the provider; state, nonce and PKCE verifier go into `request.session`.

        Raises:
            ProviderError: it cannot be reached, or is another than the settings say.
        """
        try:
            await self._check()
            return cast(Response, await self._client.authorize_redirect(request, self._callback))
        except (httpx2.HTTPError, ValueError, RuntimeError) as error:
            raise ProviderError(f"The provider cannot be asked: {error!r}") from error

    async def arrive(self, request: Request) -> str:
        """Return the subject that the provider vouches for, with its issuer.

        Raises:
            ProviderError: state, nonce, verifier, signature, issuer, audience or time are wrong, or somebody cancelled there.
        """
        try:
            await self._check()
            token = await self._client.authorize_access_token(request, claims_options=self._claims)
        except (AuthlibBaseError, JoseError, httpx2.HTTPError, ValueError, RuntimeError, KeyError) as error:
            raise ProviderError(f"The provider vouches for nobody: {type(error).__name__}: {error}") from error
        if "id_token" not in token or not token["userinfo"].get("sub"):
            raise ProviderError("The provider sent no ID token.")
        return self.subject(str(token["userinfo"]["sub"]))

    def subject(self, sub: str) -> str:
        """Return what an account stores: with the issuer, so that another provider's subjects are nobody here."""
        return f"{self.issuer} {sub}"

    async def _check(self) -> None:
        metadata = await self._client.load_server_metadata()
        if metadata.get("issuer") != self.issuer:
            raise ValueError(
                f"it calls itself {metadata.get('issuer')!r}, HIP_CONSOLE_OIDC_ISSUER says {self.issuer!r}"
            )
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [name for name in offered if name in ALGORITHMS] or [
            "RS256"
        ]
