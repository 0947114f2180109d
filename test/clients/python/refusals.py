"""Every refusal of the contract that this client can call forth, with its status and its body."""

from __future__ import annotations

from typing import Any

import httpx
from checks import check, refused, same
from migrations import Made
from waldur_api_client import Client
from waldur_api_client.api.marketplace_resources import marketplace_resources_retrieve
from waldur_api_client.api.openstack_migrations import (
    openstack_migrations_count as count,
    openstack_migrations_create as create,
    openstack_migrations_destroy as destroy,
    openstack_migrations_list as list_some,
    openstack_migrations_partial_update as patch,
    openstack_migrations_retrieve as retrieve,
    openstack_migrations_update as put,
)
from waldur_api_client.api.openstack_networks import openstack_networks_list
from waldur_api_client.api.openstack_routers import openstack_routers_destroy
from waldur_api_client.models import (
    MappingRequest,
    MigrationDetailsRequest,
    PatchedMigrationDetailsRequest,
    SubNetMappingRequest,
    VolumeTypeMappingRequest,
)
from world import UNKNOWN, World

REQUIRED = ["This field is required."]
NULL = ["This field may not be null."]
BLANK = ["This field may not be blank."]
NO_ROW = {"detail": "No Migration matches the given query."}


class Body:
    """A body that the caller made by hand: the client's calls ask it for nothing else."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def to_dict(self) -> Any:
        return self.value


def hand_made(value: Any) -> Any:
    return Body(value)


def missing(uuid: object) -> list[str]:
    return [f"Object with uuid={uuid} does not exist."]


def creates(world: World, made: Made) -> None:
    owner = world.client("owner")
    good: dict[str, Any] = world.create_request().to_dict()
    ours, theirs = world.src_types[0], world.dst_types[0]
    word: Any = "maybe"
    null: Any = None
    not_a_list = {"non_field_errors": ['Expected a list of items but got type "str".']}

    def subnets(*pairs: tuple[Any, Any], **more: Any) -> MappingRequest:
        return MappingRequest(subnets=[SubNetMappingRequest(*pair) for pair in pairs], **more)

    typed: list[tuple[str, dict[str, Any], Any]] = [
        (
            "an unknown source, offering and plan, all at once",
            {"src_resource": UNKNOWN, "dst_offering": UNKNOWN, "dst_plan": UNKNOWN},
            {name: missing(UNKNOWN) for name in ("src_resource", "dst_offering", "dst_plan")},
        ),
        ("a word for a uuid", {"src_resource": "zz"}, {"src_resource": missing("zz")}),
        ("a blank name", {"name": ""}, {"name": BLANK}),
        ("a name of blanks", {"name": "  "}, {"name": BLANK}),
        ("null for a name", {"name": None}, {"name": NULL}),
        ("a list for a name", {"name": ["x"]}, {"name": ["Not a valid string."]}),
        ("null for mappings", {"mappings": hand_made(None)}, {"mappings": NULL}),
        (
            "a list for mappings",
            {"mappings": hand_made([])},
            {"mappings": {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}},
        ),
        (
            "a plan of another offering",
            {"dst_plan": world.other_plan},
            {"dst_plan": ["This plan is not available for selected offering."]},
        ),
        (
            "ports together with subnets",
            {"mappings": subnets(("10.20.0.0/24", "10.77.0.0/24"), sync_instance_ports=True)},
            {"non_field_errors": ["sync_instance_ports cannot be used together with subnets mappings."]},
        ),
        (
            "a CIDR in the second row, beside a good first one",
            {"mappings": subnets(("10.20.0.0/24", "10.77.0.0/24"), ("10.20.4.0/24", "words"))},
            {"mappings": {"subnets": [{}, {"dst_cidr": ["Enter a valid IPv4 address."]}]}},
        ),
        (
            "host bits, and a network that is not private",
            {"mappings": subnets(("10.20.0.5/24", "8.8.8.0/24"))},
            {
                "mappings": {
                    "subnets": [
                        {
                            "src_cidr": ["Enter a valid IPv4 address."],
                            "dst_cidr": ["A private network CIDR is expected."],
                        }
                    ]
                }
            },
        ),
        (
            "blank and null CIDRs",
            {"mappings": subnets(("", None))},
            {"mappings": {"subnets": [{"src_cidr": BLANK, "dst_cidr": NULL}]}},
        ),
        (
            "half a row, as HomePort sends it",
            {"mappings": MappingRequest(subnets=[hand_made({"src_cidr": "10.20.0.0/24"}), hand_made({})])},
            {"mappings": {"subnets": [{"dst_cidr": REQUIRED}, {"src_cidr": REQUIRED, "dst_cidr": REQUIRED}]}},
        ),
        (
            "a text where a list belongs",
            {"mappings": hand_made({"volume_types": "x", "subnets": "x"})},
            {"mappings": {"volume_types": not_a_list, "subnets": not_a_list}},
        ),
        (
            "a word for a volume type",
            {"mappings": MappingRequest(volume_types=[VolumeTypeMappingRequest(word, theirs)])},
            {"mappings": {"volume_types": [{"src_type_uuid": ["Must be a valid UUID."]}]}},
        ),
        (
            "a source volume type of another cloud",
            {"mappings": MappingRequest(volume_types=[VolumeTypeMappingRequest(theirs, theirs)])},
            {"non_field_errors": [f"Invalid src_type_uuid {theirs} as it is not available in tenant."]},
        ),
        (
            "a destination volume type of another cloud",
            {"mappings": MappingRequest(volume_types=[VolumeTypeMappingRequest(ours, ours)])},
            {
                "non_field_errors": [
                    f"Invalid dst_type_uuid {ours} as it is not available in service settings."
                ]
            },
        ),
        (
            "a volume type that nobody knows",
            {"mappings": MappingRequest(volume_types=[VolumeTypeMappingRequest(UNKNOWN, theirs)])},
            {"non_field_errors": [f"Invalid src_type_uuid {UNKNOWN} as it is not available in tenant."]},
        ),
        (
            "a network that nobody knows",
            {"mappings": MappingRequest(networks=[world.networks[0], UNKNOWN])},
            {"mappings": {"networks": missing(UNKNOWN)}},
        ),
        (
            "words for the booleans",
            {"mappings": MappingRequest(skip_connection_extnet=word, sync_instance_ports=null)},
            {
                "mappings": {
                    "skip_connection_extnet": ["Must be a valid boolean."],
                    "sync_instance_ports": NULL,
                }
            },
        ),
    ]
    before = count.sync(client=world.client("staff"))
    for title, fields, body in typed:
        request = world.create_request(**fields)
        refused(f"create refuses {title}", lambda: create.sync(client=owner, body=request), 400, body)
    by_hand: list[tuple[str, Any, Any]] = [
        ("missing fields", {}, {name: REQUIRED for name in ("src_resource", "dst_offering", "dst_plan")}),
        (
            "nulls for uuids",
            {**good, "src_resource": None, "dst_plan": None},
            {"src_resource": NULL, "dst_plan": NULL},
        ),
        ("a number for a uuid", {**good, "dst_offering": 1}, {"dst_offering": missing(1)}),
        ("a list", [], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
        ("a text", "x", {"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}),
    ]
    for title, value, body in by_hand:
        refused(
            f"create refuses {title}", lambda: create.sync(client=owner, body=hand_made(value)), 400, body
        )
    for user in ("staff", "owner"):
        request = world.create_request(src_resource=UNKNOWN)
        body = {"src_resource": missing(UNKNOWN)}
        refused(
            f"refuses {user} too", lambda: create.sync(client=world.client(user), body=request), 400, body
        )
    with check("refused creates leave nothing behind"):
        same(count.sync(client=world.client("staff")), before)


def updates(world: World, made: Made) -> None:
    uuid, owner, staff = made.uuids["ports"], world.client("owner"), world.client("staff")
    before = retrieve.sync(uuid, client=owner)
    row = {"mappings": {"subnets": [{"src_cidr": REQUIRED, "dst_cidr": ["Enter a valid IPv4 address."]}]}}
    wrong = {"mappings": {"subnets": [{"dst_cidr": "x"}]}}
    null_texts = {"error_message": None, "error_traceback": None}
    bodies: list[tuple[str, Any, Any, Any]] = [
        ("put refuses an empty body", put, {}, {"mappings": REQUIRED}),
        ("put refuses null for mappings", put, {"mappings": None}, {"mappings": NULL}),
        ("put refuses a wrong row", put, wrong, row),
        ("patch refuses null for mappings", patch, {"mappings": None}, {"mappings": NULL}),
        ("patch refuses a wrong row", patch, wrong, row),
        ("patch refuses null for texts", patch, null_texts, {name: NULL for name in null_texts}),
    ]
    for title, module, value, body in bodies:
        for client in (owner, staff):
            refused(title, lambda: module.sync(uuid, client=client, body=hand_made(value)), 400, body)
    with check("refused updates change nothing"):
        same(retrieve.sync(uuid, client=owner), before)


def lists(world: World, _: Made) -> None:
    owner = world.client("owner")
    invalid = {"detail": "Invalid page."}
    refused("list refuses a page beyond the end", lambda: list_some.sync(client=owner, page=99), 404, invalid)
    refused("list refuses page 0", lambda: list_some.sync(client=owner, page=0), 404, invalid)
    refused("count refuses a page beyond the end", lambda: count.sync(client=owner, page=99), 404, None)
    filters: dict[str, Any] = {"src_resource_uuid": "zz", "dst_resource_uuid": "1"}
    refused(
        "list refuses filters that are no uuids",
        lambda: list_some.sync(client=owner, **filters),
        400,
        {name: ["Enter a valid UUID."] for name in filters},
    )
    refused("count refuses them too", lambda: count.sync(client=owner, **filters), 400, None)
    word: Any = "zz"
    refused(
        "a neighbour's list refuses them too",
        lambda: openstack_networks_list.sync(client=owner, tenant_uuid=word),
        400,
        {"tenant_uuid": ["Enter a valid UUID."]},
    )


def addresses(world: World, made: Made) -> None:
    """Rows that are not there, or not for this user, and words for uuids: all read the same."""
    word: Any = "zz"
    staffs = made.uuids["staff's"]
    unseen = [
        ("the owner an unknown row", "owner", UNKNOWN),
        ("staff an unknown row", "staff", UNKNOWN),
        ("the owner a word", "owner", word),
        ("the owner the row of the staff", "owner", staffs),
        ("a stranger the row of the owner", "stranger", made.uuids["subnets"]),
    ]
    mappings = MigrationDetailsRequest(mappings=MappingRequest())
    for title, user, uuid in unseen:
        client = world.client(user)
        refused(f"retrieve refuses {title}", lambda: retrieve.sync(uuid, client=client), 404, NO_ROW)
        refused(f"put refuses {title}", lambda: put.sync(uuid, client=client, body=mappings), 404, NO_ROW)
        empty = PatchedMigrationDetailsRequest()
        refused(f"patch refuses {title}", lambda: patch.sync(uuid, client=client, body=empty), 404, NO_ROW)
        refused(f"destroy refuses {title}", lambda: destroy.sync_detailed(uuid, client=client), 404, NO_ROW)
    refused(
        "a neighbour refuses a stranger the owner's row",
        lambda: marketplace_resources_retrieve.sync(world.src_resource, client=world.client("stranger")),
        404,
        {"detail": "No Resource matches the given query."},
    )
    refused(
        "a neighbour refuses a method that it does not have",
        lambda: openstack_routers_destroy.sync_detailed(UNKNOWN, client=world.client("owner")),
        405,
        {"detail": 'Method "DELETE" not allowed.'},
    )


def users(world: World, made: Made) -> None:
    request = world.create_request()
    refused(
        "create refuses a stranger as if the source were not there",
        lambda: create.sync(client=world.client("stranger"), body=request),
        400,
        {"src_resource": missing(world.src_resource)},
    )
    uuid = made.uuids["subnets"]
    mappings = MigrationDetailsRequest(mappings=MappingRequest())
    anonymous: Any = Client(base_url=world.url, timeout=httpx.Timeout(30))
    for title, client, detail in [
        ("nobody", anonymous, "Authentication credentials were not provided."),
        ("an unknown token", world.client_of("0123456789abcdef0123456789abcdef01234567"), "Invalid token."),
    ]:
        body = {"detail": detail}
        empty = PatchedMigrationDetailsRequest()
        refused(f"create refuses {title}", lambda: create.sync(client=client, body=request), 401, body)
        refused(f"list refuses {title}", lambda: list_some.sync(client=client), 401, body)
        refused(f"count refuses {title}", lambda: count.sync(client=client), 401, None)
        refused(f"retrieve refuses {title}", lambda: retrieve.sync(uuid, client=client), 401, body)
        refused(f"put refuses {title}", lambda: put.sync(uuid, client=client, body=mappings), 401, body)
        refused(f"patch refuses {title}", lambda: patch.sync(uuid, client=client, body=empty), 401, body)
        refused(f"destroy refuses {title}", lambda: destroy.sync_detailed(uuid, client=client), 401, body)
        refused(
            f"a neighbour refuses {title}", lambda: openstack_networks_list.sync(client=client), 401, body
        )


def bodies(world: World, _: Made) -> None:
    """What the client's calls never send. Its connection does, as a caller's own hook may make it."""
    http = world.client("owner").get_httpx_client()
    address = "/api/openstack-migrations/"
    with check("refuses broken JSON"):
        answer = http.post(address, content=b"{nope", headers={"Content-Type": "application/json"})
        same(answer.status_code, 400)
        assert answer.json()["detail"].startswith("JSON parse error - "), answer.text
    with check("refuses another media type"):
        answer = http.post(address, content=b"<x/>", headers={"Content-Type": "application/xml"})
        same(
            (answer.status_code, answer.json()),
            (415, {"detail": 'Unsupported media type "application/xml" in request.'}),
        )
    for method in ("PUT", "PATCH", "DELETE"):
        with check(f"refuses {method} of the list"):
            answer = http.request(method, address)
            same((answer.status_code, answer.json()), (405, {"detail": f'Method "{method}" not allowed.'}))
