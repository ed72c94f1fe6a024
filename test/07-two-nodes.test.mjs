// Two nodes on one PostgreSQL: a resident does not notice which one answers.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { freshDirectory, juncho, start } from "./lib/juncho.mjs";
import { freshDatabase, stopSharedPostgres } from "./lib/postgres.mjs";
import { figure, listen, listenOn, saying } from "./lib/listen.mjs";
import { operator } from "./lib/operator.mjs";
import { Resident } from "./lib/resident.mjs";
import { until } from "./lib/until.mjs";

describe("two nodes", () => {
  let nodes;
  before(async () => {
    // One directory: nodes share the secret key, as an operator copies it.
    const options = { store: await freshDatabase(), directory: freshDirectory() };
    nodes = [await start(options), await start(options)];
  });
  after(async () => {
    for (const node of nodes) assert.equal(await node.stop(), 0);
    const verify = await juncho(["verify", "--store", nodes[0].store]);
    assert.equal(verify.code, 0, verify.stderr);
    await stopSharedPostgres();
  });

  test("a session of one node is a session of the other", async () => {
    const resident = await new Resident(nodes[0].url).walkTo("consented");
    const there = resident.clone(nodes[1].url);
    assert.deepEqual(await there.state(), await resident.state());
    assert.equal((await there.step("procedure")).status, 200);
    assert.equal((await resident.me()).state, "informed");
  });

  test("the same application at both nodes at once is one grant with one receipt", async () => {
    for (let round = 0; round < 10; round++) {
      const resident = await new Resident(nodes[round % 2].url).walkTo("verified");
      const campaign = (await resident.me()).campaign.id;
      const key = randomUUID();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, at) => resident.clone(nodes[at % 2].url).apply(campaign, key)),
      );
      const statuses = answers.map(({ status }) => status).sort();
      assert.deepEqual(statuses, [...Array(9).fill(200), 201]);
      assert.equal(new Set(answers.map(({ json }) => json.receipt)).size, 1);
      assert.equal((await resident.me()).points.balance, 11000);
    }
  });

  // Each node's sandbox is a provider of its own, so the jumps go through one of them.
  test("one card for residents of both nodes at once belongs to one account", async () => {
    const residents = await Promise.all(
      Array.from({ length: 8 }, (_, at) => new Resident(nodes[at % 2].url).walkTo("intended")),
    );
    for (const resident of residents) resident.base = nodes[0].url;
    const person = { person: "card-holder-of-two-nodes" };
    const pages = await Promise.all(residents.map((resident) => resident.identify("eligible", person)));
    assert.equal(pages.filter((page) => page === "/?returned=verified").length, 1, pages.join(" "));
  });

  test("residents who register at both nodes at once have different numbers", async () => {
    const residents = Array.from({ length: 200 }, (_, at) => new Resident(nodes[at % 2].url));
    const answers = await Promise.all(residents.map((resident) => resident.register()));
    assert.equal(new Set(answers.map(({ json }) => json.resident)).size, residents.length);
  });

  test("a setting that one node's console changed holds on the other", async () => {
    const admin = await operator(nodes[0], "admin");
    const put = (before, value) => admin.post("/api/v1/console/settings/campaign.closes", { before, value, reason: "のばす" }, {}, "PUT");
    const closes = async (node) => (await new Resident(node.url).get("/api/v1/campaign")).json.closes;
    const before = await closes(nodes[1]), after = "2031-04-01T00:00:00+09:00";
    assert.equal((await put(before, after)).status, 200);
    assert.equal(await closes(nodes[0]), after);
    await until(async () => (await closes(nodes[1])) === after);
    assert.equal((await put(after, null)).status, 200);
  });

  test("an announcement of one node is heard on the other", async () => {
    const writer = await operator(nodes[0], "operator");
    const [here, there] = nodes.map((node) => new Resident(node.url));
    const before = (await listen(there)).json;
    const hears = [listenOn(here, before), listenOn(there, before)];
    await until(async () => (await figure(nodes[1], "juncho_listeners")) === 1);
    assert.equal((await writer.post("/api/v1/console/announcements", saying())).status, 201);
    const [first, second] = (await Promise.all(hears)).map(({ json }) => json);
    assert.deepEqual([first.number, first.edition], [second.number, second.edition]);
    assert.deepEqual(second.announcements.map(({ title }) => title), ["本人確認が混んでいます"]);
  });

  test("admins who disable one another at both nodes in one moment leave one", async () => {
    const admins = [await operator(nodes[0], "admin"), await operator(nodes[1], "admin")];
    const disable = (who, name) => who.post(`/api/v1/console/operators/${name}`, { change: "disable", reason: "x" }, {}, "PUT");
    const { operators } = (await admins[0].get("/api/v1/console/operators")).json;
    for (const { name, role, disabled } of operators)
      if (role === "admin" && !disabled && !admins.some((admin) => admin.name === name)) await disable(admins[0], name);
    await Promise.all([disable(admins[0], admins[1].name), disable(admins[1], admins[0].name)]);
    const { stdout } = await juncho(["operator", "list", "--store", nodes[0].store]);
    const left = stdout.split("\n").filter((line) => /\tadmin\tactive/.test(line) && !line.startsWith("sandbox\t"));
    assert.equal(left.length, 1, stdout);
  });

  test("when one node is gone the other goes on", async () => {
    const options = nodes[0].options;
    const third = await start({ ...options, store: nodes[0].store, directory: nodes[0].directory });
    const resident = await new Resident(third.url).walkTo("intended");
    await third.kill();
    resident.base = nodes[0].url;
    assert.equal((await resident.me()).state, "intended");
    assert.equal(await resident.identify("eligible"), "/?returned=verified");
  });
});
