"""Does Kubernetes know each object and each field, in its oldest and its newest version?"""

import json
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import cloudcoil.models
import kubernetes_validate  # type: ignore[import-untyped]
from objects import Build, Object, title
from pydantic import ValidationError

VERSIONS = ("1.32", "1.37")  # the oldest that clouds still run, and the newest


def faults(build: Build) -> Iterator[str]:
    for one in build.objects:
        if not build.allows("kinds_without_schema", f"{one['apiVersion']} {one['kind']}"):
            found = _faults(json.dumps(one, sort_keys=True))
            yield from (f"{title(one)}: {fault}" for fault in found)


@cache
def _faults(written: str) -> list[str]:
    """Faults of one object, which many builds share."""
    one = json.loads(written)
    if model := _model(one["apiVersion"], one["kind"]):
        return list(_custom(model, one))
    return [fault for version in VERSIONS for fault in _standard(one, version)]


def _standard(one: Object, version: str) -> Iterator[str]:
    try:
        kubernetes_validate.validate(one, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        place = ".".join(str(step) for step in error.path)
        yield f"Kubernetes {version} refuses {place}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError:
        yield f"Kubernetes {version} has no {one['kind']} in {one['apiVersion']}."


def _model(api_version: str, kind: str) -> Any:
    """The class of a custom resource, if an installed package of cloudcoil-models-* brings it."""
    for package in pkgutil.iter_modules(cloudcoil.models.__path__, "cloudcoil.models."):
        for module in pkgutil.iter_modules(import_module(package.name).__path__):
            if module.name == api_version.rpartition("/")[2]:
                model = getattr(import_module(f"{package.name}.{module.name}"), kind, None)
                field = getattr(model, "model_fields", {}).get("api_version")
                if field and field.default == api_version:
                    return model
    return None


def _custom(model: Any, one: Object) -> Iterator[str]:
    try:
        read = model.model_validate(one).model_dump(mode="json", by_alias=True, exclude_unset=True)
    except ValidationError as error:
        for fault in error.errors():
            yield f"{'.'.join(str(step) for step in fault['loc'])}: {fault['msg']}"
    else:
        yield from (f"there is no field {path}." for path in _lost(one, read, ""))


def _lost(written: Any, read: Any, path: str) -> Iterator[str]:
    """Paths of what was written and has not been read; values may be written in another way."""
    if isinstance(written, dict) and isinstance(read, dict):
        for key, value in written.items():
            yield from (
                _lost(value, read[key], f"{path}.{key}") if key in read else [f"{path}.{key}"]
            )
    elif isinstance(written, list) and isinstance(read, list):
        for number, (one, other) in enumerate(zip(written, read, strict=True)):
            yield from _lost(one, other, f"{path}.{number}")
