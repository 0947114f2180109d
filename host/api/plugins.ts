/** Amounts of a component in the API's limits for one unit of its price: limits of RAM and storage are in MiB, prices in GiB. */
export const componentFactors: Readonly<Record<string, number>> = { ram: 1_024, storage: 1_024 }

const builtin = [
  { type: "cores", name: "Cores", measured_unit: "cores" },
  { type: "ram", name: "RAM", measured_unit: "GB" },
  { type: "storage", name: "Storage", measured_unit: "GB" },
]

/** The kinds of offerings that this marketplace has, with the components that every offering of the kind has. */
export const plugins = [
  {
    offering_type: "OpenStack.Tenant",
    components: builtin.map((component) => ({ ...component, billing_type: "limit" })),
    available_limits: builtin.map(({ type }) => type),
  },
  { offering_type: "OpenStack.Instance", components: [], available_limits: [] },
  { offering_type: "OpenStack.Volume", components: [], available_limits: [] },
] as const
