import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

/** A proxy of a server that can stop: connections break, and new ones are refused, as when the server crashes. */
export interface DatabaseProxy {
  /** The address of the proxy. */
  readonly url: string
  /** Breaks every connection and refuses new ones. */
  stop(): Promise<void>
  /** Serves again. */
  start(): Promise<void>
  /** Stops serving as soon as this many more pieces of data have come from clients; -1: never. */
  stopAfter(pieces: number): void
}

/** @param serverUrl e.g. a database's address */
export async function openDatabaseProxy(serverUrl: string): Promise<DatabaseProxy> {
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
      if (left === 0) void stop()
      else if (left > 0) left -= 1
      upstream.write(data)
    })
    upstream.pipe(client)
  })
  const stop = async () => {
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
    stop,
    async start() {
      server.listen(port, "127.0.0.1")
      await once(server, "listening")
    },
    stopAfter(pieces) {
      left = pieces
    },
  }
}
