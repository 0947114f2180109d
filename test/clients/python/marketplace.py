"""What the marketplace has around a copy: read with the client, which is what the pages of a front end read."""

from __future__ import annotations

from typing import Any

from checks import check, same
from migrations import Made
from strict import given, strictly
from waldur_api_client.api.customers import customers_list, customers_retrieve
from waldur_api_client.api.invoice_items import invoice_items_list
from waldur_api_client.api.marketplace_categories import (
    marketplace_categories_list,
    marketplace_categories_retrieve,
)
from waldur_api_client.api.marketplace_component_usages import marketplace_component_usages_list
from waldur_api_client.api.marketplace_global_categories import marketplace_global_categories_retrieve
from waldur_api_client.api.marketplace_plugins import marketplace_plugins_list
from waldur_api_client.api.marketplace_provider_offerings import marketplace_provider_offerings_retrieve
from waldur_api_client.api.marketplace_resources import (
    marketplace_resources_offering_for_subresources_list,
    marketplace_resources_plan_periods_list,
    marketplace_resources_retrieve,
)
from waldur_api_client.api.openstack_flavors import openstack_flavors_list
from waldur_api_client.api.openstack_floating_ips import openstack_floating_ips_list
from waldur_api_client.api.openstack_images import openstack_images_list
from waldur_api_client.api.openstack_instances import openstack_instances_list
from waldur_api_client.api.openstack_server_groups import openstack_server_groups_list
from waldur_api_client.api.openstack_snapshots import openstack_snapshots_list
from waldur_api_client.api.openstack_volumes import openstack_volumes_list
from waldur_api_client.api.projects import projects_retrieve
from waldur_api_client.api.roles import roles_list
from world import World


def around_copies(world: World, made: Made) -> None:
    owner = world.client("owner")
    for title, migration in made.ended.items():
        uuid = migration.dst_resource_uuid
        with check(f"has a plan period that has not ended: {title}"):
            [period] = strictly(marketplace_resources_plan_periods_list.sync(uuid, client=owner))
            same((period.plan_uuid, period.end), (world.dst_plan, None))
        with check(f"offers machines and volumes in the copy: {title}"):
            offered = strictly(
                marketplace_resources_offering_for_subresources_list.sync(uuid, client=owner)
            )
            same(sorted(one.type_ for one in offered), ["OpenStack.Instance", "OpenStack.Volume"])
        with check(f"has items on this month's invoice: {title}"):
            items = strictly(invoice_items_list.sync_all(client=owner, resource_uuid=uuid))
            types = {one.offering_component_type for one in items}
            assert {"cores", "ram"} <= types, types
            assert all(one.price > 0 and one.offering_uuid == world.dst_offering for one in items)
        with check(f"reports usages of components that it has: {title}"):
            usages = strictly(marketplace_component_usages_list.sync_all(client=owner, resource_uuid=uuid))
            assert all(one.resource_uuid == uuid for one in usages)


def around_the_source(world: World, _: Made) -> None:
    owner = world.client("owner")
    resource = strictly(marketplace_resources_retrieve.sync(world.src_resource, client=owner))
    tenant = given(resource.resource_uuid)
    with check("shows roles to whom has not signed in, too"):
        roles = strictly(roles_list.sync_all(client=owner))
        assert "CUSTOMER.OWNER" in [one.name for one in roles]
    with check("shows the organization and the project with their estimates"):
        [customer] = strictly(customers_list.sync(client=owner))
        same(strictly(customers_retrieve.sync(given(customer.uuid), client=owner)), customer)
        project = strictly(projects_retrieve.sync(given(resource.project_uuid), client=owner))
        assert given(project.billing_price_estimate).total and given(customer.billing_price_estimate).total
    with check("shows the categories and what they count"):
        categories = strictly(marketplace_categories_list.sync_all(client=owner))
        for one in categories:
            same(strictly(marketplace_categories_retrieve.sync(given(one.uuid), client=owner)), one)
        counts = marketplace_global_categories_retrieve.sync(client=owner).to_dict()
        same(list(counts), [given(resource.category_uuid).hex])
    with check("shows the offering as its provider sees it, and the kinds of offerings"):
        offering = marketplace_provider_offerings_retrieve.sync(given(resource.offering_uuid), client=owner)
        same(strictly(offering).name, resource.offering_name)
        plugins = strictly(marketplace_plugins_list.sync(client=owner))
        assert "OpenStack.Tenant" in [one.offering_type for one in plugins]
    lists: list[Any] = [
        openstack_flavors_list,
        openstack_images_list,
        openstack_floating_ips_list,
        openstack_instances_list,
        openstack_volumes_list,
        openstack_snapshots_list,
        openstack_server_groups_list,
    ]
    for one in lists:
        with check(f"reads {one.__name__.rsplit('.', 1)[-1]}"):
            strictly(one.sync_all(client=owner, tenant_uuid=tenant))
