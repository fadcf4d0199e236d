"""What callers may do: the scopes that operations and skills need, and whose tenants they are."""

from collections.abc import Collection, Mapping

from a2a.types import a2a_pb2

from ..setting_types import SCOPE
from ..tasks.calls.principal import Principal
from ..tasks.calls.refusals import PermissionDeniedError

OPERATIONS = frozenset(a2a_pb2.DESCRIPTOR.services_by_name["A2AService"].methods_by_name)

Scopes = Mapping[str, Collection[str]]


class AuthorizationError(Exception):
    """The rules cannot be kept; the text is one sentence for the operator."""


class Authorization:
    """Scopes that every call needs, and those that some operations and skills need beside them.

    Whoever names no skill reaches the agent as a whole, so only what is said about the operation
    holds. Raises AuthorizationError.
    """

    def __init__(
        self,
        *,
        required_scopes: Collection[str] = (),
        operation_scopes: Scopes | None = None,
        skill_scopes: Scopes | None = None,
    ) -> None:
        self._required = frozenset(required_scopes)
        self._by_operation = _frozen(operation_scopes or {})
        self._by_skill = _frozen(skill_scopes or {})
        if unknown := sorted(self._by_operation.keys() - OPERATIONS):
            raise AuthorizationError(
                f"There is no operation {unknown[0]}: name others in A2A_OPERATION_SCOPES, "
                f"like {min(OPERATIONS)}."
            )
        several = (self._required, *self._by_operation.values(), *self._by_skill.values())
        for scope in sorted(frozenset[str]().union(*several)):
            if not SCOPE.fullmatch(scope):
                raise AuthorizationError(
                    f"{scope!r} is no scope: name others in A2A_REQUIRED_SCOPES and "
                    "A2A_OPERATION_SCOPES, without blanks and quotation marks."
                )

    def __call__(self, principal: Principal, operation: str, tenant: str, skill: str) -> None:
        """Raises PermissionDeniedError, which names all scopes that are needed."""
        check_tenant(principal, tenant)
        needed = self._needed(operation, skill)
        if needed <= principal.scopes:
            return
        names = " ".join(sorted(needed))
        raise PermissionDeniedError(
            f"This needs the scopes: {names}.",
            challenge=f'Bearer error="insufficient_scope", scope="{names}"',
            detail=f"missing scopes: {' '.join(sorted(needed - principal.scopes))}",
        )

    def _needed(self, operation: str, skill: str) -> frozenset[str]:
        nothing = frozenset[str]()
        of_skill = self._by_skill.get(skill, nothing) if skill else nothing
        return self._required | self._by_operation.get(operation, nothing) | of_skill


def check_tenant(principal: Principal, tenant: str) -> None:
    """Raise PermissionDeniedError if a call names a tenant that its caller cannot speak for.

    Without a tenant, callers are on their own, and each of them sees nothing but its own tasks.
    """
    if tenant and principal.tenants is not None and tenant not in principal.tenants:
        raise PermissionDeniedError("You cannot speak for this tenant.", detail="foreign tenant")


def _frozen(scopes: Scopes) -> dict[str, frozenset[str]]:
    return {name: frozenset(some) for name, some in scopes.items()}
