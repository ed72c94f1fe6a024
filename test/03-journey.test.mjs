// The journey: five screens in their order, from any point again, in any browser of the same resident.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { eachStore, juncho, start } from "./lib/juncho.mjs";
import { Resident } from "./lib/resident.mjs";

const AFTER = { begin: "registered", consent: "consented", procedure: "informed", intent: "intended" };

eachStore("the journey", (store) => {
  let server;
  before(async () => {
    server = await start({ store: await store.fresh() });
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
    const verify = await juncho(["verify", "--json", "--store", server.store]);
    assert.equal(verify.code, 0, verify.stdout + verify.stderr);
  });

  test("a resident registers, identifies, applies and has the points", async () => {
    const resident = new Resident(server.url);
    const registered = await resident.register();
    assert.equal(registered.status, 201);
    assert.match(registered.json.resident, /^R-[0-9A-Z-]+$/);
    assert.equal(registered.json.state, "registered");
    for (const [step, state] of Object.entries(AFTER)) {
      const answer = await resident.step(step);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json.state, state);
      assert.equal((await resident.me()).state, state);
    }
    const away = await resident.leave();
    assert.equal((await resident.me()).state, "authenticating");
    const back = await resident.comeBack(await resident.show(away, "eligible"));
    assert.equal(back.status, 303);
    assert.equal(back.headers.location, "/?returned=verified");
    const verified = await resident.me();
    assert.equal(verified.state, "verified");
    assert.equal(verified.identity.outcome, "verified");
    assert.equal(verified.application, null);
    assert.deepEqual(verified.points, { balance: 0, pending: 11000 });
    const applied = await resident.apply(verified.campaign.id);
    assert.equal(applied.status, 201, applied.text);
    assert.match(applied.json.receipt, /^J-[0-9A-Z-]+$/);
    assert.equal(applied.json.points, 11000);
    assert.equal(applied.json.state, "granted");
    const granted = await resident.me();
    assert.equal(granted.state, "granted");
    assert.equal(granted.application.receipt, applied.json.receipt);
    assert.deepEqual(granted.points, { balance: 11000, pending: 0 });
  });

  test("what a resident sees of itself has the fields that others rely on", async () => {
    const resident = await new Resident(server.url).walkTo("registered");
    const me = await resident.me();
    assert.equal(me.language, "ja");
    assert.equal(me.began, false);
    assert.equal(me.place, null);
    assert.equal(me.pass, null);
    assert.equal(me.booking, null);
    assert.equal(me.identity, null);
    for (const name of ["closes", "id", "name", "opens", "points", "state"]) assert.ok(name in me.campaign, name);
    await resident.step("begin");
    assert.equal((await resident.me()).began, true);
  });

  test("registering again in the same browser is the same resident", async () => {
    const resident = new Resident(server.url);
    const first = await resident.register();
    const again = await resident.register();
    assert.equal(again.status, 200);
    assert.equal(again.json.resident, first.json.resident);
  });

  test("repeating a step is harmless and answers the present state", async () => {
    const resident = await new Resident(server.url).walkTo("intended");
    for (const step of ["begin", "consent", "procedure", "intent"]) {
      const answer = await resident.step(step);
      assert.equal(answer.status, 200);
      assert.equal(answer.json.state, "intended");
    }
    assert.equal((await resident.me()).state, "intended");
  });

  for (const [state, step] of [
    ["registered", "procedure"],
    ["registered", "intent"],
    ["consented", "intent"],
  ]) {
    test(`${step} before its time (${state}) is out of order and changes nothing`, async () => {
      const resident = await new Resident(server.url).walkTo(state);
      const answer = await resident.step(step);
      assert.equal(answer.status, 409);
      assert.equal(answer.json.type, "urn:juncho:problem:out-of-order");
      assert.equal((await resident.me()).state, state);
    });
  }

  for (const state of ["registered", "consented", "informed"]) {
    test(`the identity check cannot begin when only ${state}`, async () => {
      const resident = await new Resident(server.url).walkTo(state);
      const answer = await resident.post("/api/v1/me/identity");
      assert.equal(answer.status, 409);
      assert.equal(answer.json.type, "urn:juncho:problem:out-of-order");
      assert.equal((await resident.me()).state, state);
    });
  }

  test("the identity check begins again as often as it was left", async () => {
    const resident = await new Resident(server.url).walkTo("intended");
    const first = await resident.leave();
    const second = await resident.leave();
    assert.notEqual(first.searchParams.get("state"), second.searchParams.get("state"));
    assert.equal((await resident.me()).state, "authenticating");
    await resident.comeBack(await resident.show(second, "eligible"));
    assert.equal((await resident.me()).state, "verified");
    const late = await resident.post("/api/v1/me/identity");
    assert.equal(late.status, 409);
    assert.equal(late.json.type, "urn:juncho:problem:out-of-order");
  });

  test("every state is the same in a second window", async () => {
    const resident = new Resident(server.url);
    for (const act of [
      () => resident.register(),
      ...Object.keys(AFTER).map((step) => () => resident.step(step)),
      () => resident.identify(),
      async () => resident.apply((await resident.me()).campaign.id),
    ]) {
      await act();
      assert.deepEqual(await resident.clone().state(), await resident.state());
    }
    assert.equal((await resident.me()).state, "granted");
  });

  test("twenty windows that press the same button at once do the step once", async () => {
    const resident = await new Resident(server.url).walkTo("begun");
    const answers = await Promise.all(Array.from({ length: 20 }, () => resident.clone().step("consent")));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.deepEqual([...new Set(answers.map(({ json }) => json.state))], ["consented"]);
  });

  test("without a session nothing of a resident is told or changed", async () => {
    const stranger = new Resident(server.url);
    for (const answer of [
      await stranger.get("/api/v1/me"),
      await stranger.get("/api/v1/me/points"),
      await stranger.step("consent"),
      await stranger.post("/api/v1/me/identity"),
      await stranger.apply("sample"),
    ]) {
      assert.equal(answer.status, 401);
      assert.equal(answer.json.type, "urn:juncho:problem:not-signed-in");
    }
  });

  test("a session that was changed by one letter is none", async () => {
    const resident = await new Resident(server.url).walkTo("registered");
    const [[name, value]] = resident.cookies;
    for (const at of [0, Math.floor(value.length / 2), value.length - 2]) {
      const letter = value[at] === "A" ? "B" : "A";
      resident.cookies.set(name, value.slice(0, at) + letter + value.slice(at + 1));
      assert.equal((await resident.get("/api/v1/me")).status, 401, `letter ${at}`);
    }
  });

  test("signing out ends the session on this device", async () => {
    const resident = await new Resident(server.url).walkTo("consented");
    assert.equal((await resident.post("/api/v1/session/end")).status, 204);
    assert.equal(resident.cookies.size, 0);
    assert.equal((await resident.get("/api/v1/me")).status, 401);
  });

  test("an opening of the app is counted once in half an hour", async () => {
    const browser = new Resident(server.url);
    const first = await browser.post("/api/v1/accesses");
    assert.equal(first.status, 204);
    assert.ok(browser.cookies.size >= 1);
    assert.equal((await browser.post("/api/v1/accesses")).status, 204);
  });
});
