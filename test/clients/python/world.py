"""The reference host, as its JSON line describes it, and clients of it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from strict import conventions
from waldur_api_client import AuthenticatedClient
from waldur_api_client.models import MappingRequest, MigrationCreateRequest

UNKNOWN = UUID(int=9)


@dataclass
class World:
    url: str
    tokens: dict[str, str]
    src_resource: UUID
    dst_offering: UUID
    dst_plan: UUID
    other_plan: UUID
    src_types: list[UUID]
    dst_types: list[UUID]
    networks: list[UUID]
    answers: int = 0
    #: Answers that broke a rule that holds for all of them.
    broken: list[str] = field(default_factory=list)

    def client(self, user: str) -> AuthenticatedClient:
        """A client of `staff`, `owner` or `stranger`."""
        return self.client_of(self.tokens[user])

    def client_of(
        self, token: str, prefix: str = "Token", hooks: dict[str, list[Any]] | None = None
    ) -> AuthenticatedClient:
        hooks = hooks or {}
        return AuthenticatedClient(
            base_url=self.url,
            token=token,
            prefix=prefix,
            timeout=httpx.Timeout(30),
            httpx_args={"event_hooks": {"response": [self._note], **hooks}},
        )

    def create_request(self, mappings: MappingRequest | None = None, **more: Any) -> MigrationCreateRequest:
        """What a caller with nothing special in mind sends."""
        usual: dict[str, Any] = {
            "src_resource": self.src_resource,
            "dst_offering": self.dst_offering,
            "dst_plan": self.dst_plan,
        }
        if mappings is not None:
            usual["mappings"] = mappings
        return MigrationCreateRequest(**{**usual, **more})

    def _note(self, response: httpx.Response) -> None:
        response.read()
        self.answers += 1
        where = f"{response.request.method} {response.request.url} {response.status_code}"
        kind = response.headers.get("content-type", "")
        if response.status_code == 204 or response.request.method == "HEAD":
            if response.content:
                self.broken.append(f"{where} has a body")
        elif kind.split(";")[0] != "application/json":
            self.broken.append(f"{where} is {kind}")
        else:
            self.broken += [f"{where}: {text}" for text in conventions(response.json())]
        if response.status_code == 401 and response.headers.get("www-authenticate") != "Token":
            self.broken.append(f"{where} names no scheme")


def read_world() -> World:
    """From the file that is the first argument, else from standard input."""
    if len(sys.argv) > 1 and sys.argv[1] != "-":
        with open(sys.argv[1], encoding="utf-8") as file:
            line = file.read()
    else:
        line = sys.stdin.read()
    facts = json.loads(line)
    return World(
        url=facts["url"],
        tokens=facts["tokens"],
        src_resource=UUID(facts["src_resource"]),
        dst_offering=UUID(facts["dst_offering"]),
        dst_plan=UUID(facts["dst_plan"]),
        other_plan=UUID(facts["other_plan"]),
        src_types=[UUID(text) for text in facts["volume_types"]["src"]],
        dst_types=[UUID(text) for text in facts["volume_types"]["dst"]],
        networks=[UUID(text) for text in facts["networks"]],
    )
