// The waiting room over HTTP: places, passes, the public document, and what a kill leaves of them.
import assert from "node:assert/strict";
import { Agent } from "node:http";
import { after, before, describe, test } from "node:test";

import { eachStore, freshDirectory, start } from "./lib/juncho.mjs";
import { operator } from "./lib/operator.mjs";
import { exchange, Resident } from "./lib/resident.mjs";
import { until } from "./lib/until.mjs";

const FOUR_A_SECOND = { "gate.pace_per_min_max": 240 };

const document = async (server) => (await exchange(`${server.url}/api/v1/gate`)).json;
const isBefore = (place, watermark) =>
  place.second < watermark.second || (place.second === watermark.second && place.rank < watermark.rank);

const join = (resident) => resident.post("/api/v1/gate/tickets");
const enter = (resident, ticket) => resident.post("/api/v1/gate/passes", ticket ? { ticket } : {});
const intended = (server) => new Resident(server.url).walkTo("intended");

eachStore("the gate", (store) => {
  let server;
  before(async () => (server = await start({ store: await store.fresh(), set: FOUR_A_SECOND })));
  after(async () => assert.equal(await server.stop(), 0));

  test("lets people through unseen below the pace, and asks them to wait beyond it", async () => {
    const residents = [];
    for (let i = 0; i < 10; i++) residents.push(await intended(server));
    const answers = await Promise.all(residents.map((one) => one.post("/api/v1/me/identity")));
    const waiting = answers.filter(({ status }) => status === 409);
    assert.ok(waiting.length >= 3 && waiting.length < 10, answers.map(({ status }) => status).join(" "));
    for (const { json } of waiting) {
      assert.equal(json.type, "urn:juncho:problem:waiting");
      assert.ok(json.place.second > 0 && json.place.rank >= 0 && json.place.ahead >= 0);
    }
    const one = residents[answers.indexOf(waiting[0])];
    const { place } = waiting[0].json;
    const shown = (await one.me()).place;
    assert.deepEqual([shown.second, shown.rank, shown.ticket], [place.second, place.rank, place.ticket]);
    assert.equal((await one.me()).pass, null);
    await until(async () => isBefore(place, (await document(server)).watermark), "the watermark passes");
    assert.equal((await until(async () => {
      const answer = await enter(one, place.ticket);
      return answer.status === 201 && answer;
    }, "a pass")).json.pass.length, 56);
    assert.equal((await one.me()).pass.at_provider, false);
    const address = await one.leave();
    assert.equal((await one.me()).pass.at_provider, true);
    const back = await one.comeBack(await one.show(address, "eligible"));
    assert.equal(back.headers.location, "/?returned=verified");
    const me = await one.me();
    assert.equal(me.pass, null);
    assert.equal(me.place, null);
  });

  test("gives a resident one place, however often and at once they ask", async () => {
    const resident = await new Resident(server.url).walkTo("registered");
    const answers = await Promise.all(Array.from({ length: 12 }, () => join(resident)));
    assert.equal(answers.filter(({ status }) => status === 201).length, 1);
    assert.equal(new Set(answers.map(({ json }) => `${json.second}/${json.rank}`)).size, 1);
    const other = resident.clone();
    assert.equal((await join(other)).status, 200);
  });

  test("gives a browser without an account a ticket that is worth nothing to another", async () => {
    const one = new Resident(server.url), other = new Resident(server.url);
    const { status, json } = await join(one);
    assert.equal(status, 201);
    assert.equal((await one.post("/api/v1/gate/tickets", { ticket: json.ticket })).json.rank, json.rank);
    await join(other);
    const refused = await enter(other, json.ticket);
    assert.equal(refused.status, 403);
    assert.equal(refused.json.field, "ticket");
    const passes = await until(async () => {
      const answers = await Promise.all([enter(one, json.ticket), enter(one.clone(), json.ticket)]);
      return answers.every((answer) => answer.status === 201) && answers;
    }, "the turn");
    assert.equal(passes[0].json.pass, passes[1].json.pass);
    assert.equal((await one.get("/gate/check")).status, 204);
  });

  test("sends a proxy's visitor to the waiting page, and back to where they wanted to go", async () => {
    for (let i = 0; i < 20; i++) await join(new Resident(server.url));
    const answer = await new Resident(server.url).get("/gate/check", { "x-original-uri": "/form?a=1&b=%E3%81%8A" });
    assert.equal(answer.status, 401);
    const address = new URL(answer.headers["x-juncho-waiting"]);
    assert.equal(address.pathname, "/waiting");
    assert.match(address.searchParams.get("return"), /^\/form\?a=1&b=/);
    const followed = await new Resident(server.url).get("/gate/check/form?redirect=1");
    assert.equal(followed.status, 303);
    assert.equal(new URL(followed.headers.location).searchParams.get("return"), "/form");
    const foreign = await new Resident(server.url).get("/gate/check", { "x-original-uri": "//evil.example/" });
    assert.equal(new URL(foreign.headers["x-juncho-waiting"]).searchParams.get("return"), null);
  });

  test("publishes one small document for everybody, once a second", async () => {
    const answer = await exchange(`${server.url}/api/v1/gate`);
    assert.equal(answer.headers["cache-control"], "public, max-age=1");
    assert.ok(answer.bytes.length < 2048);
    assert.equal(answer.headers["set-cookie"], undefined);
    const again = await exchange(`${server.url}/api/v1/gate`, { headers: { "if-none-match": answer.headers.etag } });
    if (again.status === 200) assert.notEqual(again.headers.etag, answer.headers.etag);
    else assert.equal(again.status, 304);
    const seconds = new Set();
    await until(async () => seconds.add((await document(server)).now).size >= 2, "another document");
  });

  test("does what an operator orders, and keeps who and why", async () => {
    const viewer = await operator(server, "viewer"), steers = await operator(server, "operator");
    assert.equal((await viewer.post("/api/v1/console/gate", { paused: true, why: "x" })).status, 403);
    assert.equal((await steers.post("/api/v1/console/gate", { paused: true })).json.field, "why");
    const why = "提供者から依頼";
    const order = { paused: true, message: "しばらくお待ちください", why };
    const answer = await steers.post("/api/v1/console/gate", order);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.orders.paused, true);
    const told = await until(async () => {
      const page = await document(server);
      return page.state === "paused" && page;
    }, "the pause");
    assert.equal(told.message, order.message);
    const metrics = (await exchange(`${server.url}/metrics`)).text;
    assert.match(metrics, /^juncho_gate_pace_reason\{reason="paused"\} 1$/m);
    const { entries } = (await viewer.get("/api/v1/console/audit?action=gate.")).json;
    assert.equal(entries[0].reason, why);
    assert.equal(JSON.parse(entries[0].after).paused, true);
    assert.equal((await steers.post("/api/v1/console/gate", { paused: false, message: "", why })).status, 200);
    await until(async () => (await document(server)).state !== "paused", "it goes on");
    assert.equal((await viewer.get("/api/v1/console/gate")).json.orders.number, 2);
  });

  test("keeps a place for whoever cannot queue by themselves, for the first who names its code", async () => {
    const counter = await operator(server, "operator");
    const { status, json } = await counter.post("/api/v1/console/gate/assisted");
    assert.equal(status, 201);
    const one = await new Resident(server.url).walkTo("registered");
    const other = await new Resident(server.url).walkTo("registered");
    const bind = (who, code) => who.post("/api/v1/gate/tickets", { code });
    const typed = json.code.toLowerCase().replace("-", "");
    for (const code of [json.code, typed]) {
      const bound = await bind(one, code);
      assert.equal(bound.status, 200, bound.text);
      assert.deepEqual([bound.json.second, bound.json.rank], [json.second, json.rank]);
    }
    assert.equal((await one.me()).place.second, json.second);
    assert.equal((await bind(other, json.code)).status, 404);
    assert.equal((await bind(other, "not one")).json.field, "code");
    assert.equal((await bind(new Resident(server.url), json.code)).status, 401);
  });

  test("names what is wrong with a bad body", async () => {
    const resident = await new Resident(server.url).walkTo("registered");
    for (const [body, field] of [
      [{ ticket: 7 }, "ticket"],
      [{ ticket: "short" }, "ticket"],
      [{ pass: "x" }, "pass"],
    ]) {
      const answer = await resident.post("/api/v1/gate/passes", body);
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.json.field, field);
    }
    assert.equal((await enter(new Resident(server.url))).status, 400);
  });
});

eachStore("a line that an operator begins anew", (store) => {
  test("refuses the tickets of before in words that say to join anew, and outlives a kill", async () => {
    const options = { store: await store.fresh(), directory: freshDirectory(), set: FOUR_A_SECOND };
    let server = await start(options);
    const admin = await operator(server, "admin"), steers = await operator(server, "operator");
    const stranger = new Resident(server.url), resident = await new Resident(server.url).walkTo("registered");
    const old = (await join(stranger)).json, before = (await join(resident)).json;
    const order = { epoch: old.epoch, why: "リハーサルの列を消す" };
    const reset = (who, body) => who.post("/api/v1/console/gate/reset", body);
    assert.equal((await reset(steers, order)).status, 403);
    assert.equal((await reset(admin, { epoch: old.epoch })).json.field, "why");
    assert.equal((await reset(admin, { ...order, epoch: old.epoch + 1 })).status, 409);
    const answer = await reset(admin, order);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual([answer.json.epoch, answer.json.joined], [old.epoch + 1, 0]);
    assert.equal((await reset(admin, order)).status, 409);
    await until(async () => (await document(server)).epoch === old.epoch + 1, "the document");
    const { entries } = (await admin.get("/api/v1/console/audit?action=gate.reset")).json;
    assert.deepEqual([entries.length, entries[0].reason], [1, order.why]);

    for (let round = 0; round < 2; round++) {
      for (const [who, { ticket }] of [[stranger, old], [resident, before]]) {
        const refused = await enter(who, ticket);
        assert.equal(refused.status, 403, refused.text);
        assert.match(refused.json.detail, /join anew/);
      }
      const anew = (await join(resident)).json;
      assert.deepEqual([anew.epoch, anew.ticket === before.ticket], [old.epoch + 1, false]);
      assert.notEqual((await stranger.post("/api/v1/gate/tickets", { ticket: old.ticket })).json.ticket, old.ticket);
      if (round > 0) break;
      await server.kill();
      server = await start(options);
      stranger.base = resident.base = server.url;
    }
    assert.equal((await join(resident)).status, 200);
    assert.equal(await server.stop(), 0);
  });
});

eachStore("a flood of joins from one address", (store) => {
  test("is refused without holding up the residents there, and those of other addresses", async () => {
    const per_min = 60, flood = 2000;
    const set = { "gate.anonymous_per_address_per_min": per_min, ...FOUR_A_SECOND };
    const server = await start({ store: await store.fresh(), set });
    const { port } = new URL(server.url);
    const joinFrom = (localAddress, agent) => exchange(`${server.url}/api/v1/gate/tickets`, {
      method: "POST", body: "{}", agent, localAddress,
      headers: { "content-type": "application/json", origin: server.url, "content-length": 2 } });
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    const began = Date.now();
    const refused = [], taken = [];
    let over = false;
    const flooding = Promise.all(Array.from({ length: flood }, async () => {
      const answer = await joinFrom("127.0.0.1", agent);
      (answer.status === 201 ? taken : refused).push(answer);
    })).then(() => (over = true));
    let honest = 0;
    while (!over) {
      const resident = await new Resident(`http://127.0.0.1:${port}`).walkTo("registered");
      assert.equal((await join(resident)).status, 201);
      assert.equal((await joinFrom(`127.0.0.${2 + (honest++ % 100)}`)).status, 201);
    }
    await flooding;
    agent.destroy();
    assert.ok(honest > 0);
    assert.ok(taken.length <= per_min * (1 + (Date.now() - began) / 60_000) + 1, `${taken.length} were let through`);
    for (const { status, headers } of refused) {
      assert.ok([429, 503].includes(status), status);
      assert.ok(Number(headers["retry-after"]) > 0);
    }
    assert.equal(await server.stop(), 0);
  });
});

eachStore("the identity check before the opening", (store) => {
  test("is open when it may be, and applying is not", async () => {
    const opens = new Date(Date.now() + 3_600_000).toISOString();
    const set = { "campaign.opens": opens, "gate.verify_early": "yes" };
    const server = await start({ store: await store.fresh(), set });
    assert.notEqual((await document(server)).state, "closed");
    const resident = await new Resident(server.url).walkTo("verified");
    const me = await resident.me();
    assert.equal(me.state, "verified");
    const refused = await resident.apply(me.campaign.id);
    assert.equal(refused.status, 409);
    assert.equal(refused.json.type, "urn:juncho:problem:campaign-not-open");
    assert.equal((await resident.me()).state, "verified");
    assert.equal(await server.stop(), 0);

    const strict = await start({ store: await store.fresh(), set: { "campaign.opens": opens } });
    assert.equal((await document(strict)).state, "closed");
    const early = new Resident(strict.url);
    await early.register();
    assert.equal((await early.post("/api/v1/me/identity")).json.type, "urn:juncho:problem:campaign-not-open");
    assert.equal(await strict.stop(), 0);
  });
});

eachStore("after a kill the gate", (store) => {
  test("has lost no place, asks nobody inside to wait again, and its watermark has not gone back", async () => {
    const options = { store: await store.fresh(), directory: freshDirectory(), set: { "gate.pace_per_min_max": 300 } };
    let server = await start(options);
    const residents = [];
    for (let i = 0; i < 12; i++) residents.push(await intended(server));
    const answers = await Promise.all(residents.map((one) => one.post("/api/v1/me/identity")));
    const told = await document(server);
    await server.kill();
    server = await start(options);
    const restarted = await document(server);
    assert.ok(!isBefore(restarted.watermark, told.watermark));
    for (const [at, resident] of residents.entries()) {
      resident.base = server.url;
      if (answers[at].status === 200) {
        assert.equal((await resident.post("/api/v1/me/identity")).status, 200);
      } else {
        const { second, rank } = answers[at].json.place;
        const kept = (await join(resident)).json;
        assert.deepEqual([kept.second, kept.rank], [second, rank]);
      }
    }
    assert.equal(await server.stop(), 0);
  });
});

describe("before the opening", () => {
  test("residents share a draw that anybody can check afterwards", async () => {
    const { createHash, createHmac } = await import("node:crypto");
    const opens = new Date(Date.now() + 4000).toISOString();
    const server = await start({ set: { "campaign.opens": opens, ...FOUR_A_SECOND } });
    const draw = async () => (await exchange(`${server.url}/api/v1/gate/draw`)).json;
    const residents = [];
    for (let i = 0; i < 3; i++) residents.push(await new Resident(server.url).walkTo("registered").catch(() => null));
    const places = [];
    for (const resident of residents) places.push((await join(resident)).json);
    const before = await draw();
    assert.equal(before.secret, null);
    assert.equal((await join(new Resident(server.url))).status, 409);
    const after = await until(async () => {
      const told = await draw();
      return told.secret !== null && told;
    }, "the secret");
    const secret = Buffer.from(after.secret, "hex");
    assert.equal(after.commitment, before.commitment);
    assert.equal(createHash("sha256").update(secret).digest("hex"), before.commitment);
    for (const { second, rank, pseudonym } of places) {
      assert.equal(second, 0);
      const drawn = createHmac("sha256", secret).update(`${after.campaign}\n${pseudonym}`).digest();
      assert.equal(drawn.readUInt32BE(0), rank);
    }
    assert.equal(await server.stop(), 0);
  });
});
