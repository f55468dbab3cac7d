"""Are failures of Docker, processes and the system told apart from defects of ours?"""

from __future__ import annotations

import http.client
import xmlrpc.client

import psutil
import pytest
import requests
import urllib3
from docker.errors import APIError, InvalidVersion

from provisioner.runtime.failures import FAILURES, explain


@pytest.mark.parametrize(
    "error",
    [
        APIError("refused"),
        InvalidVersion(),
        PermissionError(),
        psutil.AccessDenied(),
        requests.ConnectionError(),
        requests.exceptions.ChunkedEncodingError(),
        urllib3.exceptions.ProtocolError(),
        http.client.IncompleteRead(b""),
        xmlrpc.client.Fault(10, "BAD_NAME"),
    ],
)
def test_what_others_refuse_is_a_failure_not_a_defect(error: Exception) -> None:
    assert isinstance(error, FAILURES)


@pytest.mark.parametrize("error", [ValueError(), KeyError(), AttributeError(), AssertionError()])
def test_what_we_do_wrong_is_a_defect(error: Exception) -> None:
    assert not isinstance(error, FAILURES)


def test_the_daemons_own_words_are_preferred_to_the_address_that_was_asked() -> None:
    error = APIError("500 Server Error for http+docker://x", explanation="no space left")
    assert explain(error) == "no space left"


def test_any_other_failure_is_told_as_it_is() -> None:
    assert explain(OSError(28, "No space left on device")).endswith("No space left on device")
