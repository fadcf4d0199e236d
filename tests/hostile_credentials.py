"""Credentials that nobody should believe."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

from agents import fresh_environment
from hostile_json import VALUES
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

ISSUER = "urn:development-issuer"
HEADER = b'{"alg":"ES256","typ":"at+jwt","kid":"a"}'
CLAIMS = b'{"iss":"urn:development-issuer","sub":"a","aud":"a","exp":9999999999}'
HEADER_NAMES = st.sampled_from(["alg", "typ", "kid", "crit", "b64", "zip", "jwk", "jku", "x5u"])
CLAIM_NAMES = st.sampled_from(["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "scope", "scp"])
LETTERS = st.sampled_from("-_Az09.=")
# As deep as a token can be that is not too long.
DEEP = b"[" * 5500

# Signs with the key of the development issuer: claims are looked at behind a good signature only.
SIGN = """
import json, sys
from jwt.api_jws import PyJWS
folder, audience, *values = sys.argv[1:]
kid = json.load(open(folder + "/jwks.json"))["keys"][0]["kid"]
claims = '{"iss":"urn:development-issuer","sub":"a","aud":"%s","exp":9999999999,"scope":"call",%s}'
for value in values:
    body = (claims % (audience, value)).encode()
    key = open(folder + "/private-key.pem").read()
    print(PyJWS().encode(body, key, "ES256", headers={"kid": kid}))
"""
ODD_CLAIMS = [
    *(f'"{name}":{value}' for name in ("exp", "nbf", "iat") for value in (
        "1e999", "-1e999", "NaN", "null", "true", '"1"', '"x"', "[]", "{}", "1e308", "9" * 4000,
    )),
    *(f'"{name}":{value}' for name in ("iss", "sub", "aud", "jti", "scope", "scp") for value in (
        "null", "1", '""', '"\\ud800"', '"a\\nb"', '"a\\u0000"', "[]", "{}", "[[]]", "[null,1]",
    )),
    '"a":' + "[" * 1200 + "]" * 1200,
]  # fmt: skip


def token(header: bytes = HEADER, claims: bytes = CLAIMS, signature: bytes = b"a" * 64) -> bytes:
    """A bearer token, as its header would have it."""
    parts = (base64.urlsafe_b64encode(part).rstrip(b"=") for part in (header, claims, signature))
    return b"Bearer " + b".".join(parts)


# Values of the header `authorization`.
FORGED: dict[str, bytes] = {
    "nothing": b"",
    "no token": b"Bearer",
    "another scheme": b"Basic YTph",
    "unknown signature": token(),
    "no signature": token(b'{"alg":"none"}', signature=b""),
    "shared secret": token(b'{"alg":"HS256","kid":"a"}'),
    "not UTF-8": b"Bearer \xff\xfe\x80",
    "not ASCII": "Bearer é€".encode(),
    "dots": b"Bearer " + b"." * 1000,
    "bytes as a header": token(b"\xff\x00"),
    "list as a header": token(b"[]"),
    "deep header": token(DEEP),
    "deep objects as a header": token(b'{"a":' * 1100),
    "deep claims": token(claims=DEEP),
    "claims without an end": token(claims=b'{"iss":{"a":' * 400),
    "list as claims": token(claims=b"[]"),
    "huge number": token(claims=b'{"exp":' + b"9" * 5000 + b"}"),
    "list as an issuer": token(claims=b'{"iss":[]}'),
    "object as a key": token(b'{"alg":"ES256","kid":{}}'),
    "list as an algorithm": token(b'{"alg":["ES256"]}'),
    "list as a type": token(b'{"alg":"ES256","typ":[]}'),
    "detached": token(b'{"alg":"ES256","b64":false,"crit":["b64"]}', b""),
    "half a character": token(b'{"alg":"ES256","kid":"\\ud800"}'),
    "a path as a key": token(b'{"alg":"ES256","kid":"../../../etc/passwd"}'),
    "encrypted": b"Bearer " + b".".join([base64.urlsafe_b64encode(b'{"alg":"dir"}')] * 5),
    "too long": b"Bearer " + b"a" * 9000,
}
# Headers that a gate reads beside them.
ODD_HEADERS: dict[str, tuple[bytes, bytes]] = {
    "no address": (b"x-forwarded-for", b""),
    "odd address": (b"x-forwarded-for", b"\xff, ]:[, 999.1.1.1, fe80::1%eth0"),
    "many addresses": (b"x-forwarded-for", b"1.2.3.4," * 800),
    "address without an end": (b"x-forwarded-for", b"1" * 5000),
    "odd trace": (b"traceparent", b"00-" + b"z" * 32 + b"-\xff-01"),
    "odd state of a trace": (b"tracestate", b"=,=;\xff" * 500),
    "odd id": (b"x-request-id", b"\xff'\"<>" * 100),
    "odd version": (b"a2a-version", b"\xff"),
    "odd extensions": (b"a2a-extensions", b"\xff," * 1000),
    "odd host": (b"x-forwarded-host", b"a\xff/../"),
}


@st.composite
def forged(draw: DrawFn, good: bytes) -> bytes:
    """A token that says anything, or a good one with another letter in what is signed."""
    match draw(st.sampled_from(["any", "changed", "letters"])):
        case "any":
            header = {"alg": "ES256"} | draw(st.dictionaries(HEADER_NAMES, VALUES, max_size=3))
            claims = {"iss": ISSUER} | draw(st.dictionaries(CLAIM_NAMES, VALUES, max_size=5))
            return token(_json(header), _json(claims), draw(st.binary(max_size=70)))[:8000]
        case "changed":
            place = draw(st.integers(len(b"Bearer "), good.rindex(b".") - 1))
            letter = draw(LETTERS.filter(lambda letter: letter != chr(good[place]))).encode()
            return good[:place] + letter + good[place + 1 :]
    letters = draw(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=60))
    return (b"Bearer " + letters.encode("latin-1")).strip()


def signed(agent: Path, audience: str) -> list[str]:
    """Tokens with good signatures, and claims that are none."""
    command = [".venv/bin/python", "-c", SIGN, "data/development-issuer", audience, *ODD_CLAIMS]
    made = subprocess.run(
        command, cwd=agent, env=fresh_environment(), capture_output=True, text=True, check=True
    )
    return made.stdout.split()


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
