"""Which answers of a Docker daemon do the engines' containers need?"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.servers import Answer, Request

VERSION = "/v1.41"
PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"


def _json(content: object, status: int = 200) -> Answer:
    return Answer(body=json.dumps(content).encode(), status=status)


@dataclass(slots=True, kw_only=True)
class Daemon:
    """Containers by service, images by name, volumes; and what was asked, in order.

    A container that is created to check a config ends with `verdict` and prints `said`; a pull
    brings what is in `registry`.
    """

    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    ports: dict[str, dict[str, Any]] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)
    registry: dict[str, str] = field(default_factory=dict)
    volumes: list[str] = field(default_factory=list)
    architecture: str = "amd64"
    root: str = "/nowhere/of/this/machine"
    verdict: int = 0
    said: str = ""
    done: list[str] = field(default_factory=list)
    held: bytes = b"\0" * 1024  # an archive of nothing
    archives: list[bytes] = field(default_factory=list)
    filters: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Answer:
        path = unquote(request.path).removeprefix(VERSION)
        if request.method != "GET":
            self.done.append(f"{request.method} {path}")
        match path.strip("/").split("/"):
            case ["containers", "json"]:
                self.filters.append(request.query["filters"])
                labels = json.loads(request.query["filters"])["label"]
                asked = [each.removeprefix(f"{SERVICE}=") for each in labels if SERVICE in each]
                return _json([{"Id": name} for name in self.states if name in (asked or [name])])
            case ["containers", "create"]:
                return _json({"Id": "check"}, 201)
            case ["containers", name]:
                self.states.pop(name, None)
                return Answer(status=204)
            case ["containers", name, verb]:
                return self._container(name, verb, request)
            case ["version" | "_ping" | "info"]:
                found = {"Os": "linux", "Arch": self.architecture, "DockerRootDir": self.root}
                return _json({**found, "ApiVersion": VERSION.removeprefix("/v")})
            case ["volumes"]:
                self.filters.append(request.query["filters"])
                return _json({"Volumes": [{"Name": name} for name in self.volumes]})
            case ["images", "create"]:
                return self._pull(request)
            case ["images", *name, "json"]:
                return self._image("/".join(name))
        return Answer(status=501)

    def _container(self, name: str, verb: str, request: Request) -> Answer:
        match verb:
            case "json":
                labels = {PROJECT: "claude-otel", SERVICE: name}
                config = {"Labels": labels, "Tty": True}
                network = {"Ports": self.ports.get(name, {})}
                found = {"State": self.states.get(name, {}), "NetworkSettings": network}
                return _json({"Id": name, "Config": config, **found})
            case "archive" if request.method == "GET":
                return Answer(body=self.held)
            case "archive":
                self.archives.append(request.body)
                return Answer()
            case "wait":
                return _json({"StatusCode": self.verdict})
            case "logs":
                return Answer(body=self.said.encode())
            case "stats":
                usage = {"usage": 90_000_000, "stats": {"inactive_file": 40_000_000}}
                return _json({"memory_stats": usage})
        return Answer(status=204)

    def _image(self, name: str) -> Answer:
        if name not in self.images:
            return _json({"message": "No such image"}, 404)
        return _json({"Id": self.images[name], "Config": {"Labels": {}}})

    def _pull(self, request: Request) -> Answer:
        """Or an import: the daemon has one address for both."""
        if "fromSrc" in request.query:
            self.images[f"{request.query['repo']}:{request.query['tag']}"] = "sha256:local"
            return _json({"status": "sha256:local"})
        separator = "@" if request.query["tag"].startswith("sha256:") else ":"
        asked = f"{request.query['fromImage']}{separator}{request.query['tag']}"
        found = {name: each for name, each in self.registry.items() if _same(name, asked)}
        self.images |= found
        if found:
            return _json({"id": "layer", "status": "Downloading"})
        # A registry that cannot be reached, and one that breaks off in the middle.
        if self.images:
            return _json({"error": f"{asked}: unexpected end"})
        return _json({"message": f"{asked}: connection refused"}, 500)


def _same(name: str, asked: str) -> bool:
    """Whether a reference with tag and digest is the one that was asked for by either."""
    image, _, digest = name.partition("@")
    return asked in {image, f"{image.rpartition(':')[0]}@{digest}"}
