// The identity check that comes back in another browser: it waits, and only who began it can make it count.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { eachStore, juncho, start } from "./lib/juncho.mjs";
import { Resident } from "./lib/resident.mjs";

const problem = (code) => `urn:juncho:problem:${code}`;
// A code that is not the right one.
const wrong = (code) => String((Number(code) + 1) % 1_000_000).padStart(6, "0");

eachStore("a return in another browser", (store) => {
  let server;
  before(async () => {
    server = await start({ store: await store.fresh() });
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
    const verify = await juncho(["verify", "--store", server.store]);
    assert.equal(verify.code, 0, verify.stderr);
  });

  const intended = () => new Resident(server.url).walkTo("intended");

  test("it grants nothing, signs nobody in, and waits for the code", async () => {
    const resident = await intended();
    const back = await resident.show(await resident.leave(), "eligible");
    const stranger = new Resident(server.url);
    const answer = await stranger.comeBack(back);
    assert.equal(answer.status, 303);
    assert.match(answer.headers.location, /^\/return#code=\d{6}$/);
    assert.equal(answer.headers["set-cookie"], undefined);
    assert.equal((await stranger.get("/api/v1/me")).status, 401);
    const me = await resident.me();
    assert.equal(me.state, "authenticating");
    assert.equal(me.identity, null);
    assert.equal(me.points.pending, 0);
    assert.equal(me.confirmation.tries_left, 5);
    const minutes = (Date.parse(me.confirmation.until) - Date.now()) / 60_000;
    assert.ok(minutes > 9 && minutes <= 10, `${minutes}`);
  });

  test("with the code of the other browser the first one is verified and applies", async () => {
    const resident = await intended();
    const code = await resident.identifyElsewhere();
    const answer = await resident.confirm(code);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json, { outcome: "verified", state: "verified" });
    const me = await resident.me();
    assert.equal(me.confirmation, null);
    assert.equal(me.points.pending, 11_000);
    assert.equal((await resident.apply(me.campaign.id)).status, 201);
  });

  for (const [card, outcome] of [["age14", "age"], ["outside", "outside"]]) {
    test(`the card "${card}" tells the first browser nothing before the code, and ${outcome} after it`, async () => {
      const resident = await intended();
      const code = await resident.identifyElsewhere(card);
      assert.equal((await resident.me()).identity, null);
      assert.deepEqual((await resident.confirm(code)).json, { outcome, state: "refused" });
    });
  }

  test("a check that identified nobody needs no code: the first browser learns of it at once", async () => {
    const resident = await intended();
    assert.equal(await resident.identifyElsewhere("cancel"), "/return");
    const me = await resident.me();
    assert.equal(me.identity.outcome, "cancelled");
    assert.equal(me.confirmation, null);
  });

  test("the same way back again shows the same code, until it was confirmed", async () => {
    const resident = await intended();
    const back = await resident.show(await resident.leave(), "eligible");
    const shown = async () => (await new Resident(server.url).comeBack(back)).headers.location;
    const first = await shown();
    assert.match(first, /^\/return#code=\d{6}$/);
    assert.equal(await shown(), first);
    assert.equal((await resident.confirm(first.slice(-6))).status, 200);
    assert.equal(await shown(), "/return");
  });

  test("ten strange browsers at once are shown one code", async () => {
    const resident = await intended();
    const back = await resident.show(await resident.leave(), "eligible");
    const answers = await Promise.all(Array.from({ length: 10 }, () => new Resident(server.url).comeBack(back)));
    const places = new Set(answers.map(({ headers }) => headers.location));
    assert.equal(places.size, 1, [...places].join(" "));
    assert.equal((await resident.confirm([...places][0].slice(-6))).json.state, "verified");
  });

  test("who sent the link cannot make the code appear", async () => {
    const sender = await intended();
    const link = await sender.leave();
    const back = await sender.show(link, "eligible"); // the victim, with a card of their own
    assert.match((await new Resident(server.url).comeBack(back)).headers.location, /#code=/);
    for (const code of ["guess", "", back.searchParams.get("code").slice(0, -1)]) {
      const tried = new URL(back);
      tried.searchParams.set("code", code);
      for (const browser of [new Resident(server.url), sender.clone()]) {
        const { headers } = await browser.comeBack(tried);
        assert.doesNotMatch(headers.location, /code/);
      }
    }
    assert.equal((await sender.me()).state, "authenticating");
    assert.equal((await sender.me()).points.pending, 0);
  });

  test("the first browser that meets the return of another lands at its journey, unverified", async () => {
    const resident = await intended();
    const back = await resident.show(await resident.leave(), "eligible");
    await new Resident(server.url).comeBack(back);
    assert.equal((await resident.comeBack(back)).headers.location, "/journey");
    assert.equal((await resident.me()).state, "authenticating");
  });

  test("another resident's code and another resident's session are worth nothing", async () => {
    const [one, two] = [await intended(), await intended()];
    const [codeOne, codeTwo] = [await one.identifyElsewhere(), await two.identifyElsewhere()];
    assert.notEqual(codeOne, codeTwo);
    const swapped = await one.confirm(codeTwo);
    assert.equal(swapped.status, 403);
    assert.equal(swapped.json.type, problem("wrong-code"));
    assert.equal(swapped.json.field, "code");
    assert.equal((await one.me()).confirmation.tries_left, 4);
    assert.equal((await two.me()).confirmation.tries_left, 5);
    assert.equal((await one.confirm(codeOne)).status, 200);
  });

  test("the return to another signed-in resident is a strange browser too", async () => {
    const [began, other] = [await intended(), await intended()];
    const back = await began.show(await began.leave(), "eligible");
    assert.match((await other.comeBack(back)).headers.location, /^\/return#code=/);
    assert.equal((await other.me()).state, "intended");
    assert.equal((await began.me()).state, "authenticating");
  });

  test("five wrong codes end the wait; the right one comes too late, and a new check goes on", async () => {
    const resident = await intended();
    const code = await resident.identifyElsewhere();
    for (let left = 4; left >= 0; left -= 1) {
      assert.equal((await resident.confirm(wrong(code))).status, 403);
      assert.equal((await resident.me()).confirmation?.tries_left ?? 0, left);
    }
    const late = await resident.confirm(code);
    assert.equal(late.status, 409);
    assert.equal(late.json.type, problem("out-of-order"));
    assert.equal((await resident.me()).state, "authenticating");
    assert.equal(await resident.identify("eligible"), "/?returned=verified");
  });

  test("a hundred codes at once get no more than five tries", async () => {
    const resident = await intended();
    const code = await resident.identifyElsewhere();
    const guesses = Array.from({ length: 100 }, (_, at) => String((Number(code) + 1 + at) % 1_000_000).padStart(6, "0"));
    const answers = await Promise.all(guesses.map((guess) => resident.clone().confirm(guess)));
    for (const { status } of answers) assert.ok(status === 403 || status === 409, `${status}`);
    assert.equal((await resident.confirm(code)).status, 409);
    assert.equal((await resident.me()).confirmation, null);
  });

  test("the right code twenty times at once verifies once", async () => {
    const resident = await intended();
    const code = await resident.identifyElsewhere();
    const answers = await Promise.all(Array.from({ length: 20 }, () => resident.clone().confirm(code)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.equal(answers.filter(({ status }) => status === 409).length, 19);
    assert.equal((await resident.me()).state, "verified");
  });

  test("a card of another account is told after the code; moving there needs the card in this browser", async () => {
    const person = { person: "card-holder-elsewhere" };
    const [older, newer] = [await intended(), await intended()];
    assert.equal(await older.identify("eligible", person), "/?returned=verified");
    const code = await newer.identifyElsewhere("eligible", person);
    assert.equal((await newer.confirm(code)).json.outcome, "linked_elsewhere");
    assert.equal((await newer.me()).identity.may_move, false);
    assert.equal((await newer.post("/api/v1/me/identity/move")).status, 409);
    assert.equal(await newer.identify("eligible", person), "/?returned=linked_elsewhere");
    assert.equal((await newer.me()).identity.may_move, true);
    assert.equal((await newer.post("/api/v1/me/identity/move")).status, 200);
  });

  for (const [what, body, field] of [
    ["letters", { code: "12a456" }, "code"],
    ["five digits", { code: "12345" }, "code"],
    ["seven digits", { code: "1234567" }, "code"],
    ["a number", { code: 123456 }, "code"],
    ["nothing", {}, "code"],
    ["an unknown member", { code: "123456", resident: "R-1" }, "resident"],
  ]) {
    test(`a confirmation with ${what} names the field and uses no try`, async () => {
      const resident = await intended();
      await resident.identifyElsewhere();
      const answer = await resident.post("/api/v1/me/identity/confirm", body);
      assert.equal(answer.status, 400);
      assert.equal(answer.json.field, field);
      assert.equal((await resident.me()).confirmation.tries_left, 5);
    });
  }

  test("a confirmation without a wait is out of order, without a session refused", async () => {
    const resident = await intended();
    assert.equal((await resident.confirm("123456")).json.type, problem("out-of-order"));
    assert.equal((await new Resident(server.url).confirm("123456")).status, 401);
  });
});

// The service's clock runs 600 times as fast: ten minutes are a second.
eachStore("a return in another browser and time", (store) => {
  test("after ten minutes the code is worth nothing, and nothing of the person is kept", async () => {
    const server = await start({ store: await store.fresh(), args: ["--clock", "2026-11-24T12:00:00+09:00*600"],
      set: { "campaign.opens": "2026-11-01T00:00:00+09:00", "campaign.closes": "2026-12-31T00:00:00+09:00" } });
    try {
      const resident = await new Resident(server.url).walkTo("intended");
      const code = await resident.identifyElsewhere();
      const { until } = (await resident.me()).confirmation ?? {};
      assert.match(until, /^2026-11-24T1\d:/);
      while ((await resident.me()).confirmation !== null);
      const late = await resident.confirm(code);
      assert.equal(late.status, 409);
      assert.equal((await resident.me()).state, "authenticating");
    } finally {
      assert.equal(await server.stop(), 0);
    }
  });
});
