import type { Ini } from "./ini.ts"
import type { ServiceName } from "./layout.ts"

const tokens = { "paste.filter_factory": "keystonemiddleware.auth_token:filter_factory" }
const size = { "paste.filter_factory": "oslo_middleware.sizelimit:RequestBodySizeLimiter.factory" }

/**
 * The middleware before each API, as Paste's configuration. Debian has these files in the packages with init scripts,
 * which are not installed. Keystone needs none.
 */
export const pipelines: Readonly<Partial<Record<ServiceName, Ini>>> = {
  neutron: {
    "composite:neutron": { use: "egg:Paste#urlmap", "/": "versions", "/v2.0": "networking" },
    "composite:versions": { use: "call:neutron.auth:pipeline_factory", keystone: "ids list" },
    "composite:networking": {
      use: "call:neutron.auth:pipeline_factory",
      keystone: "ids errors tokens context extensions api",
    },
    "filter:ids": { "paste.filter_factory": "oslo_middleware:RequestId.factory" },
    "filter:errors": { "paste.filter_factory": "oslo_middleware:CatchErrors.factory" },
    "filter:tokens": tokens,
    "filter:context": { "paste.filter_factory": "neutron.auth:NeutronKeystoneContext.factory" },
    "filter:extensions": {
      "paste.filter_factory": "neutron.api.extensions:plugin_aware_extension_middleware_factory",
    },
    "app:list": { "paste.app_factory": "neutron.pecan_wsgi.app:versions_factory" },
    "app:api": { "paste.app_factory": "neutron.api.v2.router:APIRouter.factory" },
  },

  cinder: {
    "composite:osapi_volume": { use: "call:cinder.api:root_app_factory", "/": "versions", "/v3": "volumes" },
    "pipeline:versions": { pipeline: "ids faults list" },
    "composite:volumes": {
      use: "call:cinder.api.middleware.auth:pipeline_factory",
      keystone: "ids faults size tokens context api",
    },
    "filter:ids": { "paste.filter_factory": "cinder.api.middleware.request_id:RequestId.factory" },
    "filter:faults": { "paste.filter_factory": "cinder.api.middleware.fault:FaultWrapper.factory" },
    "filter:size": size,
    "filter:tokens": tokens,
    "filter:context": { "paste.filter_factory": "cinder.api.middleware.auth:CinderKeystoneContext.factory" },
    "app:list": { "paste.app_factory": "cinder.api.versions:Versions.factory" },
    "app:api": { "paste.app_factory": "cinder.api.v3.router:APIRouter.factory" },
  },

  nova: {
    "composite:osapi_compute": {
      use: "call:nova.api.openstack.urlmap:urlmap_factory",
      "/": "versions",
      "/v2.1": "compute",
    },
    "pipeline:versions": { pipeline: "faults list" },
    "composite:compute": {
      use: "call:nova.api.auth:pipeline_factory_v21",
      keystone: "ids faults size tokens context api",
    },
    "filter:ids": { "paste.filter_factory": "nova.api.compute_req_id:ComputeReqIdMiddleware.factory" },
    "filter:faults": { "paste.filter_factory": "nova.api.openstack:FaultWrapper.factory" },
    "filter:size": size,
    "filter:tokens": tokens,
    "filter:context": { "paste.filter_factory": "nova.api.auth:NovaKeystoneContext.factory" },
    "app:list": { "paste.app_factory": "nova.api.openstack.compute.versions:Versions.factory" },
    "app:api": { "paste.app_factory": "nova.api.openstack.compute:APIRouterV21.factory" },
  },
}
