"""A runner of checks: one line each, and a count at the end."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from waldur_api_client.errors import UnexpectedStatus

passed = 0
failed = 0


@contextmanager
def check(title: str) -> Iterator[None]:
    """One check. What it raises is told and counted, and the next one goes on."""
    global passed, failed
    try:
        yield
    except Exception:
        failed += 1
        print(f"not ok  {title}")
        print("        " + traceback.format_exc().strip().replace("\n", "\n        "))
    else:
        passed += 1
        print(f"ok      {title}")


def same(found: object, wanted: object) -> None:
    assert found == wanted, f"\n  found  {found!r}\n  wanted {wanted!r}"


def refused(title: str, call: Callable[[], object], status: int, body: object) -> None:
    """The client raises UnexpectedStatus with this status and body; None: without a body, as with HEAD."""
    with check(title):
        try:
            answer = call()
        except UnexpectedStatus as refusal:
            found: Any = json.loads(refusal.content) if refusal.content else None
            same((refusal.status_code, found), (status, body))
        else:
            raise AssertionError(f"not refused: {answer!r}")


def end() -> int:
    """Prints the counts. Answers the exit code; no check at all is a failure, too."""
    print(f"{passed} passed, {failed} failed")
    return 0 if passed > 0 and failed == 0 else 1
