// The identity check: every card, every way back, and what strangers try.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { eachStore, juncho, start } from "./lib/juncho.mjs";
import { Resident } from "./lib/resident.mjs";

eachStore("the identity check", (store) => {
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

  test("the address of the provider carries what the protocol asks for", async () => {
    const address = await (await intended()).leave();
    const query = Object.fromEntries(address.searchParams);
    assert.match(address.pathname, /\/protocol\/openid-connect\/auth$/);
    assert.equal(query.response_type, "code");
    assert.equal(query.code_challenge_method, "S256");
    assert.match(query.code_challenge, /^[\w-]{43}$/);
    assert.match(query.state, /^[\w-]{20,}$/);
    assert.match(query.nonce, /^[\w-]{20,}$/);
    assert.match(query.scope, /^openid\b/);
    assert.equal(query.redirect_uri, `${server.url}/identity/callback`);
  });

  for (const [card, outcome, state] of [
    ["eligible", "verified", "verified"],
    ["age14", "age", "refused"],
    ["outside", "outside", "refused"],
    ["expired", "certificate", "authenticating"],
    ["cancel", "cancelled", "authenticating"],
    ["pinlocked", "card_trouble", "authenticating"],
  ]) {
    test(`the card "${card}" comes back as ${outcome}`, async () => {
      const resident = await intended();
      assert.equal(await resident.identify(card), `/?returned=${outcome}`);
      const me = await resident.me();
      assert.equal(me.state, state);
      assert.equal(me.identity.outcome, outcome);
      assert.match(me.identity.at, /\+09:00$/);
    });
  }

  for (const card of ["cancel", "pinlocked", "expired"]) {
    test(`after "${card}" the resident goes on at once with a good card`, async () => {
      const resident = await intended();
      await resident.identify(card);
      assert.equal(await resident.identify("eligible"), "/?returned=verified");
      assert.equal((await resident.me()).state, "verified");
    });
  }

  test("the same way back twice leads to the same page", async () => {
    const resident = await intended();
    const back = await resident.show(await resident.leave(), "eligible");
    const first = await resident.comeBack(back);
    const again = await resident.comeBack(back);
    assert.equal(first.headers.location, "/?returned=verified");
    assert.equal(again.status, 303);
    assert.equal(again.headers.location, "/?returned=verified");
    assert.equal((await resident.me()).state, "verified");
  });

  test("the same way back twenty times at once verifies once", async () => {
    const resident = await intended();
    const back = await resident.show(await resident.leave(), "eligible");
    const answers = await Promise.all(Array.from({ length: 20 }, () => resident.clone().comeBack(back)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [303]);
    assert.equal((await resident.me()).state, "verified");
  });

  test("an old way back after a newer one was used still harms nothing", async () => {
    const resident = await intended();
    const old = await resident.show(await resident.leave(), "eligible");
    assert.equal(await resident.identify("eligible"), "/?returned=verified");
    assert.equal((await resident.comeBack(old)).status, 303);
    assert.equal((await resident.me()).state, "verified");
  });

  test("unknown parameters on the way back are tolerated", async () => {
    const resident = await intended();
    const back = await resident.show(await resident.leave(), "eligible");
    back.searchParams.set("session_state", "abc");
    back.searchParams.set("iss", "https://anything.example");
    assert.equal((await resident.comeBack(back)).headers.location, "/?returned=verified");
  });

  for (const [what, change] of [
    ["no state", (query) => query.delete("state")],
    ["a state that is garbage", (query) => query.set("state", "garbage")],
    ["a state with one letter changed", (query) => {
      const state = query.get("state");
      query.set("state", (state[0] === "A" ? "B" : "A") + state.slice(1));
    }],
    ["no code and no error", (query) => query.delete("code")],
  ]) {
    test(`a way back with ${what} is unknown and changes nothing`, async () => {
      const resident = await intended();
      const back = await resident.show(await resident.leave(), "eligible");
      change(back.searchParams);
      const answer = await resident.comeBack(back);
      assert.equal(answer.status, 303);
      assert.equal(answer.headers.location, "/?returned=unknown");
      assert.equal((await resident.me()).state, "authenticating");
    });
  }

  test("a code that the provider never gave verifies nobody", async () => {
    const resident = await intended();
    const back = await resident.show(await resident.leave(), "eligible");
    back.searchParams.set("code", "forged");
    assert.equal((await resident.comeBack(back)).status, 303);
    assert.equal((await resident.me()).state, "authenticating");
  });

  test("the code of one resident is worth nothing with the state of another", async () => {
    const [thief, victim] = [await intended(), await intended()];
    const stolen = await victim.show(await victim.leave(), "eligible");
    const own = await thief.show(await thief.leave(), "eligible");
    own.searchParams.set("code", stolen.searchParams.get("code"));
    assert.equal((await thief.comeBack(own)).status, 303);
    assert.equal((await thief.me()).state, "authenticating");
  });

  test("a card that another account holds is not taken, and its holder may move there", async () => {
    const first = await intended();
    const back = await first.show(await first.leave(), "eligible", { person: "card-holder-1" });
    assert.equal((await first.comeBack(back)).headers.location, "/?returned=verified");
    const second = await intended();
    const foreign = await second.show(await second.leave(), "eligible", { person: "card-holder-1" });
    assert.equal((await second.comeBack(foreign)).headers.location, "/?returned=linked_elsewhere");
    const me = await second.me();
    assert.equal(me.state, "authenticating");
    assert.equal(me.identity.outcome, "linked_elsewhere");
    assert.equal((await second.post("/api/v1/me/identity/move")).status, 200);
    assert.equal((await second.me()).resident, (await first.me()).resident);
    assert.equal((await second.me()).state, "verified");
  });

  test("nobody moves to another account without the card", async () => {
    const resident = await intended();
    const answer = await resident.post("/api/v1/me/identity/move");
    assert.equal(answer.status, 409);
    assert.equal(answer.json.type, "urn:juncho:problem:out-of-order");
  });

  test("ten accounts with one card at once: one has it", async () => {
    const residents = await Promise.all(Array.from({ length: 10 }, intended));
    const person = { person: "card-holder-2" };
    const pages = await Promise.all(residents.map((resident) => resident.identify("eligible", person)));
    assert.equal(pages.filter((page) => page === "/?returned=verified").length, 1, pages.join(" "));
    assert.equal(pages.filter((page) => page === "/?returned=linked_elsewhere").length, 9, pages.join(" "));
  });

  test("neither log nor answer tells a name, an address or a birth date", async () => {
    const resident = await intended();
    await resident.identify("eligible");
    const me = JSON.stringify(await resident.me());
    for (const words of [me, server.stderr, server.stdout])
      assert.doesNotMatch(words, /東京都[^"]*区|birthdate|西新宿|19\d\d-\d\d-\d\d/);
  });
});
