"""How is a value shown to whoever reads over the person's shoulder?"""

from __future__ import annotations

import re

_LOGIN = re.compile(r"(?<=://)[^/@\s]*@")
_QUERY = re.compile(r"\?\S*")


def without_secrets(value: str) -> str:
    """A value without the login and the query of an address in it."""
    return _QUERY.sub("?…", _LOGIN.sub("…@", value))
