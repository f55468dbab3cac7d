"""Which events and attributes does a LogQL text name?

Read with patterns, so that the contract is checked without an engine.
"""

from __future__ import annotations

import re

_NAMES = re.compile(r'event_name=~"([^"]*)"')
# What begins with two underscores is Loki's own.
_FILTER = re.compile(r'\|\s*(?!__)(\w+)\s*(?:=~|!~|!=|=)\s*"')
_UNWRAP = re.compile(r"\|\s*unwrap\s+(\w+)")
_MADE = re.compile(r"\blabel_format\s+(\w+)=")
_GROUPING = re.compile(r"\b(?:by|without)\s*\(([^)]*)\)")
_TEMPLATE = re.compile(r"`([^`]*)`")
_ACTION = re.compile(r"\{\{(.*?)\}\}")
_FIELD = re.compile(r"(?<![\w)])\.(\w+)")
_BRANCH = re.compile(r'\.event_name "(\w+)"')


def events_of(expr: str) -> set[str]:
    """The events that the braces let through; empty when all are."""
    return {name for names in _NAMES.findall(expr) for name in names.split("|")}


def filters_of(expr: str) -> set[str]:
    """Every attribute that a stage compares."""
    return set(_FILTER.findall(expr))


def attributes_of(expr: str) -> set[str]:
    """Every attribute that is compared, unwrapped, grouped by or written out."""
    groups = {name.strip() for names in _GROUPING.findall(expr) for name in names.split(",")}
    read = set(_UNWRAP.findall(expr)) | groups | fields_of(expr) | filters_of(expr)
    return read - set(_MADE.findall(expr))


def fields_of(expr: str) -> set[str]:
    """Every attribute that a template writes out or asks for."""
    actions = (action for text in _TEMPLATE.findall(expr) for action in _ACTION.findall(text))
    return {field for action in actions for field in _FIELD.findall(action)}


def branches_of(expr: str) -> set[str]:
    """The events for which a template has words of their own."""
    return set(_BRANCH.findall(expr))
