// The edge: what HTTP allows, what it does not, and what every answer carries.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent } from "node:http";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";

import { start } from "./lib/juncho.mjs";
import { Resident, exchange } from "./lib/resident.mjs";

const CONNECTIONS = 1000;

// Sends bytes as they are and returns everything that comes back until the server closes.
async function raw(server, bytes, { end = true } = {}) {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.on("data", (chunk) => (text += chunk));
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(bytes);
  if (end) socket.end();
  await once(socket, "close");
  return text;
}

const statusOf = (text) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);

describe("the edge", () => {
  let server;
  before(async () => {
    server = await start({ set: { "server.idle_timeout_s": 2 } });
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
  });

  test("an unknown address is a problem document", async () => {
    const answer = await exchange(`${server.url}/api/v1/nothing`);
    assert.equal(answer.status, 404);
    assert.match(answer.headers["content-type"], /^application\/problem\+json/);
    assert.equal(answer.json.type, "urn:juncho:problem:not-found");
    assert.equal(answer.json.status, 404);
    assert.ok(answer.json.title && answer.json.detail);
  });

  for (const [method, path, allow] of [
    ["GET", "/api/v1/residents", /POST/],
    ["DELETE", "/api/v1/me", /GET/],
    ["POST", "/healthz", /GET/],
    ["PUT", "/api/v1/me/journey/consent", /POST/],
  ]) {
    test(`${method} ${path} is a wrong method, and the right one is named`, async () => {
      const answer = await exchange(server.url + path, { method });
      assert.equal(answer.status, 405);
      assert.match(answer.headers.allow, allow);
      assert.equal(answer.json.type, "urn:juncho:problem:method");
    });
  }

  test("HEAD says what GET says, without the body", async () => {
    const whole = await exchange(`${server.url}/`);
    const head = await exchange(`${server.url}/`, { method: "HEAD" });
    assert.equal(head.status, whole.status);
    assert.equal(head.headers["content-length"], whole.headers["content-length"]);
    assert.equal(head.bytes.length, 0);
  });

  test("every answer has the headers that protect a browser, and what is made for one request its number", async () => {
    const ids = new Set();
    for (const path of ["/", "/healthz", "/api/v1/campaign", "/api/v1/nothing", "/api/v1/me"]) {
      const { headers } = await exchange(server.url + path);
      assert.equal(headers["x-content-type-options"], "nosniff", path);
      assert.match(headers["content-security-policy"], /frame-ancestors 'none'/, path);
      assert.doesNotMatch(headers["content-security-policy"], /unsafe-inline|unsafe-eval/, path);
      // What belongs to a page is not said beside data.
      const isData = /json/.test(headers["content-type"]);
      assert.equal(headers["referrer-policy"], isData ? undefined : "same-origin", path);
      assert.equal(headers["strict-transport-security"], undefined, path);
      // Pages and /healthz are the same bytes for everybody; what is made for one request names it.
      if (path.startsWith("/api/")) assert.ok(headers["x-request-id"], path);
      if (path.startsWith("/api/")) ids.add(headers["x-request-id"]);
    }
    assert.equal(ids.size, 3);
  });

  test("behind TLS the session is a __Host- cookie and HSTS is sent", async () => {
    const secure = await start({ set: { "server.public_url": "https://points.city.example" } });
    const resident = new Resident(secure.url);
    const origin = "https://points.city.example";
    const answer = await resident.post("/api/v1/residents", { terms: true, language: "ja" }, { origin });
    assert.equal(answer.status, 201);
    const [cookie] = answer.headers["set-cookie"];
    assert.match(cookie, /^__Host-juncho-session=/);
    assert.match(cookie, /;\s*Secure/i);
    assert.match(cookie, /;\s*Path=\/(;|$)/i);
    assert.match(answer.headers["strict-transport-security"], /max-age=\d{7,}/);
    assert.equal(await secure.stop(), 0);
  });

  test("the session cookie is out of reach of scripts and other sites", async () => {
    const { headers } = await new Resident(server.url).register();
    assert.match(headers["set-cookie"][0], /^juncho-session=[\w.-]+;/);
    assert.match(headers["set-cookie"][0], /HttpOnly/i);
    assert.match(headers["set-cookie"][0], /SameSite=Lax/i);
    assert.equal(headers["cache-control"], "no-store");
  });

  test("headers without end are refused", async () => {
    const answer = await raw(server, `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${"a".repeat(100_000)}\r\n\r\n`);
    assert.ok([431, 400, 0].includes(statusOf(answer)), answer.slice(0, 100));
    assert.equal((await exchange(`${server.url}/healthz`)).status, 200);
  });

  test("a query of more parameters than are taken is refused at once", async () => {
    for (const [count, status] of [[64, 200], [65, 400], [500, 400], [1500, 400], [30_000, 414]]) {
      const answer = await raw(server, `GET /healthz?${"a=1&".repeat(count - 1)}a=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, { end: false });
      assert.equal(statusOf(answer), status, `${count}: ${answer.slice(0, 100)}`);
    }
  });

  test("a body that is too long is refused, said in advance or not", async () => {
    const resident = new Resident(server.url);
    const long = JSON.stringify({ terms: true, language: "j".repeat(1 << 20) });
    const announced = await resident.post("/api/v1/residents", long).catch((error) => error);
    if (announced instanceof Error) assert.match(String(announced.code), /ECONNRESET|EPIPE/);
    else assert.equal(announced.status, 413);
    const length = { "content-length": null, "transfer-encoding": "chunked" };
    const chunked = await resident.post("/api/v1/residents", long, length).catch((error) => error);
    if (chunked instanceof Error) assert.match(String(chunked.code), /ECONNRESET|EPIPE/);
    else assert.equal(chunked.status, 413);
    assert.equal((await exchange(`${server.url}/healthz`)).status, 200);
  });

  test("what is no HTTP is refused and the server lives on", async () => {
    for (const bytes of ["\x00\x01\x02\x03\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\x00\x01"]) {
      const answer = await raw(server, bytes);
      assert.ok([0, 400, 505].includes(statusOf(answer)), `${JSON.stringify(bytes)}: ${answer.slice(0, 60)}`);
    }
    assert.equal((await exchange(`${server.url}/healthz`)).status, 200);
  });

  test("a request that does not end is dropped after the time for it", async () => {
    const began = Date.now();
    const half = await raw(server, "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ", { end: false });
    assert.ok([0, 408].includes(statusOf(half)));
    const body = "POST /api/v1/residents HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{";
    assert.ok([0, 408].includes(statusOf(await raw(server, body, { end: false }))));
    assert.ok(Date.now() - began < 20_000);
  });

  for (const path of ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "/a%00b", "/%ff"]) {
    test(`${path} leads nowhere`, async () => {
      const answer = await raw(server, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      assert.ok([400, 404].includes(statusOf(answer)), answer.slice(0, 80));
      assert.doesNotMatch(answer, /root:/);
    });
  }
});

test(`${CONNECTIONS} connections at once are all answered, also when the store is asked`, async () => {
  // A server of its own: an impatient one would close connections that wait for their turn.
  const server = await start();
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const residents = Array.from({ length: CONNECTIONS }, () => new Resident(server.url, { agent }));
  const registered = await Promise.all(residents.map((resident) => resident.register()));
  assert.deepEqual([...new Set(registered.map(({ status }) => status))], [201]);
  assert.equal(new Set(registered.map(({ json }) => json.resident)).size, CONNECTIONS);
  const seen = await Promise.all(residents.map((resident) => resident.me()));
  assert.deepEqual(seen.map(({ resident }) => resident), registered.map(({ json }) => json.resident));
  agent.destroy();
  assert.equal(await server.stop(), 0);
});

test("a server that stops finishes what it has taken", async () => {
  const server = await start();
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const residents = Array.from({ length: 64 }, () => new Resident(server.url, { agent }));
  const answers = residents.map((resident) => resident.register().catch((error) => error));
  await Promise.race(answers);
  const code = await server.stop();
  const statuses = (await Promise.all(answers)).map((answer) => answer.status ?? answer.code);
  agent.destroy();
  assert.equal(code, 0);
  // What was not taken any more was refused at the door, never answered wrongly.
  for (const status of statuses) assert.ok([201, 503, "ECONNREFUSED", "ECONNRESET"].includes(status), `${status}`);
  assert.ok(statuses.filter((status) => status === 201).length >= 1);
});
