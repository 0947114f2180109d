"""The marketplace's endpoints around a replication, called as HomePort's screens call them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from checks import check, same
from migrations import Made
from strict import given, is_set, strictly
from waldur_api_client.api.configuration import configuration_retrieve
from waldur_api_client.api.events import events_list
from waldur_api_client.api.lexis_links import lexis_links_count
from waldur_api_client.api.marketplace_orders import (
    marketplace_orders_count,
    marketplace_orders_list,
    marketplace_orders_retrieve,
)
from waldur_api_client.api.marketplace_public_offerings import (
    marketplace_public_offerings_count,
    marketplace_public_offerings_list,
    marketplace_public_offerings_retrieve,
)
from waldur_api_client.api.marketplace_resources import (
    marketplace_resources_details_retrieve,
    marketplace_resources_list,
    marketplace_resources_offering_retrieve,
    marketplace_resources_retrieve,
)
from waldur_api_client.api.marketplace_robot_accounts import marketplace_robot_accounts_count
from waldur_api_client.api.openstack_networks import openstack_networks_list
from waldur_api_client.api.openstack_ports import openstack_ports_list
from waldur_api_client.api.openstack_routers import openstack_routers_list
from waldur_api_client.api.openstack_security_groups import openstack_security_groups_list
from waldur_api_client.api.openstack_subnets import openstack_subnets_list
from waldur_api_client.api.openstack_tenants import openstack_tenants_list, openstack_tenants_retrieve
from waldur_api_client.api.openstack_volume_types import (
    openstack_volume_types_count,
    openstack_volume_types_list,
)
from waldur_api_client.api.projects import projects_retrieve
from waldur_api_client.api.users import users_me_retrieve
from waldur_api_client.models import (
    CoreStates,
    EventFieldEnum,
    OfferingState,
    OpenStackNetworkFieldEnum,
    OpenStackPortFieldEnum,
    OpenStackSubNetFieldEnum,
    OpenStackTenant,
    OrderDetailsOEnum,
    OrderState,
    ProviderOfferingDetailsOEnum,
    PublicOfferingDetailsFieldEnum,
    RequestTypes,
    ResourceFieldEnum,
    ResourceState,
)
from world import World

TENANT = "OpenStack.Tenant"


def names(fields: type[Any], *chosen: str) -> list[Any]:
    return [fields(name) for name in chosen]


def tenant_of(world: World, resource: UUID) -> OpenStackTenant:
    """The marketplace's resource leads to the tenant in full."""
    answer = marketplace_resources_details_retrieve.sync(resource, client=world.client("owner"))
    return OpenStackTenant.from_dict(answer.to_dict())


def dialog(world: World, _: Made) -> None:
    owner = world.client("owner")
    tenant = tenant_of(world, world.src_resource)
    offerings: dict[str, Any] = {
        "name": "region b",
        "o": [ProviderOfferingDetailsOEnum.NAME],
        "state": [OfferingState.ACTIVE],
        "type_": [TENANT],
        "allowed_customer_uuid": tenant.customer_uuid,
        "page": 1,
        "page_size": 10,
    }
    with check("offers the destination by a part of its name"):
        fields = names(PublicOfferingDetailsFieldEnum, "name", "uuid", "customer_name", "plans", "scope_uuid")
        found = strictly(marketplace_public_offerings_list.sync(client=owner, field=fields, **offerings))
        same([one.uuid for one in found], [world.dst_offering])
        [plan] = given(found[0].plans)
        same(plan.uuid, world.dst_plan)
        assert is_set(found[0].name, found[0].customer_name, plan.name)
        assert not is_set(found[0].state), "field= chooses"
        same(marketplace_public_offerings_count.sync(client=owner, **offerings), 1)
    offering = marketplace_public_offerings_retrieve.sync(world.dst_offering, client=owner)
    with check("shows the chosen offering"):
        strictly(offering)
        same(
            (offering.type_, offering.state, offering.uuid),
            (TENANT, OfferingState.ACTIVE, world.dst_offering),
        )
    with check("offers both clouds to whom no customer is named"):
        found = strictly(marketplace_public_offerings_list.sync_all(client=owner, type_=[TENANT]))
        assert world.dst_offering in [one.uuid for one in found]
        same(len(found), 2)
    with check("lists the volume types of both sides, page by page"):
        sides = (
            ({"tenant_uuid": tenant.uuid}, world.src_types),
            ({"settings_uuid": offering.scope_uuid}, world.dst_types),
        )
        for query, known in sides:
            types = strictly(openstack_volume_types_list.sync_all(client=owner, **query))
            assert types and {one.uuid for one in types} <= set(known)
            same(openstack_volume_types_count.sync(client=owner, **query), len(types))
        by_offering = openstack_volume_types_list.sync(client=owner, offering_uuid=world.dst_offering)
        same({one.uuid for one in by_offering}, set(world.dst_types))
    with check("lists the source's subnets by CIDR"):
        fields = names(OpenStackSubNetFieldEnum, "name", "cidr")
        subnets = strictly(
            openstack_subnets_list.sync(client=owner, tenant_uuid=tenant.uuid, field=fields, page=1)
        )
        same({one.cidr for one in subnets}, {"10.20.0.0/24", "10.20.4.0/24", "10.20.8.0/24"})
        assert not is_set(subnets[0].uuid), "field= chooses"
    with check("lists the source's networks"):
        fields = names(OpenStackNetworkFieldEnum, "name", "uuid")
        networks = openstack_networks_list.sync(
            client=owner, tenant_uuid=tenant.uuid, field=fields, direct_only=True
        )
        same({one.uuid for one in strictly(networks)}, set(world.networks))


def source_page(world: World, _: Made) -> None:
    owner = world.client("owner")
    with check("shows the tab of replications"):
        features = configuration_retrieve.sync(client=owner).to_dict()["FEATURES"]
        same(features["openstack"]["show_migrations"], True)
    with check("shows who is signed in"):
        for user in ("staff", "owner", "stranger"):
            me = strictly(users_me_retrieve.sync(client=world.client(user)))
            same((me.username, me.is_staff, me.is_active), (user, user == "staff", True))
    resource = marketplace_resources_retrieve.sync(world.src_resource, client=owner)
    with check("shows the resource"):
        strictly(resource)
        same((resource.state, resource.offering_type), (ResourceState.OK, TENANT))
        assert is_set(resource.url, resource.scope, resource.customer_name, resource.project_name)
        assert is_set(
            resource.category_title, resource.is_usage_based, resource.is_limit_based, resource.limits
        )
    with check("shows chosen fields of the resource"):
        fields = names(ResourceFieldEnum, "name", "state")
        found = strictly(marketplace_resources_retrieve.sync(world.src_resource, client=owner, field=fields))
        assert is_set(found.name, found.state) and not is_set(found.uuid)
    with check("shows the tenant behind it"):
        tenant = strictly(tenant_of(world, world.src_resource))
        same((tenant.uuid, tenant.resource_type), (resource.resource_uuid, TENANT))
        same(tenant.marketplace_resource_uuid, world.src_resource.hex)
        assert tenant.quotas
        same(strictly(openstack_tenants_retrieve.sync(given(tenant.uuid), client=owner)), tenant)
    with check("shows what it was ordered from"):
        offering = strictly(marketplace_resources_offering_retrieve.sync(world.src_resource, client=owner))
        same(offering.uuid, resource.offering_uuid)
        assert is_set(
            offering.components, offering.options, offering.resource_options, offering.getting_started
        )
        assert "roles" in offering
    with check("shows the project"):
        same(
            strictly(projects_retrieve.sync(given(resource.project_uuid), client=owner)).name,
            resource.project_name,
        )
    with check("counts what other parts of the page count"):
        same(lexis_links_count.sync(client=owner, resource_uuid=world.src_resource), 0)
        same(marketplace_robot_accounts_count.sync(client=owner, resource=resource.url), 0)


def destination(world: World, made: Made) -> None:
    owner = world.client("owner")
    for title, migration in made.ended.items():
        uuid = migration.dst_resource_uuid
        with check(f"has exactly one order, of type Create, done: {title}"):
            orders = strictly(
                marketplace_orders_list.sync(
                    client=owner, resource_uuid=uuid, o=[OrderDetailsOEnum("-created")], page=1, page_size=10
                )
            )
            same([(one.type_, one.state) for one in orders], [(RequestTypes.CREATE, OrderState.DONE)])
            same(marketplace_orders_count.sync(client=owner, resource_uuid=uuid), 1)
            [order] = orders
            same((order.marketplace_resource_uuid, order.offering_uuid), (uuid, world.dst_offering))
            same((order.created, order.error_message), (migration.created, ""))
            same(order.created_by_full_name, migration.created_by_full_name)
            same(strictly(marketplace_orders_retrieve.sync(given(order.uuid), client=owner)), order)
        with check(f"has a resource in state OK: {title}"):
            resource = strictly(marketplace_resources_retrieve.sync(uuid, client=owner))
            same((resource.state, resource.name), (ResourceState.OK, migration.dst_resource_name))
            same((resource.offering_uuid, resource.plan_uuid), (world.dst_offering, world.dst_plan))
            same(given(resource.limits).to_dict(), given(order.limits).to_dict())
            tenant = strictly(tenant_of(world, uuid))
            same((tenant.state, tenant.uuid), (CoreStates.OK, resource.resource_uuid))
            offering = strictly(marketplace_resources_offering_retrieve.sync(uuid, client=owner))
            same(offering.uuid, world.dst_offering)
            events = strictly(events_list.sync(client=owner, scope=resource.url, page=1, page_size=5))
            assert all(
                is_set(one.uuid, one.created, one.event_type, one.message, one.context) for one in events
            )
    with check("chooses fields of events"):
        fields = names(EventFieldEnum, "uuid", "message")
        strictly(events_list.sync(client=owner, field=fields, event_type=["resource_creation_succeeded"]))
    with check("finds them among the resources and tenants of the project"):
        project = marketplace_resources_retrieve.sync(world.src_resource, client=owner).project_uuid
        made_of_offering = marketplace_resources_list.sync_all(
            client=owner, offering_uuid=[world.dst_offering], state=[ResourceState.OK], project_uuid=project
        )
        wanted = {one.dst_resource_uuid for one in made.ended.values()}
        same({one.uuid for one in strictly(made_of_offering)}, wanted)
        tenants = strictly(openstack_tenants_list.sync_all(client=owner, project_uuid=project))
        same({UUID(given(one.marketplace_resource_uuid)) for one in tenants} - {world.src_resource}, wanted)
    with check("hides all of it from a stranger"):
        stranger = world.client("stranger")
        lists: list[Callable[..., list[Any]]] = [
            marketplace_resources_list.sync,
            marketplace_orders_list.sync,
            openstack_tenants_list.sync,
            openstack_networks_list.sync,
            openstack_subnets_list.sync,
            openstack_routers_list.sync,
            openstack_ports_list.sync,
            openstack_security_groups_list.sync,
        ]
        for one in lists:
            same(one(client=stranger), [])


def copied_objects(world: World, made: Made) -> None:
    owner = world.client("owner")
    source = given(tenant_of(world, world.src_resource).uuid)
    tenants = {
        title: given(tenant_of(world, one.dst_resource_uuid).uuid) for title, one in made.ended.items()
    }

    def read(module: Any, tenant: UUID, **query: Any) -> list[Any]:
        return strictly(module.sync_all(client=owner, tenant_uuid=tenant, **query))

    def networks(tenant: UUID) -> list[tuple[str, str, int]]:
        return sorted(
            (one.name, one.description, len(one.subnets)) for one in read(openstack_networks_list, tenant)
        )

    def cidrs(tenant: UUID) -> set[str]:
        return {one.cidr for one in read(openstack_subnets_list, tenant)}

    def groups(tenant: UUID) -> list[tuple[str, int]]:
        return sorted((one.name, len(one.rules)) for one in read(openstack_security_groups_list, tenant))

    def routers(tenant: UUID) -> list[str]:
        return sorted(one.name for one in read(openstack_routers_list, tenant))

    def addresses(tenant: UUID, **query: Any) -> set[str]:
        found = read(openstack_ports_list, tenant, **query)
        return {ip.ip_address for one in found for ip in one.fixed_ips}

    for title, tenant in tenants.items():
        with check(f"reads the copied objects: {title}"):
            same(groups(tenant), groups(source))
            same(routers(tenant), routers(source))
            states = {
                one.state
                for one in read(openstack_networks_list, tenant) + read(openstack_subnets_list, tenant)
            }
            same(states, {CoreStates.OK})
            if title != "networks":
                same(networks(tenant), networks(source))
            if title not in ("networks", "subnets"):
                same(cidrs(tenant), cidrs(source))
    with check("copies only the chosen network"):
        same(len(networks(tenants["networks"])), 1)
    with check("moves the mapped subnets"):
        same(cidrs(tenants["subnets"]), {"10.77.0.0/24", "192.168.7.0/24", "10.20.8.0/24"})
    with check("copies the ports of instances, each at its address"):
        wanted = addresses(source, device_owner="compute:nova")
        assert wanted and wanted <= addresses(tenants["ports"])
        assert not wanted & addresses(tenants["no mappings"])
    with check("chooses fields of ports"):
        fields = names(OpenStackPortFieldEnum, "uuid", "fixed_ips", "mac_address")
        found = read(openstack_ports_list, tenants["ports"], field=fields)
        assert all(is_set(one.uuid, one.fixed_ips) and not is_set(one.name) for one in found)
