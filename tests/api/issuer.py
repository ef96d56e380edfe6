"""A provider of identities on a real port, which can be told to lie."""

import base64
import hmac
import json
from contextlib import contextmanager
from hashlib import sha256
from secrets import token_urlsafe
from time import time
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from tests.api.conftest import serving

CLIENT, SECRET = "xunge", "very: secret+%"


class Issuer:
    """Who signs in is `subject`; what its tokens say is `claims`, spoilt on demand."""

    def __init__(self):
        self.key = rsa.generate_private_key(65537, 2048)
        self.kid = "first"
        self.url = ""
        self.subject = "somebody"
        self.down = False
        self.refuses = None
        self.spoil = lambda claims: claims
        self.sign = self.signed
        self.methods = ["client_secret_basic"]
        self.tokens_given = 0
        self._codes = {}
        self._other_key = None

    def app(self):
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    def signed(self, claims, **changes):
        how = {"algorithm": "RS256", "headers": {"kid": self.kid}, "key": self.key}
        return jwt.encode(claims, **(how | changes))

    def rotate(self, kid):
        self.key, self.kid = rsa.generate_private_key(65537, 2048), kid

    @property
    def stranger(self):
        """A key that is nobody's."""
        self._other_key = self._other_key or rsa.generate_private_key(65537, 2048)
        return self._other_key

    def hmac_by_public_key(self, claims):
        """The old trick: the public key, which all know, taken for a secret."""
        secret = self.key.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        part = [
            _base64(json.dumps(each).encode())
            for each in ({"alg": "HS256", "kid": self.kid}, claims)
        ]
        signature = hmac.new(secret, ".".join(part).encode(), sha256).digest()
        return ".".join([*part, _base64(signature)])

    def _metadata(self, _request):
        if self.down:
            return JSONResponse({}, 503)
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "token_endpoint_auth_methods_supported": self.methods,
            }
        )

    def _authorize(self, request):
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        sent = {"state": asked["state"], "iss": self.url}
        if self.refuses:
            sent["error"] = self.refuses
        else:
            sent["code"] = token_urlsafe(8)
            self._codes[sent["code"]] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(sent)}", 303)

    async def _token(self, request):
        if self.down:
            return JSONResponse({}, 503)
        form = {k: v[0] for k, v in parse_qs((await request.body()).decode()).items()}
        asked = self._codes.pop(form["code"], None)
        if asked is None or not self._is_ours(request, form, asked):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time())
        claims = {
            "iss": self.url,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        self.tokens_given += 1
        token = self.sign(self.spoil(claims))
        return JSONResponse({"id_token": token, "token_type": "Bearer"})

    def _is_ours(self, request, form, asked):
        pair = f"{quote(CLIENT, safe='')}:{quote(SECRET, safe='')}"
        basic = f"Basic {base64.b64encode(pair.encode()).decode()}"
        known = (
            request.headers.get("authorization") == basic
            if "client_secret_basic" in self.methods
            else form.get("client_secret") == SECRET
        )
        challenge = _base64(sha256(form["code_verifier"].encode()).digest())
        return (
            known
            and challenge == asked["code_challenge"]
            and form["redirect_uri"] == asked["redirect_uri"]
        )

    def _keys(self, _request):
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return JSONResponse({"keys": [key | {"kid": self.kid, "use": "sig"}]})


@contextmanager
def issuing():
    """Serve an issuer."""
    issuer = Issuer()
    with serving(issuer.app()) as url:
        issuer.url = url
        yield issuer


def path_of(location):
    """Return path and query of an address."""
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _base64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
