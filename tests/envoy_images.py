"""Images that stand in for those of Postgres, Redis and Envoy, made of Debian's and PyPI's programs."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import yaml
from debian_packages import unpacked
from docker_lab import BASE, docker
from envoy_lab import envoy_program

# With what their images have beside them, as far as compose.yaml or their entry points need it.
POSTGRES_PACKAGES = ("postgresql-17", "base-files", "base-passwd", "coreutils", "dash", "libc-bin")
REDIS_PACKAGES = ("redis-server", "base-files", "base-passwd", "coreutils", "dash", "libc-bin")
ENVOY_PACKAGES = ("bash", "grep", *BASE)

USERS = """
FROM {base}
ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/usr/lib/postgresql/17/bin
RUN cp /usr/share/base-passwd/passwd.master /etc/passwd \\
 && cp /usr/share/base-passwd/group.master /etc/group
"""
POSTGRES = """
ENV PGDATA=/var/lib/postgresql/data
RUN echo postgres:x:999: >> /etc/group \\
 && echo postgres:x:999:999::/var/lib/postgresql:/bin/sh >> /etc/passwd \\
 && install --directory --owner=999 --group=999 --mode=1777 $PGDATA
COPY --chmod=755 entrypoint /entrypoint
ENTRYPOINT ["/entrypoint"]
"""
REDIS = """
RUN echo redis:x:999: >> /etc/group && echo redis:x:999:999::/:/bin/sh >> /etc/passwd
COPY --chmod=755 entrypoint /entrypoint
ENTRYPOINT ["/entrypoint"]
"""
ENVOY = """
COPY --chmod=755 envoy /usr/local/bin/envoy
COPY --chmod=755 entrypoint /entrypoint
ENTRYPOINT ["/entrypoint"]
"""
MAKE_DATABASE = """#!/bin/sh
set -e
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" $POSTGRES_INITDB_ARGS
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  echo "CREATE DATABASE $POSTGRES_USER" | postgres --single -j postgres
fi
exec postgres -c listen_addresses='*' -k /run/postgresql
"""
RUN_REDIS = """#!/bin/sh
exec "$@"
"""
RUN_ENVOY = """#!/bin/sh
exec envoy "$@"
"""


def provide_replica_images(agent: Path) -> None:
    """Build what the services `postgres`, `redis` and `envoy` of an agent need."""
    services: dict[str, Any] = yaml.safe_load((agent / "compose.yaml").read_text())["services"]
    _build(services["postgres"]["image"], POSTGRES_PACKAGES, POSTGRES, MAKE_DATABASE)
    _build(services["redis"]["image"], REDIS_PACKAGES, REDIS, RUN_REDIS)
    _build(services["envoy"]["image"], ENVOY_PACKAGES, ENVOY, RUN_ENVOY, envoy_program(agent))


def _build(
    image: str, packages: tuple[str, ...], recipe: str, entrypoint: str, *files: Path
) -> None:
    archive = unpacked(*packages, suffix=".tar")
    if not docker("images", "--quiet", archive.stem):
        docker("import", str(archive), archive.stem)
    with tempfile.TemporaryDirectory() as context:
        (Path(context) / "entrypoint").write_text(entrypoint)
        for file in files:
            shutil.copy(file, context)
        recipe = USERS.format(base=archive.stem) + recipe
        docker("build", "--tag", image, "--file", "-", context, stdin=recipe)
