"""Where do engines come from? Found on this machine, or built from their Go modules."""

from provisioner.engines.build import build
from provisioner.engines.cache import cache_root
from provisioner.engines.catalogue import ENGINES, Engine
from provisioner.engines.find import (
    Binaries,
    GrafanaHome,
    find,
    find_cached,
    find_grafana,
    find_on_path,
)
from provisioner.engines.image import docker_target, image_name, import_image, local_image
from provisioner.engines.target import Target, host_target

__all__ = [
    "ENGINES",
    "Binaries",
    "Engine",
    "GrafanaHome",
    "Target",
    "build",
    "cache_root",
    "docker_target",
    "find",
    "find_cached",
    "find_grafana",
    "find_on_path",
    "host_target",
    "image_name",
    "import_image",
    "local_image",
]
