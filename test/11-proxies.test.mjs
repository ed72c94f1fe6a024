// Another site behind the gate: nginx and HAProxy with the shipped configurations, and Envoy's file as far as it can be read.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { join as joinPath } from "node:path";
import { after, before, describe, test } from "node:test";

import { parse } from "yaml";

import { ROOT, start } from "./lib/juncho.mjs";
import { figure, listenOn, saying } from "./lib/listen.mjs";
import { operator } from "./lib/operator.mjs";
import { freePort, startHaproxy, startNginx, startSite } from "./lib/proxies.mjs";
import { exchange, Resident } from "./lib/resident.mjs";
import { until } from "./lib/until.mjs";

const SLOW = { "gate.pace_per_min_max": 60, "gate.anonymous_per_address_per_min": 100_000 };
const LOOKERS = 50;
const LOOK_MS = 2500; // at least, and until there were so many looks:
const LOOKS_MIN = 1000;
const CROWD = 300; // who wait longer than the test lasts

const join = (visitor, ticket) => visitor.post("/api/v1/gate/tickets", ticket === undefined ? {} : { ticket });

async function crowd(origin) {
  for (let i = 0; i < CROWD; i += 1) assert.equal((await join(new Resident(origin))).status, 201);
}

const proxies = [
  ["nginx", startNginx],
  ["HAProxy", startHaproxy],
];

for (const [name, startProxy] of proxies) {
  describe(`a site behind ${name}`, () => {
    let juncho, site, proxy, origin;
    before(async () => {
      const port = await freePort();
      origin = `http://127.0.0.1:${port}`;
      const set = { ...SLOW, "server.public_url": origin, "server.trusted_proxies": "127.0.0.1" };
      [juncho, site] = await Promise.all([start({ set }), startSite()]);
      proxy = await startProxy({ juncho: Number(new URL(juncho.url).port), site: site.port, port });
    });
    after(async () => {
      await proxy?.stop();
      await Promise.all([juncho?.stop(), site?.stop()]);
    });

    let early; // joined before the crowd

    test("while nobody waits a visitor walks in, with a pass for the next pages", async () => {
      const visitor = new Resident(origin);
      const first = await visitor.get("/hello?x=1");
      assert.equal(first.status, 200);
      assert.equal(first.text, "the site: GET /hello?x=1");
      assert.ok(visitor.cookies.has("juncho-pass"), [...visitor.cookies.keys()].join());
      assert.ok(visitor.cookies.has("of-the-site"));
      early = new Resident(origin);
      early.ticket = (await join(early)).json.ticket;
      await crowd(origin);
      assert.equal((await visitor.get("/again")).status, 200);
    });

    test("without a pass a visitor is sent to the waiting page, which knows the way back", async () => {
      const before = site.reached.length;
      const answer = await exchange(`${origin}/apply?step=2&name=a%20b`);
      assert.equal(answer.status, 303);
      const address = new URL(answer.headers.location, origin);
      assert.equal(address.origin, origin);
      assert.equal(address.pathname, "/waiting");
      assert.equal(address.searchParams.get("return"), "/apply?step=2&name=a%20b");
      assert.equal(site.reached.length, before);
      const page = await exchange(address);
      assert.equal(page.status, 200);
      assert.match(page.headers["content-type"], /text\/html/);
      for (const [, asset] of page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
        assert.equal((await exchange(origin + asset)).status, 200, asset);
      }
    });

    test("a request that changes something does not reach the site without a pass", async () => {
      const before = site.reached.length;
      const answer = await exchange(`${origin}/order`, { method: "POST", headers: { "content-length": 4 }, body: "a=12" });
      assert.equal(answer.status, 303);
      assert.equal(site.reached.length, before);
    });

    test("whoever waits, gets the pass when the turn has come, and goes on", async () => {
      assert.equal((await join(early, early.ticket)).status, 200);
      const pass = () => early.post("/api/v1/gate/passes", { ticket: early.ticket });
      await until(async () => (await pass()).status === 201, "the turn");
      assert.equal((await early.get("/in")).text, "the site: GET /in");
      const late = new Resident(origin);
      const { json } = await join(late);
      assert.equal((await late.post("/api/v1/gate/passes", { ticket: json.ticket })).status, 409);
      assert.equal((await late.get("/in")).status, 303);
    });

    test("what a client claims about itself changes nothing", async () => {
      const forged = {
        "x-original-uri": "https://evil.example/",
        "x-forwarded-uri": "//evil.example/",
        "x-juncho-verdict": "pass",
        "x-juncho-waiting": "https://evil.example/",
        cookie: `juncho-pass=${"A".repeat(56)}; juncho-device=AAAAAAAAAAAAAAAAAAAAAA`,
      };
      const answer = await exchange(`${origin}/hello`, { headers: forged });
      assert.equal(answer.status, 303);
      const address = new URL(answer.headers.location, origin);
      assert.equal(address.origin, origin);
      assert.equal(address.searchParams.get("return"), "/hello");
    });

    test("the waiting page hears of an announcement at once, through the proxy", async () => {
      const visitor = new Resident(origin);
      const hears = listenOn(visitor, { number: 0, edition: 0 });
      await until(async () => (await figure(juncho, "juncho_listeners")) === 1);
      const writer = await operator(juncho, "operator", undefined, origin);
      const made = await writer.post("/api/v1/console/announcements", saying());
      assert.equal(made.status, 201, made.text);
      const { json, headers } = await hears;
      assert.equal(json.announcements[0].id, made.json.id);
      assert.equal(headers["cache-control"], "no-store");
    });

    test("the door cannot be asked from outside, nor a way back to elsewhere be made up", async () => {
      assert.equal((await exchange(`${origin}/gate/check`)).status, 404);
      for (const path of ["//evil.example/", "/\\evil.example/"]) {
        const { status, headers } = await exchange(origin + path);
        assert.equal(status, 303, path);
        const back = new URL(headers.location, origin).searchParams.get("return") ?? "/";
        assert.equal(new URL(back, origin).origin, origin, back);
      }
    });

    test("a ticket that is passed on is worth nothing: one place, one browser", async () => {
      const other = new Resident(origin);
      await join(other);
      assert.equal((await other.post("/api/v1/gate/passes", { ticket: early.ticket })).status, 403);
      assert.equal((await other.get("/in")).status, 303);
    });

    test(`while thousands look at the line, the server is asked ${name === "nginx" ? "about once a second" : "seldom"}`, async () => {
      const requests = async () => {
        const { text } = await exchange(`${juncho.url}/metrics`);
        return Number(/juncho_http_request_duration_seconds_count\{route="\/api\/v1\/gate"\} (\d+)/.exec(text)?.[1] ?? 0);
      };
      const before = await requests();
      const agent = new Agent({ keepAlive: true, maxSockets: LOOKERS });
      const began = performance.now();
      let looks = 0;
      const look = async () => {
        while (performance.now() - began < LOOK_MS || looks < LOOKS_MIN) {
          const { status } = await exchange(`${origin}/api/v1/gate`, { agent, headers: { cookie: `juncho-session=${looks}` } });
          assert.equal(status, 200);
          looks += 1;
        }
      };
      await Promise.all(Array.from({ length: LOOKERS }, look));
      agent.destroy();
      const seconds = (performance.now() - began) / 1000;
      const asked = (await requests()) - before;
      // HAProxy does not hold others back while one renews: at most all of them, once a second.
      const most = name === "nginx" ? 2 * seconds + 2 : LOOKERS * (seconds + 1);
      assert.ok(asked <= most, `${looks} looks in ${seconds.toFixed(1)} s reached the server ${asked} times`);
      assert.ok(asked >= 2, `the cache keeps too long: ${asked}`);
    });

    test("while the gate is away nobody gets past it, and the line can still be looked at", async () => {
      await juncho.stop();
      const before = site.reached.length;
      assert.ok((await exchange(`${origin}/hello`)).status >= 500);
      assert.equal(site.reached.length, before);
      if (name === "nginx") assert.equal((await exchange(`${origin}/api/v1/gate`)).status, 200);
    });
  });
}

// Envoy itself is not in Debian: its file is read, and the answers that it would get are looked at.
describe("a site behind Envoy", () => {
  let juncho;
  before(async () => {
    juncho = await start({ set: SLOW });
  });
  after(() => juncho?.stop());

  const config = parse(readFileSync(joinPath(ROOT, "deploy/envoy/gate.yaml"), "utf8"), { merge: true });
  const manager = config.static_resources.listeners[0].filter_chains[0].filters[0].typed_config;
  const [asking, last] = manager.http_filters.map((filter) => filter.typed_config);

  test("the file asks Juncho about every path but those of the gate, and lets nobody in while it is away", () => {
    assert.match(asking["@type"], /ext_authz\.v3\.ExtAuthz$/);
    assert.match(last["@type"], /router\.v3\.Router$/);
    assert.equal(asking.failure_mode_allow, false);
    assert.equal(asking.http_service.path_prefix, "/gate/envoy");
    const routes = manager.route_config.virtual_hosts[0].routes;
    const free = routes.filter((route) => route.typed_per_filter_config !== undefined);
    assert.deepEqual(free.map(({ match }) => match.path ?? match.prefix).sort(),
      ["/api/v1/announcements", "/api/v1/gate", "/api/v1/gate/", "/assets/", "/icon.svg", "/waiting"]);
    assert.ok(free.every((route) => route.route.cluster === "juncho"));
    assert.deepEqual(routes.at(-1), { match: { prefix: "/" }, route: { cluster: "site" } });
    const clusters = config.static_resources.clusters.map(({ name }) => name);
    assert.deepEqual(clusters, ["juncho", "site"]);
  });

  // Fields by Envoy's interface files: it refuses a file with any other.
  const FIELDS = {
    asking: ["@type", "failure_mode_allow", "status_on_error", "allowed_headers", "http_service"],
    http_service: ["path_prefix", "server_uri", "authorization_response"],
    authorization_response: ["allowed_client_headers", "allowed_client_headers_on_success"],
    manager: ["@type", "stat_prefix", "use_remote_address", "early_header_mutation_extensions", "route_config", "http_filters"],
    cluster: ["name", "type", "connect_timeout", "load_assignment"],
  };
  const fields = (object, known) => assert.deepEqual(Object.keys(object).sort(), [...known].sort());

  test("its fields are Envoy's, and the clusters that it names are there", () => {
    fields(asking, FIELDS.asking);
    fields(asking.http_service, FIELDS.http_service);
    fields(asking.http_service.authorization_response, FIELDS.authorization_response);
    fields(manager, FIELDS.manager);
    const { clusters } = config.static_resources;
    clusters.forEach((cluster) => {
      fields(cluster, FIELDS.cluster);
      assert.equal(cluster.load_assignment.cluster_name, cluster.name);
    });
    const { cluster, uri, timeout } = asking.http_service.server_uri;
    assert.match(timeout, /^\d+s$/);
    const { address, port_value } = clusters.find(({ name }) => name === cluster)
      .load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address;
    assert.equal(uri, `http://${address}:${port_value}`);
    for (const { typed_config } of [...manager.http_filters, ...manager.early_header_mutation_extensions]) {
      assert.match(typed_config["@type"], /^type\.googleapis\.com\/envoy\.extensions\.[a-z_.]+\.v3\.[A-Z][A-Za-z]+$/);
    }
  });

  test("what goes to Juncho and to the site, and where they are, is the same in all three files", () => {
    const file = (name) => readFileSync(joinPath(ROOT, "deploy", name), "utf8");
    const [nginx, haproxy] = [file("nginx/gate.conf"), file("haproxy/gate.cfg")];
    const envoy = manager.route_config.virtual_hosts[0].routes
      .filter(({ route }) => route.cluster === "juncho").map(({ match }) => match.path ?? `${match.prefix}*`);
    const ofNginx = [...nginx.matchAll(/location (=|\^~) (\S+) \{([^}]*)\}/g)]
      .filter(([, , , body]) => body.includes("proxy_pass http://juncho") && !body.includes("internal"))
      .map(([, kind, path]) => (kind === "=" ? path : `${path}*`));
    const ofHaproxy = [...haproxy.matchAll(/acl juncho_\w+ (path|path_beg) (.+)/g)]
      .flatMap(([, kind, paths]) => paths.trim().split(/\s+/).map((path) => (kind === "path" ? path : `${path}*`)));
    assert.deepEqual(ofNginx.sort(), envoy.sort());
    assert.deepEqual(ofHaproxy.sort(), envoy.sort());
    const addresses = config.static_resources.clusters.map(({ name, load_assignment }) => {
      const { address, port_value } = load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address;
      return [name, `${address}:${port_value}`];
    });
    for (const [name, address] of addresses) {
      assert.equal(new RegExp(`upstream ${name} \\{\\s*server ([^;]+);`).exec(nginx)[1], address);
      assert.equal(new RegExp(`backend ${name}\n\\s*server ${name} (\\S+)`).exec(haproxy)[1], address);
    }
  });

  test("it is answered 200 with a pass for whoever walks in, and 303 with the way back for whoever waits", async () => {
    const visitor = new Resident(juncho.url);
    assert.equal((await visitor.get("/gate/envoy/hello")).status, 200);
    assert.ok(visitor.cookies.has("juncho-pass"));
    await crowd(juncho.url);
    assert.equal((await visitor.get("/gate/envoy/")).status, 200);
    for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"]) {
      const headers = { "x-original-uri": "/apply?step=2" };
      const answer = await exchange(`${juncho.url}/gate/envoy/apply`, { method, headers });
      assert.equal(answer.status, 303, method);
      assert.equal(new URL(answer.headers.location, juncho.url).searchParams.get("return"), "/apply?step=2");
    }
  });
});

describe("the waiting page's form", () => {
  let juncho;
  before(async () => {
    juncho = await start({ set: { ...SLOW, "gate.pace_per_min_max": 1 } });
    await crowd(juncho.url);
  });
  after(() => juncho?.stop());

  const press = (visitor, address, headers = {}) => visitor.post(address, "", { "content-type": null, ...headers });

  test("takes one place however often it is pressed, and keeps the way back", async () => {
    const visitor = new Resident(juncho.url);
    const first = await press(visitor, "/waiting?return=/form%3Fstep=2");
    assert.equal(first.status, 303);
    assert.equal(first.headers.location, "/waiting?return=%2Fform%3Fstep%3D2");
    const ticket = visitor.cookies.get("juncho-ticket");
    assert.equal((await press(visitor, "/waiting")).status, 303);
    assert.equal(visitor.cookies.get("juncho-ticket"), ticket);
    const page = await visitor.get(first.headers.location);
    assert.match(page.text, /data-phase="waiting"/);
    assert.match(page.text, /action="\/waiting\?return=%2Fform%3Fstep%3D2"/);
    assert.equal((await visitor.post("/api/v1/gate/passes", { ticket })).status, 409);
  });

  test("leads nowhere else, and writes nothing into the page that was not there", async () => {
    const ways = ["//evil.example/", "/\\evil.example/", "https://evil.example/", "/../x", "/a b", "/\n", `/"><script>x</script>`];
    for (const way of ways) {
      const { text } = await exchange(`${juncho.url}/waiting?return=${encodeURIComponent(way)}`);
      assert.ok(!text.includes("evil") && !text.includes("<script>x"), way);
      const visitor = new Resident(juncho.url);
      const { status, headers } = await press(visitor, `/waiting?return=${encodeURIComponent(way)}`);
      if (status !== 400) assert.match(headers.location, /^\/waiting(\?return=%2F[\w%.-]*)?$/, way);
    }
  });

  test("is not for other sites to press", async () => {
    for (const origin of ["https://evil.example", null]) {
      assert.equal((await press(new Resident(juncho.url), "/waiting", { origin })).status, 403);
    }
  });
});
