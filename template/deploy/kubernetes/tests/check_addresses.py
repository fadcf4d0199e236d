"""Are the addresses in routes and certificates those that the agent gives to its callers?"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from objects import Build, title
from settings import effective, in_production


def faults(build: Build) -> Iterator[str]:
    for policy in build.of("BackendTLSPolicy"):
        for target in policy["spec"]["targetRefs"]:
            if build.named(target["kind"], target["name"]) is None:
                yield f"{title(policy)}: there is no {target['kind']} {target['name']}."
    if in_production(build):
        for pod in build.agents:
            known = effective(build, pod)
            public = {
                name: value for name, value in known.items() if name.startswith("A2A_PUBLIC_")
            }
            yield from _routes(build, public)
            yield from _certificates(build, public)


def _host(address: str) -> str | None:
    return urlsplit(address if "//" in address else f"//{address}").hostname


def _routes(build: Build, public: dict[str, str]) -> Iterator[str]:
    for route in build.routes:
        kind = route["kind"].removesuffix("Route").upper()
        name = "A2A_PUBLIC_URL" if kind == "HTTP" else f"A2A_PUBLIC_{kind}_URL"
        if name in public and route["spec"].get("hostnames") != [_host(public[name])]:
            yield (
                f"{title(route)} has to take calls for {_host(public[name])} of {name}, and no others; "
                f"with a port in {name}, patch hostnames, and leave the replacement out."
            )


def _certificates(build: Build, public: dict[str, str]) -> Iterator[str]:
    for certificate in build.of("Certificate"):
        for name, address in public.items():
            if _host(address) not in certificate["spec"]["dnsNames"]:
                yield f"{title(certificate)} is not valid for {address}, which is {name}."
