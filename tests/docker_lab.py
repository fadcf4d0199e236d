"""A Docker engine of the tests' own, and images that stand in for those of registries.

Both are made of Debian's packages. They stay in the user's cache folder, with all that was built,
so only the first run takes its time.
"""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from debian_packages import CACHE, SYSTEM_PROGRAMS, install, unpacked

START_SECONDS = 60.0
DATA = CACHE / "docker"

ENGINE = ("docker.io", "containerd", "docker-buildx", "docker-cli", "docker-compose")
PROGRAMS = (
    "usr/bin/containerd",
    "usr/bin/containerd-shim-runc-v2",
    "usr/bin/docker",
    "usr/bin/docker-init",
    "usr/sbin/docker-proxy",
    "usr/sbin/dockerd",
)
PLUGINS = tuple(f"usr/libexec/docker/cli-plugins/docker-{name}" for name in ("buildx", "compose"))

# What the official image has of Debian, as far as an agent needs it: no packages for backups.
BASE = ("base-files", "base-passwd", "coreutils", "dash", "libc-bin", "libstdc++6", "python3")
PYTHON = r"""
FROM {base}
ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin
RUN cp /usr/share/base-passwd/passwd.master /etc/passwd \
 && cp /usr/share/base-passwd/group.master /etc/group \
 && mkdir --parents /usr/local/bin \
 && ln --symbolic /usr/bin/python3 /usr/local/bin/python \
 && ln --symbolic /usr/bin/true /usr/local/bin/apt-get
"""
UV = """
FROM scratch
COPY uv /uv
"""
# What compose.yaml relies on: where the programs are, who runs them, and a folder of its own.
SERVER = """
FROM {python}
COPY bin/{program} /bin/{name}
COPY bin/{tool} /bin/
COPY share/prometheus /usr/share/prometheus
RUN install --directory --owner=nobody --group=nogroup /{name}
USER nobody
WORKDIR /{name}
ENTRYPOINT ["/bin/{name}"]
"""
SERVERS = {
    "prometheus": {"package": "prometheus", "program": "prometheus", "tool": "promtool"},
    "alertmanager": {
        "package": "prometheus-alertmanager",
        "program": "prometheus-alertmanager",
        "tool": "amtool",
    },
}


Provide = Callable[[Path], None]


@contextmanager
def docker_engine() -> Iterator[None]:
    """Keep an engine running, and the environment such that `docker` and `make` reach it."""
    if os.geteuid():
        pytest.fail("This test starts a Docker engine of its own: run it as root.", pytrace=False)
    DATA.mkdir(parents=True, exist_ok=True)
    install("iptables", "runc")
    with (
        (CACHE / "docker.lock").open("w") as lock,
        (CACHE / "docker.log").open("w") as log,
        tempfile.TemporaryDirectory(prefix="docker-lab-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)  # engines do not share their data
        run = Path(folder)
        for name, value in _environment(run).items():
            patch.setenv(name, value)
        command = ["dockerd", f"--data-root={DATA}", f"--exec-root={run}/exec"]
        command += [f"--pidfile={run}/pid", f"--host=unix://{run}/docker.sock"]
        engine = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait_until_ready(engine)
            yield
            docker("image", "prune", "--force")
            docker("builder", "prune", "--force", "--keep-storage=2gb")
        finally:
            engine.terminate()
            engine.wait()


def provide_images(agent: Path) -> None:
    """Build the images that an agent's files name, as far as Debian has their programs."""
    images = base_images(agent)
    services: dict[str, Any] = yaml.safe_load((agent / "compose.yaml").read_text())["services"]
    archive = unpacked(*BASE, suffix=".tar")
    if not docker("images", "--quiet", archive.stem):
        docker("import", str(archive), archive.stem)
    _build(images["python"], PYTHON.format(base=archive.stem), context=agent)
    uv = Path(os.environ.get("UV") or shutil.which("uv") or "uv")  # `uv run` says which one it is
    _build(images["uv"], UV, context=uv.resolve().parent)
    for name, parts in SERVERS.items():
        recipe = SERVER.format(python=images["python"], name=name, **parts)
        _build(services[name]["image"], recipe, context=unpacked(parts["package"]) / "usr")


def base_images(agent: Path) -> dict[str, str]:
    """What an agent's Dockerfile starts from, by what it is there for: python, and uv."""
    dockerfile = (agent / "Dockerfile").read_text()
    lines = re.findall(r"^FROM (\S+) AS default-(\w+)$", dockerfile, re.MULTILINE)
    return {purpose: image for image, purpose in lines}


def docker(*arguments: str, stdin: str = "") -> str:
    """Run a docker command that has to succeed; return what it prints."""
    command = ["docker", *arguments]
    result = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    if result.returncode:
        pytest.fail(f"{' '.join(command)}:\n{result.stdout}{result.stderr}", pytrace=False)
    return result.stdout


def _environment(run: Path) -> dict[str, str]:
    """A PATH that begins with the engine's programs, and where the engine listens."""
    engine = unpacked(*ENGINE)
    for folder, files in ((run / "bin", PROGRAMS), (run / "config/cli-plugins", PLUGINS)):
        folder.mkdir(parents=True)
        for file in files:
            (folder / Path(file).name).symlink_to(engine / file)
    return {
        "CA_BUNDLE_FILE": os.environ.get("SSL_CERT_FILE") or os.devnull,
        "DOCKER_CONFIG": str(run / "config"),
        "DOCKER_DATA": str(DATA),
        "DOCKER_HOST": f"unix://{run}/docker.sock",
        "PATH": f"{run}/bin:{os.environ['PATH']}{SYSTEM_PROGRAMS}",
    }


def _wait_until_ready(engine: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while engine.poll() is None and time.monotonic() < deadline:
        if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.2)
    pytest.fail(f"Docker does not start: {CACHE}/docker.log says why.", pytrace=False)


def _build(image: str, recipe: str, context: Path) -> None:
    docker("build", "--tag", image, "--file", "-", str(context), stdin=recipe)
