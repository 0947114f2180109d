import { uuid } from "../ids.ts"

/** The cloud's public images: one, without data, as a fresh Glance in a trial has it. */
export const createImages = () => [
  {
    id: uuid(),
    name: "empty",
    status: "active",
    visibility: "public",
    min_disk: 1,
    min_ram: 0,
    disk_format: "raw",
    container_format: "bare",
    protected: false,
    os_hidden: false,
    tags: [],
    size: 0,
    owner: "",
  },
]

export type Images = ReturnType<typeof createImages>
