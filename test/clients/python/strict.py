"""
What the client itself does not look at: it takes any text, number or list where its types say otherwise, and
keeps names that it does not know. Here all of that is a failure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import waldur_api_client.models
from waldur_api_client.types import Unset

T = TypeVar("T")

#: What the reference host tells beyond the client's models; the client keeps it aside.
#: HomePort reads the roles of an offering; the other names are the host's own.
beyond = {
    "PublicOfferingDetails": {"roles"},
    "OpenStackNestedPort": {"uuid"},
    # Waldur writes these, too.
    "BackendMetadata": {"routers", "router_fixed_ips", "action_details"},
    "OpenStackInstance": {"tenant_name"},
    "OpenStackVolume": {"tenant_name"},
    "OpenStackSnapshot": {"tenant", "tenant_name", "tenant_uuid"},
    "OpenStackSubNet": {"tenant_uuid", "network_uuid"},
}

_models = vars(waldur_api_client.models)


def strictly(parsed: T) -> T:
    """Answers what it is given, if every value in it is of its declared type and no name is unknown."""
    problems = list(_problems(parsed, type(parsed).__name__))
    assert not problems, "\n  " + "\n  ".join(problems)
    return parsed


def _problems(value: Any, path: str) -> list[str]:
    if isinstance(value, list):
        return [text for index, item in enumerate(value) for text in _problems(item, f"{path}[{index}]")]
    if not hasattr(type(value), "__attrs_attrs__"):
        return []
    fields = [field.name for field in type(value).__attrs_attrs__ if field.name != "additional_properties"]
    hints = get_type_hints(type(value), localns=_models)
    found: list[str] = []
    for name in fields:
        one = getattr(value, name)
        if not _fits(one, hints[name]):
            found.append(f"{path}.{name}: {one!r} is not {hints[name]}")
        found += _problems(one, f"{path}.{name}")
    # A model without fields is a map of names that differ from answer to answer.
    unknown = getattr(value, "additional_properties", {}) if fields else {}
    known = beyond.get(type(value).__name__, set())
    return found + [f"{path}.{name}: no such field" for name in unknown if name not in known]


def _fits(value: Any, hint: Any) -> bool:
    # Python 3.9 and 3.10 leave the names of classes inside list[…] as they are.
    if isinstance(hint, str):
        hint = _models[hint]
    origin = get_origin(hint)
    if hint is Any:
        return True
    if origin is Union:
        return any(_fits(value, option) for option in get_args(hint))
    if origin is list:
        return isinstance(value, list) and all(_fits(item, get_args(hint)[0]) for item in value)
    if origin is not None:
        return isinstance(value, origin)
    if hint in (int, float):
        return isinstance(value, (int, hint)) and not isinstance(value, bool)
    if hint is str:
        return isinstance(value, str) and not isinstance(value, Enum)
    if hint is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    return isinstance(value, hint)


_hex = re.compile(r"[0-9a-f]{32}")
_time = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")
_times = {"created", "modified", "completed_at", "consumer_reviewed_at", "provider_reviewed_at"}


def conventions(body: Any, path: str = "") -> list[str]:
    """What in a JSON body is not as Waldur writes it: uuids of 32 hex digits, times in UTC with Z."""
    if isinstance(body, list):
        return [text for index, item in enumerate(body) for text in conventions(item, f"{path}[{index}]")]
    if not isinstance(body, Mapping):
        return []
    found: list[str] = []
    for name, value in body.items():
        here = f"{path}.{name}"
        if isinstance(value, str) and name in _times and not _time.fullmatch(value):
            found.append(f"{here}: {value}")
        # Volume types of a mapping keep their hyphens, as in Waldur.
        form = _is_hyphenated if name in {"src_type_uuid", "dst_type_uuid"} else _hex.fullmatch
        if isinstance(value, str) and re.search(r"(^|_)uuid$", name) and not form(value):
            found.append(f"{here}: {value}")
        found += conventions(value, here)
    return found


def _is_hyphenated(text: str) -> bool:
    return text == str(UUID(text))


def given(value: Union[T, Unset]) -> T:
    """A field that has to be there."""
    assert not isinstance(value, Unset), "the field is missing"
    return value


def is_set(*values: object) -> bool:
    """Whether a screen that reads these fields finds them."""
    return not any(isinstance(value, Unset) for value in values)
