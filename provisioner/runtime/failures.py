"""Which exceptions mean that Docker, a process or the system failed, and not we?"""

from __future__ import annotations

import http.client
import xmlrpc.client

import psutil
import urllib3.exceptions
from docker.errors import DockerException

FAILURES = (
    OSError,  # what Docker's API refuses is one, too
    DockerException,
    urllib3.exceptions.HTTPError,  # a daemon that breaks off in the middle of an answer
    http.client.HTTPException,
    xmlrpc.client.Error,  # supervisord's
    psutil.Error,
)


def explain(error: Exception) -> str:
    """What went wrong, in the words of whoever refused."""
    return str(getattr(error, "explanation", None) or error)
