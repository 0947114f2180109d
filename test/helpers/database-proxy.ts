import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

/** A way to a server that can be shut: connections break, and new ones are refused, as when the server dies. */
export interface Limiter {
  /** The server's address by way of the gate. */
  readonly url: string
  /** Breaks every connection and refuses new ones. */
  shut(): Promise<void>
  open(): Promise<void>
  /** Shuts the gate as soon as so many more pieces of data have come from clients; -1: never. */
  shutAfter(pieces: number): void
}

/** @param serverUrl e.g. a database's address */
export async function openGate(serverUrl: string): Promise<Limiter> {
  const target = new URL(serverUrl)
  const sockets = new Set<Socket>()
  let left = -1
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on("error", () => undefined)
      socket.on("close", () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on("data", (data) => {
      if (left === 0) void shut()
      else if (left > 0) left -= 1
      upstream.write(data)
    })
    upstream.pipe(client)
  })
  const shut = async () => {
    left = -1
    if (!server.listening) return
    const closed = once(server, "close")
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  const url = new URL(serverUrl)
  url.port = String(port)
  return {
    url: url.href,
    shut,
    async open() {
      server.listen(port, "127.0.0.1")
      await once(server, "listening")
    },
    shutAfter(pieces) {
      left = pieces
    },
  }
}
