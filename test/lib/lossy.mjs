// lossy.mjs - a road to PostgreSQL on which the answer to a commit can be lost: it happened, and nobody hears of it.
import { once } from "node:events";
import { connect, createServer } from "node:net";

// A road to the server of `url`: {url, lost, lose(bool), close}. While it loses, a connection on which a COMMIT was
// sent is cut as soon as the server has answered; `lost` counts them.
export async function lossyRoad(url) {
  const { hostname, port } = new URL(url), address = new URL(url);
  const open = new Set();
  const road = { lost: 0, loses: false };
  const server = createServer((client) => {
    const there = connect(Number(port), hostname);
    const cut = () => [client, there].forEach((socket) => socket.destroy());
    let committing = false;
    open.add(cut);
    client.on("data", (chunk) => {
      committing ||= road.loses && chunk.includes("COMMIT");
      there.write(chunk);
    });
    there.on("data", (chunk) => {
      if (!committing) return client.write(chunk);
      if (!chunk.includes("COMMIT\0")) return undefined; // rows; the tag of the commit follows
      road.lost++;
      return cut();
    });
    for (const socket of [client, there])
      socket.on("error", cut).on("close", () => {
        open.delete(cut);
        cut();
      });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  address.port = String(server.address().port);
  return Object.assign(road, {
    url: address.href,
    close() {
      server.close();
      for (const cut of [...open]) cut();
    },
  });
}
