"""What the agent card says of credentials, from the values that authentication is made of."""

from collections.abc import Collection, Mapping, Sequence

from a2a.types import (
    AgentSkill,
    APIKeySecurityScheme,
    HTTPAuthSecurityScheme,
    MutualTlsSecurityScheme,
    SecurityRequirement,
    SecurityScheme,
    StringList,
)

from .identity import api_keys

# By the names that the setting has for them. What a gateway asks for is not known here.
SCHEMES = {
    "jwt": SecurityScheme(
        http_auth_security_scheme=HTTPAuthSecurityScheme(
            scheme="Bearer", bearer_format="JWT", description="A token of an issuer trusted here."
        )
    ),
    "api-key": SecurityScheme(
        api_key_security_scheme=APIKeySecurityScheme(
            location="header", name=api_keys.HEADER, description="A key from the agent's operator."
        )
    ),
    "mtls": SecurityScheme(
        mtls_security_scheme=MutualTlsSecurityScheme(
            description="A client certificate of an authority trusted here."
        )
    ),
}


def security_schemes(kinds: Collection[str]) -> dict[str, SecurityScheme]:
    """All that are asked for, by name."""
    return {kind: SCHEMES[kind] for kind in kinds if kind in SCHEMES}


def security_requirements(
    kinds: Collection[str], scopes: Collection[str]
) -> list[SecurityRequirement]:
    """One for each kind, because any of them admits.

    Signatures of cards leave out those without scopes, but not the schemes; and whoever removes
    either on its way is refused like everybody else.
    """
    needed = StringList(list=sorted(scopes))
    return [SecurityRequirement(schemes={kind: needed}) for kind in security_schemes(kinds)]


def skills_with_requirements(
    skills: Sequence[AgentSkill],
    kinds: Collection[str],
    *,
    required_scopes: Collection[str],
    skill_scopes: Mapping[str, Collection[str]],
) -> list[AgentSkill]:
    """Copies of the skills that name all scopes they need; others need what every call does."""
    found = []
    for skill in skills:
        copy = AgentSkill()
        copy.CopyFrom(skill)
        if scopes := skill_scopes.get(skill.id):
            needed = {*required_scopes, *scopes}
            copy.security_requirements.extend(security_requirements(kinds, needed))
        found.append(copy)
    return found
