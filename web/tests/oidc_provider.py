"""A stand-in for an OpenID provider, strict where a real one is: redirect address, PKCE, client secret, codes that work once."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from servers import StandIn
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import BaseRoute, Route

CLIENT, SECRET = "console", "a secret of the tests, long enough for HS256"


class FakeProvider(StandIn):
    """Vouches for `sub`. `spoil` changes the claims of the next tokens, `forge` how they are signed.

    Attributes:
        spoil: claims to put over the right ones; None takes one away.
        forge: "" signs rightly; "key", "none" and "secret" sign with a stranger's key, not at all, and with the client's secret.
        cancelled: whether the person cancels instead.
        asked: the parameters of each authorization request.
    """

    def __init__(self, callback: str) -> None:
        super().__init__()
        self.sub = "248289761001"
        self.spoil: dict[str, Any] = {}
        self.forge = ""
        self.cancelled = False
        self.named: str | None = None
        self.algorithms = ["RS256"]
        self.without_token = False
        self.asked: list[dict[str, str]] = []
        self.exchanged = 0
        self._callback = callback
        self._codes: dict[str, dict[str, str]] = {}
        self._key = RSAKey.generate_key(2048, {"kid": "first"})
        self.issuer = self.url

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/.well-known/openid-configuration", self._configuration),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/keys", self._keys),
        ]

    def new_key(self) -> None:
        self._key = RSAKey.generate_key(2048, {"kid": "second"})

    async def _configuration(self, _request: Request) -> JSONResponse:
        return JSONResponse(
            {
                "issuer": self.named or self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": self.algorithms,
            }
        )

    async def _keys(self, _request: Request) -> JSONResponse:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        self.asked.append(asked)
        assert (asked["client_id"], asked["redirect_uri"]) == (CLIENT, self._callback)
        assert (asked["response_type"], asked["scope"], asked["code_challenge_method"]) == ("code", "openid", "S256")
        assert all(len(asked[name]) >= 20 for name in ("state", "nonce", "code_challenge"))
        if self.cancelled:
            answer = {"error": "access_denied", "state": asked["state"]}
        else:
            code = secrets.token_urlsafe(16)
            self._codes[code] = asked
            answer = {"code": code, "state": asked["state"]}
        return RedirectResponse(f"{self._callback}?{urlencode(answer)}", 302)

    async def _token(self, request: Request) -> JSONResponse:
        self.exchanged += 1
        form = await request.form()
        client = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self._codes.pop(str(form.get("code")), None)
        challenge = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
        if (
            request.headers.get("authorization") != f"Basic {client}"
            or asked is None
            or form.get("redirect_uri") != self._callback
            or base64.urlsafe_b64encode(challenge).decode().rstrip("=") != asked["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 60}
        if not self.without_token:
            token["id_token"] = self._signed(asked)
        return JSONResponse(token)

    def _signed(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": self.sub,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            **self.spoil,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": str(self._key.kid)}
        match self.forge:
            case "key":
                return jwt.encode(header, claims, RSAKey.generate_key(2048))
            case "none":
                return jwt.encode({"alg": "none"}, claims, OctKey.import_key(SECRET), algorithms=["none"])
            case "secret":
                return jwt.encode({"alg": "HS256", "kid": str(self._key.kid)}, claims, OctKey.import_key(SECRET))
        return jwt.encode(header, claims, self._key)
