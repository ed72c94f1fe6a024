// The application: one person, one grant, whatever is retried, raced or refused.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import { eachStore, juncho, start } from "./lib/juncho.mjs";
import { Resident } from "./lib/resident.mjs";

async function verifyIsClean(server) {
  const verify = await juncho(["verify", "--json", "--store", server.store]);
  assert.equal(verify.code, 0, verify.stdout + verify.stderr);
  const result = JSON.parse(verify.stdout);
  assert.equal(result.ok, true);
  assert.deepEqual(result.faults, []);
  return result;
}

eachStore("an application", (store) => {
  let server;
  let campaign;
  before(async () => {
    server = await start({ store: await store.fresh() });
    campaign = (await new Resident(server.url).campaign()).id;
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
    await verifyIsClean(server);
  });

  test("repeated under the same key it answers the same receipt", async () => {
    const resident = await new Resident(server.url).walkTo("verified");
    const key = randomUUID();
    const first = await resident.apply(campaign, key);
    assert.equal(first.status, 201);
    const again = await resident.apply(campaign, key);
    assert.equal(again.status, 200);
    assert.equal(again.json.receipt, first.json.receipt);
    assert.equal(again.json.points, first.json.points);
    assert.equal((await resident.me()).points.balance, 11000);
  });

  test("under another key it is still the one application", async () => {
    const resident = await new Resident(server.url).walkTo("verified");
    const first = await resident.apply(campaign);
    const other = await resident.apply(campaign);
    assert.ok([200, 409].includes(other.status), other.text);
    if (other.status === 200) assert.equal(other.json.receipt, first.json.receipt);
    assert.equal((await resident.me()).points.balance, 11000);
    assert.equal((await resident.me()).application.receipt, first.json.receipt);
  });

  test("with another body under the same key it is refused and nothing changes", async () => {
    const resident = await new Resident(server.url).walkTo("verified");
    const key = randomUUID();
    assert.equal((await resident.apply(campaign, key)).status, 201);
    const other = await resident.apply("another", key);
    assert.equal(other.status, 422, other.text);
    assert.equal(other.json.type, "urn:juncho:problem:idempotency-mismatch");
    assert.equal((await resident.me()).points.balance, 11000);
  });

  test("fifty at once under one key are one grant and one receipt", async () => {
    const resident = await new Resident(server.url).walkTo("verified");
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, () => resident.clone().apply(campaign, key)));
    const statuses = answers.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 201).length, 1, statuses.join(" "));
    assert.equal(statuses.filter((status) => status === 200).length, 49, statuses.join(" "));
    assert.equal(new Set(answers.map(({ json }) => json.receipt)).size, 1);
    assert.equal((await resident.me()).points.balance, 11000);
  });

  test("fifty at once under fifty keys are one grant", async () => {
    const resident = await new Resident(server.url).walkTo("verified");
    const answers = await Promise.all(Array.from({ length: 50 }, () => resident.clone().apply(campaign)));
    assert.equal(answers.filter(({ status }) => status === 201).length, 1);
    assert.ok(answers.every(({ status }) => [200, 201, 409].includes(status)));
    const points = (await resident.get("/api/v1/me/points")).json;
    assert.equal(points.balance, 11000);
    assert.equal(points.transfers.filter(({ state }) => state === "posted").length, 1);
  });

  test("a key that is missing, empty or too long is named", async () => {
    const resident = await new Resident(server.url).walkTo("verified");
    const missing = await resident.post("/api/v1/me/application", { campaign });
    assert.equal(missing.status, 400);
    assert.equal(missing.json.type, "urn:juncho:problem:idempotency-key-missing");
    assert.equal(missing.json.field, "Idempotency-Key");
    for (const key of ["", "k".repeat(300)]) {
      const answer = await resident.apply(campaign, key);
      assert.equal(answer.status, 400, key);
      assert.equal(answer.json.field, "Idempotency-Key");
    }
    assert.equal((await resident.me()).state, "verified");
  });

  test("to a campaign that is not there it is refused", async () => {
    const resident = await new Resident(server.url).walkTo("verified");
    const answer = await resident.apply("another");
    assert.ok([400, 404, 409].includes(answer.status), answer.text);
    assert.equal((await resident.me()).state, "verified");
  });

  for (const state of ["registered", "intended"]) {
    test(`of somebody who is only ${state} is out of order`, async () => {
      const resident = await new Resident(server.url).walkTo(state);
      const answer = await resident.apply(campaign);
      assert.equal(answer.status, 409);
      assert.equal(answer.json.type, "urn:juncho:problem:out-of-order");
      assert.equal((await resident.me()).points.balance, 0);
    });
  }

  for (const card of ["age14", "outside"]) {
    test(`of somebody with the card "${card}" is refused`, async () => {
      const resident = await new Resident(server.url).walkTo("refused", card);
      const answer = await resident.apply(campaign);
      assert.equal(answer.status, 409);
      assert.match(answer.json.type, /^urn:juncho:problem:(not-eligible|out-of-order)$/);
      assert.equal((await resident.me()).points.balance, 0);
    });
  }

  test("the history shows the grant with its time, points, kind and state", async () => {
    const resident = await new Resident(server.url).walkTo("granted");
    const points = (await resident.get("/api/v1/me/points")).json;
    assert.equal(points.balance, 11000);
    assert.equal(points.pending, 0);
    const grants = points.transfers.filter(({ state }) => state === "posted");
    assert.equal(grants.length, 1);
    assert.equal(grants[0].points, 11000);
    assert.equal(grants[0].kind, "grant");
    assert.match(grants[0].at, /\+09:00$/);
    assert.ok(grants[0].id);
    assert.deepEqual((await resident.get("/api/v1/me/points")).json, points);
  });

  test("nobody sees another one's points", async () => {
    const rich = await new Resident(server.url).walkTo("granted");
    const poor = await new Resident(server.url).walkTo("verified");
    assert.equal((await poor.get("/api/v1/me/points")).json.balance, 0);
    assert.equal((await rich.get("/api/v1/me/points")).json.balance, 11000);
  });
});

eachStore("a campaign", (store) => {
  const outside = [
    ["that has ended", "campaign-closed", "closed", "2026-01-01T00:00:00+09:00", "2026-01-02T00:00:00+09:00"],
    ["that has not begun", "campaign-not-open", "before", "2098-01-01T00:00:00+09:00", "2099-01-01T00:00:00+09:00"],
  ];
  for (const [what, code, state, opens, closes] of outside) {
    test(`${what} takes nobody in and says so`, async () => {
      const url = await store.fresh();
      const open = await start({ store: url });
      const residents = [];
      for (const wanted of ["begun", "intended", "verified", "granted"])
        residents.push(await new Resident(open.url).walkTo(wanted));
      assert.equal(await open.stop(), 0);
      const set = { "campaign.opens": opens, "campaign.closes": closes };
      const server = await start({ store: url, directory: open.directory, set });
      for (const resident of residents) resident.base = server.url;
      const [begun, intended, verified, granted] = residents;
      const campaign = await begun.campaign();
      assert.equal(campaign.state, state);
      for (const answer of [
        await begun.step("consent"),
        await intended.post("/api/v1/me/identity"),
        await verified.apply(campaign.id),
      ]) {
        assert.equal(answer.status, 409, answer.text);
        assert.equal(answer.json.type, `urn:juncho:problem:${code}`);
      }
      // What was earned stays, and can be looked at.
      assert.equal((await granted.me()).points.balance, 11000);
      assert.equal((await verified.me()).state, "verified");
      assert.equal(await server.stop(), 0);
      await verifyIsClean(server);
    });
  }

  test("never grants more than its budget, however many ask at once", async () => {
    const set = { "campaign.points": 100, "campaign.budget_points": 1000 };
    const server = await start({ store: await store.fresh(), set });
    const people = 25;
    const residents = await Promise.all(
      Array.from({ length: people }, () => new Resident(server.url).walkTo("intended")),
    );
    const outcomes = await Promise.all(
      residents.map(async (resident) => {
        const begun = await resident.post("/api/v1/me/identity");
        if (begun.status !== 200) return begun;
        await resident.comeBack(await resident.show(new URL(begun.json.location), "eligible"));
        return resident.apply((await resident.me()).campaign.id);
      }),
    );
    const granted = outcomes.filter(({ status }) => status === 201);
    const refused = outcomes.filter(({ status }) => status === 409);
    assert.equal(granted.length + refused.length, people);
    for (const { json } of refused) assert.equal(json.type, "urn:juncho:problem:budget-exhausted");
    assert.equal(granted.length, 10);
    assert.equal(await server.stop(), 0);
    await verifyIsClean(server);
  });
});
