"""`/api/openstack-migrations/`, from the create to the end."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from checks import check, refused, same
from strict import strictly
from waldur_api_client.api.openstack_migrations import (
    openstack_migrations_count as count,
    openstack_migrations_create as create_one,
    openstack_migrations_destroy as destroy_one,
    openstack_migrations_list as list_some,
    openstack_migrations_partial_update as patch,
    openstack_migrations_retrieve as retrieve,
    openstack_migrations_update as put,
)
from waldur_api_client.api.openstack_volume_types import openstack_volume_types_list as list_types
from waldur_api_client.models import (
    MappingRequest,
    MigrationCreate,
    MigrationDetails,
    MigrationDetailsRequest,
    PatchedMigrationDetailsRequest,
    SubNetMappingRequest,
    VolumeTypeMappingRequest,
)
from world import UNKNOWN, World

DEADLINE_SECONDS = 120


@dataclass
class Made:
    """Migrations by what they were asked for. One is the staff's, all others are the owner's."""

    uuids: dict[str, UUID] = field(default_factory=dict)
    ended: dict[str, MigrationDetails] = field(default_factory=dict)


def requests(world: World) -> dict[str, MappingRequest | None]:
    """Each mapping in one migration; subnets and ports exclude each other."""
    by_name = {
        place: {one.name: one.uuid for one in types}
        for place, types in {
            "src": [
                one
                for one in list_types.sync_all(client=world.client("staff"))
                if one.uuid in world.src_types
            ],
            "dst": [
                one
                for one in list_types.sync_all(client=world.client("staff"))
                if one.uuid in world.dst_types
            ],
        }.items()
    }
    return {
        "no mappings": None,
        "volume types": MappingRequest(
            volume_types=[VolumeTypeMappingRequest(by_name["src"]["ssd"], by_name["dst"]["nvme"])]
        ),
        "subnets": MappingRequest(
            subnets=[
                SubNetMappingRequest("10.20.0.0/24", "10.77.0.0/24"),
                SubNetMappingRequest("10.20.4.0/24", "192.168.7.0/24"),
            ]
        ),
        "networks": MappingRequest(networks=world.networks[:1]),
        "no external network": MappingRequest(skip_connection_extnet=True),
        "ports": MappingRequest(sync_instance_ports=True),
        "staff's": MappingRequest(volume_types=[], subnets=[], networks=[]),
    }


def create(world: World, made: Made) -> None:
    for title, mappings in requests(world).items():
        with check(f"creates: {title}"):
            user = "staff" if title == "staff's" else "owner"
            body = world.create_request(
                mappings, name=f"copy, {title}", description="made by the Python client"
            )
            answer = create_one.sync_detailed(client=world.client(user), body=body)
            made.uuids[title] = check_created(answer.parsed, answer.content, world)
    with check("creates with nothing but the three uuids: the name is the source's"):
        details = MigrationDetails.from_dict(
            json.loads(
                create_one.sync_detailed(client=world.client("owner"), body=world.create_request()).content
            )
        )
        same(details.dst_resource_name, details.src_resource_name)
        made.uuids["least"] = details.uuid
    with check("creates without waiting: the asynchronous call"):
        parsed = asyncio.run(create_without_waiting(world))
        made.uuids["asynchronous"] = UUID(parsed["uuid"])
    refused(
        "destroys none that is at work",
        lambda: destroy_one.sync_detailed(made.uuids["asynchronous"], client=world.client("owner")),
        409,
        {"detail": "Valid states for operation: OK, ERRED."},
    )


def check_created(parsed: MigrationCreate, content: bytes, world: World) -> UUID:
    """The client reads two fields; the other ones are those of MigrationDetails."""
    same(parsed.src_resource, world.src_resource)
    body: dict[str, Any] = json.loads(content)
    del body["src_resource"]
    details = strictly(MigrationDetails.from_dict(body))
    same(details.mappings, parsed.mappings)
    same((details.dst_resource_state, details.state), ("Creating", "CREATION_SCHEDULED"))
    return details.uuid


async def create_without_waiting(world: World) -> MigrationCreate:
    client = world.client("owner").set_async_httpx_client(
        httpx.AsyncClient(base_url=world.url, headers={"Authorization": f"Token {world.tokens['owner']}"})
    )
    async with client:
        return await create_one.asyncio(client=client, body=world.create_request(name="copy, asynchronous"))


def await_ends(world: World, made: Made) -> None:
    staff, seen = world.client("staff"), set()
    for title, uuid in made.uuids.items():
        with check(f"polls until OK: {title}"):
            deadline = time.monotonic() + DEADLINE_SECONDS
            while True:
                details = strictly(retrieve.sync(uuid, client=staff))
                seen.add(details.state)
                if details.state in {"OK", "ERRED"}:
                    break
                assert time.monotonic() < deadline, f"still {details.state}"
                time.sleep(0.1)
            same((details.state, details.error_message, details.error_traceback), ("OK", "", ""))
            same(details.dst_resource_state, "OK")
            same(
                (details.src_resource_uuid, details.dst_offering_uuid),
                (world.src_resource, world.dst_offering),
            )
            made.ended[title] = details
    with check("passes only through states of the contract"):
        assert seen <= {"CREATION_SCHEDULED", "CREATING", "OK"}, seen
    for title, sent in requests(world).items():
        with check(f"keeps what was asked for: {title}"):
            kept = mappings_of(made.ended[title])
            wanted = sent or MappingRequest()
            same(kept.skip_connection_extnet, wanted.skip_connection_extnet)
            same(kept.sync_instance_ports, wanted.sync_instance_ports)
            for name in ("volume_types", "subnets"):
                same(
                    [row.to_dict() for row in getattr(kept, name)],
                    [row.to_dict() for row in getattr(wanted, name) or []],
                )


def mappings_of(details: MigrationDetails) -> Any:
    """In the client's type, Mapping is by mistake the name of another class."""
    return details.mappings


def read_lists(world: World, made: Made) -> None:
    staff, owner = world.client("staff"), world.client("owner")
    owned = [uuid for title, uuid in made.uuids.items() if title != "staff's"]
    every = list(made.uuids.values())
    with check("lists the owner's, the oldest first"):
        same([row.uuid for row in strictly(list_some.sync(client=owner))], owned)
    with check("lists everybody's for staff"):
        same([row.uuid for row in strictly(list_some.sync(client=staff))], every)
    with check("lists nobody's for a stranger"):
        same(list_some.sync(client=world.client("stranger")), [])
        same(count.sync(client=world.client("stranger")), 0)
    with check("counts by HEAD, filtered and not"):
        same(count.sync(client=owner), len(owned))
        same(count.sync(client=staff, src_resource_uuid=world.src_resource), len(every))
        same(count.sync(client=staff, src_resource_uuid=UNKNOWN), 0)
    with check("answers a count with the headers of the list"):
        head, get = (
            count.sync_detailed(client=owner, page_size=2),
            list_some.sync_detailed(client=owner, page_size=2),
        )
        for name in ("x-result-count", "link", "content-type"):
            same(head.headers.get(name), get.headers[name])
    with check("filters by source"):
        same([row.uuid for row in list_some.sync(client=owner, src_resource_uuid=world.src_resource)], owned)
        same(list_some.sync(client=owner, src_resource_uuid=UNKNOWN), [])
    for title, details in made.ended.items():
        with check(f"filters by destination: {title}"):
            found = list_some.sync(
                client=staff,
                dst_resource_uuid=details.dst_resource_uuid,
                src_resource_uuid=world.src_resource,
            )
            same([row.uuid for row in found], [details.uuid])
    with check("turns pages"):
        first = list_some.sync_detailed(client=owner, page=1, page_size=3)
        second = list_some.sync(client=owner, page=2, page_size=3)
        same([row.uuid for row in first.parsed + second], owned[:6])
        same(first.headers["x-result-count"], str(len(owned)))
        same(len(list_some.sync(client=owner, page_size=0)), min(10, len(owned)))
    with check("fetches all pages, on its own size of page"):
        same([row.uuid for row in strictly(list_some.sync_all(client=owner))], owned)
    with check("follows the links over all pages"):
        small_pages = world.client_of(world.tokens["owner"], hooks={"request": [two_rows_a_page]})
        found = list_some.sync_all(client=small_pages, src_resource_uuid=world.src_resource)
        same([row.uuid for row in found], owned)


def two_rows_a_page(request: httpx.Request) -> None:
    """sync_all asks for 100 rows a page; here it is made to turn pages."""
    request.url = request.url.copy_set_param("page_size", "2")


def sign_in(world: World, made: Made) -> None:
    token = world.tokens["owner"]
    for prefix in ("Token", "token", "Bearer", "Bearer Token"):
        with check(f"signs in with {prefix} <token>"):
            same(count.sync(client=world.client_of(token, prefix)), len(made.uuids) - 1)
    with check("lets staff look as somebody else"):
        as_owner = world.client("staff").with_headers({"X-IMPERSONATED-USER-UUID": owner_uuid(made)})
        same(count.sync(client=as_owner), len(made.uuids) - 1)


def owner_uuid(made: Made) -> str:
    return made.ended["no mappings"].created_by_uuid.hex


def update(world: World, made: Made) -> None:
    staff, owner = world.client("staff"), world.client("owner")
    uuid, before = made.uuids["subnets"], made.ended["subnets"]
    with check("patches nothing with an empty body"):
        after = strictly(patch.sync(uuid, client=owner, body=PatchedMigrationDetailsRequest()))
        same((after.mappings, after.state, after.created), (before.mappings, before.state, before.created))
        assert after.modified > before.modified
    with check("patches mappings as a whole"):
        mappings = MappingRequest(subnets=[SubNetMappingRequest("10.20.0.0/24", "10.78.0.0/24")])
        after = strictly(
            patch.sync(uuid, client=owner, body=PatchedMigrationDetailsRequest(mappings=mappings))
        )
        same([row.dst_cidr for row in mappings_of(after).subnets], ["10.78.0.0/24"])
        same(strictly(retrieve.sync(uuid, client=owner)), after)
    with check("puts mappings as a whole"):
        kind = VolumeTypeMappingRequest(world.src_types[0], world.dst_types[0])
        body = MigrationDetailsRequest(
            mappings=MappingRequest(volume_types=[kind], skip_connection_extnet=True)
        )
        after = strictly(put.sync(uuid, client=owner, body=body))
        kept = mappings_of(after)
        same([row.to_dict() for row in kept.volume_types], [kind.to_dict()])
        same((kept.subnets, kept.skip_connection_extnet), ([], True))
    with check("takes networks in an update, on which the original fails"):
        body = MigrationDetailsRequest(mappings=MappingRequest(networks=world.networks))
        strictly(put.sync(uuid, client=owner, body=body))
    with check("lets staff write the errors' texts, and blank ones"):
        for text in ("noted", ""):
            words = PatchedMigrationDetailsRequest(error_message=text, error_traceback=text)
            after = strictly(patch.sync(uuid, client=staff, body=words))
            same((after.error_message, after.error_traceback), (text, text))
    with check("ignores what cannot be written"):
        readable = PatchedMigrationDetailsRequest()
        readable.additional_properties = {"state": "ERRED", "uuid": str(UNKNOWN), "dst_resource_name": "no"}
        after = patch.sync(uuid, client=owner, body=readable)
        same((after.state, after.uuid, after.dst_resource_name), ("OK", uuid, before.dst_resource_name))


def destroy(world: World, made: Made) -> None:
    uuid, owner = made.uuids["least"], world.client("owner")
    total = count.sync(client=owner)
    with check("destroys with 204 and no body"):
        answer = destroy_one.sync_detailed(uuid, client=owner)
        same((int(answer.status_code), answer.content, answer.parsed), (204, b"", None))
    gone = {"detail": "No Migration matches the given query."}
    refused("finds it no more", lambda: retrieve.sync(uuid, client=owner), 404, gone)
    refused("destroys it once", lambda: destroy_one.sync_detailed(uuid, client=owner), 404, gone)
    with check("destroys one only"):
        same(count.sync(client=owner), total - 1)
    with check("lets staff destroy somebody else's"):
        destroy_one.sync_detailed(made.uuids["asynchronous"], client=world.client("staff"))
        same(count.sync(client=owner), total - 2)
