"""Tokens that open nothing, by what is wrong with them: made of everything but a key of the gym, or with its key and as
the gym never makes any."""

from __future__ import annotations

import base64
import json
from typing import Any, Final

from gymtui import clock
from server.auth import auth
from tests.forger import Forger, part

OTHER_KEY: Final = b"k" * 32
ALGORITHMS: Final = (
    "HS384",
    "HS512",
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "ES256",
    "ES384",
    "ES256K",
    "EdDSA",
    "A256KW",
)
NO_ALGORITHMS: Final = (
    "none",
    "None",
    "NONE",
    "nOnE",
    "",
    " HS256",
    "HS256 ",
    "hs256",
    "HS-256",
    "HMAC",
    "sha256",
    "dir",
)
STRANGE: Final = {"null": None, "number": 7, "true": True, "list": ["x"], "object": {"x": 1}, "empty": "", "text": "x"}


def kinds(forger: Forger) -> dict[str, str]:
    """All that are no token of ours, and none of which has ever been one."""
    return (
        cut(forger) | headers(forger) | keys(forger) | own_headers(forger) | own_claims(forger) | other_things(forger)
    )


def cut(forger: Forger) -> dict[str, str]:
    """A good token, of which something is another."""
    good = forger.token()
    head, body, tail = good.split(".")
    mine = part(json.dumps(forger.claims | {"sub": "ana"}).encode())
    longer = part(json.dumps(forger.claims | {"exp": forger.claims["exp"] + 86400}).encode())  # type: ignore[operator]  # a number
    return {
        "one part": head,
        "two parts": f"{head}.{body}",
        "four parts": f"{good}.x",
        "five parts": f"{head}..{body}.{tail}.{tail}",
        "a dot before": f".{good}",
        "a dot behind": f"{good}.",
        "no header": f".{body}.{tail}",
        "no claims": f"{head}..{tail}",
        "no signature": f"{head}.{body}.",
        "parts the other way round": f"{tail}.{body}.{head}",
        "the header twice": f"{head}.{head}.{tail}",
        "claims as a signature": f"{head}.{body}.{body}",
        "another's claims": f"{head}.{mine}.{tail}",
        "a later end": f"{head}.{longer}.{tail}",
        "another header": f"{part(json.dumps(forger.header | {'x': 1}).encode())}.{body}.{tail}",
        **{f"signature {n} bytes short": f"{head}.{body}.{part(_bytes(tail)[:-n])}" for n in (1, 2, 16, 31)},
        **{f"signature with byte {n} of another": f"{head}.{body}.{part(_flipped(tail, n))}" for n in (0, 15, 31)},
        "signature of zeros": f"{head}.{body}.{part(bytes(32))}",
        "signature in hexadecimal": f"{head}.{body}.{_bytes(tail).hex()}",
        "signature twice": f"{good}{tail}",
        "signature longer": f"{good}AAAA",
        "padded": f"{good}==",
        "standard base64": f"{head}.{body}.{'+/' * 20}",
        "not base64": f"{head}.%%%.{tail}",
        "not base64 at all": "%%%.%%%.%%%",
        "a blank before": f"  {good}",
        "a blank within": f"{head}. {body}.{tail}",
        "a line end": f"{good}\n",
        "a line end within": f"{head}.\n{body}.{tail}",
        "nul": f"{good}\x00",
        "nul within": f"{head}.{body}\x00.{tail}",
        "another case": good.swapcase(),
        "in quotation marks": f'"{good}"',
        "its name before": f"token={good}",
        "its scheme twice": f"Bearer {good}",
        "two tokens": f"{good},{forger.token()}",
        "nested": part(good.encode()),
        "as JSON": json.dumps({"protected": head, "payload": body, "signature": tail}),
        "detached": json.dumps({"header": forger.header, "payload": forger.claims, "signature": tail}),
    }


def other_things(forger: Forger) -> dict[str, str]:
    """What is no such token at all."""
    head, body, tail = forger.token().split(".")
    deep = part(b"[" * 6_000)
    return {
        "nothing": "",
        "a dot": ".",
        "dots": "..",
        "many dots": "." * 5_000,
        "a password": "mia",
        "null": "null",
        "a user and a password": part(b"mia:a long enough password"),
        "a refresh token": forger.refresh,
        "a refresh token without its MAC": forger.refresh.rpartition(".")[0],
        "what is like a refresh token": "0192.secret",
        "the id of a token": "issued:1",
        "the key itself": part(forger.key),
        "long": "A" * 12_000,
        "long parts": ".".join(["A" * 4_000] * 3),
        "a deep header": f"{deep}.{body}.{tail}",
        "deep claims": f"{head}.{deep}.{tail}",
        "a header that is no JSON": f"{part(b'x')}.{body}.{tail}",
        "a header that is a list": f"{part(b'[]')}.{body}.{tail}",
        "a header that is a text": f"{part(b'0')}.{body}.{tail}",
        "a header that is empty": f"{part(b'{}')}.{body}.{tail}",
        "not UTF-8": f"{part(bytes([255, 254]))}.{body}.{tail}",
        "UTF-16": f"{part(json.dumps(forger.header).encode('utf-16'))}.{body}.{tail}",
        "not ASCII": "ü.é.ß",
        "digits of another script": "١.٢.٣",
        "SQL": "' OR '1'='1",
        "a path": "../../../../dev/null",
    }


def headers(forger: Forger) -> dict[str, str]:
    """What anybody can write into a header who has seen a token and has no key."""
    unsigned = {f"alg {alg!r}, unsigned": f"{forger.token(alg=alg).rpartition('.')[0]}." for alg in NO_ALGORITHMS}
    public = {"kty": "oct", "k": part(OTHER_KEY)}
    named: dict[str, dict[str, Any]] = {
        "an embedded jwk": {"jwk": public},
        "an embedded jwk and its kid": {"jwk": public | {"kid": "mine"}, "kid": "mine"},
        "a jku": {"jku": "http://127.0.0.1/keys"},
        "an x5u": {"x5u": "file:///dev/null"},
        "an x5c": {"x5c": [base64.b64encode(OTHER_KEY).decode()]},
        "an x5t": {"x5t": part(OTHER_KEY)},
        "crit": {"crit": ["exp"]},
        "b64 false": {"b64": False, "crit": ["b64"]},
        "zip": {"zip": "DEF"},
        "cty JWT": {"cty": "JWT"},
        "enc": {"enc": "A256GCM", "alg": "dir"},
    }
    signed = {f"{name}, signed by it": forger.token(key=OTHER_KEY, **header) for name, header in named.items()}
    return unsigned | signed


def keys(forger: Forger) -> dict[str, str]:
    """Signed by what is no key of the gym."""
    return {
        "another key": forger.token(key=OTHER_KEY),
        "an empty key": forger.token(key=b""),
        "the kid as a key": forger.token(key=forger.kid.encode()),
        "the issuer as a key": forger.token(key=auth.ISSUER.encode()),
        "the key in hexadecimal": forger.token(key=forger.key.hex().encode()),
        "the key in base64": forger.token(key=base64.b64encode(forger.key)),
        "half of the key": forger.token(key=forger.key[: len(forger.key) // 2]),
        "a word as a key": forger.token(key=b"secret"),
        "a token in a token": forger.token(forger.token(), key=OTHER_KEY),
        "a kid that is a path, an empty key": forger.token(kid="../../../../dev/null", key=b""),
        "a kid that is SQL": forger.token(kid="x' UNION SELECT 'x", key=b"x"),
        "an empty kid and key": forger.token(kid="", key=b""),
        **{f"a kid that is {name}, another key": forger.token(kid=v, key=OTHER_KEY) for name, v in STRANGE.items()},
    }


def own_headers(forger: Forger) -> dict[str, str]:
    """Signed by the gym's own key, and still no token of the gym: a key may be used for what it is for, only."""
    head = json.dumps(forger.header)
    return {
        **{f"alg {alg}": forger.token(alg=alg) for alg in ALGORITHMS},
        "alg HS512, signed so": forger.token(alg="HS512", digest="sha512"),
        "alg HS384, signed so": forger.token(alg="HS384", digest="sha384"),
        "no alg": forger.token(alg=...),
        **{f"alg {name}": forger.token(alg=value) for name, value in STRANGE.items()},
        "no kid": forger.token(kid=...),
        "a kid that nobody has": forger.token(kid="00000000"),
        "kid of another case": forger.token(kid=forger.kid.upper() + "A"),
        **{f"kid {name}": forger.token(kid=value) for name, value in STRANGE.items()},
        "kid twice": forger.signed(f'{head[:-1]}, "kid": "x"}}'.encode(), json.dumps(forger.claims).encode()),
        "no typ": forger.token(typ=...),
        "typ JWT": forger.token(typ="JWT"),
        "typ of another case": forger.token(typ="AT+JWT"),
        "typ refresh": forger.token(typ="rt+jwt"),
        **{f"typ {name}": forger.token(typ=value) for name, value in STRANGE.items()},
        "crit role": forger.token(crit=["role"]),
        "crit nothing": forger.token(crit=[]),
    }


def own_claims(forger: Forger) -> dict[str, str]:
    """The same, of what a token says."""
    soon = str(forger.claims["exp"])
    text = json.dumps(forger.claims)
    return {
        **{f"without {name}": forger.without(name) for name in forger.claims},
        **{
            f"{claim} {name}": forger.with_claim(claim, value)
            for claim in ("iss", "aud", "sub", "sid", "exp")
            for name, value in STRANGE.items()
            if (claim, name) != ("exp", "number")  # that is over, and was one once
        },
        **{f"{claim} null": forger.with_claim(claim, None) for claim in ("iat", "jti")},
        "iss in a list": forger.with_claim("iss", [auth.ISSUER]),
        "aud in an object": forger.with_claim("aud", {auth.AUDIENCE: 1}),
        "sub in a list": forger.with_claim("sub", ["mia"]),
        "sub of another case": forger.with_claim("sub", "MIA"),
        "sub with a blank": forger.with_claim("sub", "mia "),
        "sub with a nul": forger.with_claim("sub", "mia\0"),
        "sid of no login": forger.with_claim("sid", clock.new_id()),
        "sid of another user": forger.with_claim("sid", "issued:of ana"),
        "sid of issued": forger.with_claim("sid", "issued:"),
        "exp in a text": forger.with_claim("exp", soon),
        "exp with a half": forger.with_claim("exp", float(soon) + 0.5),
        "exp negative": forger.with_claim("exp", -1),
        "exp huge": forger.with_claim("exp", 10**30),
        "exp beyond the calendar": forger.with_claim("exp", auth.END + 1),
        "exp infinite": forger.with_claim("exp", float("inf")),
        "exp no number": forger.with_claim("exp", float("nan")),
        "exp of 5,000 digits": forger.token(text.replace(soon, "9" * 5000).encode()),
        "sub twice": forger.token(f'{text[:-1]}, "sub": "nobody"}}'.encode()),
        "claims in a list": forger.token([forger.claims]),
        "claims in a text": forger.token(text),
        "claims that are a number": forger.token(7),
        "claims that are no JSON": forger.token(text[:-1].encode()),
        "nbf ahead": forger.with_claim("nbf", 10**11),
    }


def _bytes(encoded: str) -> bytes:
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


def _flipped(encoded: str, n: int) -> bytes:
    data = bytearray(_bytes(encoded))
    data[n] ^= 1
    return bytes(data)
