// A page that listens for announcements: one request at a time, none while nobody sees it, and never a storm of them.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";

import { webModule } from "./lib/bundle.mjs";

const { listen } = await webModule("shared/listen.ts");

const KNOWN = { number: 5, edition: 9 };
const SAID = { number: 6, edition: 10, announcements: [{ id: 1, version: 1, title: "混んでいます" }] };
const MINUTES_MS = 90_000 * 1.5; // the longest pause, and the spread on top of it

// Lets everything that waits for an answer go on.
const settled = async () => {
  for (let turns = 0; turns < 3; turns += 1) await new Promise(setImmediate);
};

describe("a page that listens", () => {
  let page, asked, heard, clockMs;
  const saved = {};

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    [asked, heard, clockMs] = [[], [], 0];
    page = Object.assign(new EventTarget(), { hidden: false });
    const stubs = {
      document: page,
      addEventListener: (name, listener) => page.addEventListener(name, listener),
      performance: { now: () => clockMs },
      fetch: (address, { signal }) =>
        new Promise((resolve, reject) => {
          const { searchParams } = new URL(address, "http://localhost");
          asked.push({ query: Object.fromEntries(searchParams), signal, resolve, reject });
          signal.addEventListener("abort", () => reject(new Error("aborted")));
        }),
    };
    for (const [name, stub] of Object.entries(stubs)) {
      saved[name] = Object.getOwnPropertyDescriptor(globalThis, name);
      Object.defineProperty(globalThis, name, { value: stub, configurable: true, writable: true });
    }
  });
  afterEach(() => {
    mock.timers.reset();
    for (const [name, descriptor] of Object.entries(saved)) {
      if (descriptor === undefined) delete globalThis[name];
      else Object.defineProperty(globalThis, name, descriptor);
    }
  });

  const begin = (known = KNOWN) => listen(() => "en", (announcements) => heard.push(announcements), known);
  const answer = async (status, { said, headers = {}, afterMs = 25_000 } = {}) => {
    clockMs += afterMs;
    asked.at(-1).resolve(new Response(said === undefined ? null : JSON.stringify(said), { status, headers }));
    await settled();
  };
  const passes = async (ms) => {
    mock.timers.tick(ms);
    await settled();
  };
  const turn = (hidden) => {
    page.hidden = hidden;
    page.dispatchEvent(new Event("visibilitychange"));
    return settled();
  };

  test("says what it knows, shows what is said instead, and goes on from there", async () => {
    begin();
    assert.deepEqual(asked[0].query, { after: "5", edition: "9", language: "en" });
    await answer(200, { said: SAID });
    assert.deepEqual(heard, [SAID.announcements]);
    await passes(500);
    assert.equal(asked.length, 2);
    assert.deepEqual(asked[1].query, { after: "6", edition: "10", language: "en" });
    await answer(204);
    assert.equal(heard.length, 1);
    await passes(500);
    assert.equal(asked.length, 3);
  });

  test("a page that knows nothing asks for all, also in another language", async () => {
    const listening = begin(null);
    assert.deepEqual(asked[0].query, { language: "en" });
    await answer(200, { said: SAID, afterMs: 5 });
    assert.equal(heard.length, 1);
    listening.anew();
    assert.deepEqual(asked.at(-1).query, { language: "en" });
    await answer(200, { said: SAID, afterMs: 5 });
    assert.equal(heard.length, 2);
  });

  test("a hidden page keeps no request, and looks at once when it is seen again", async () => {
    begin();
    await turn(true);
    assert.ok(asked[0].signal.aborted);
    await passes(MINUTES_MS);
    assert.equal(asked.length, 1);
    await turn(false);
    assert.equal(asked.length, 2);
    await turn(false); // and never two at a time
    assert.equal(asked.length, 2);
    await answer(200, { said: SAID });
    assert.equal(heard.length, 1);
  });

  test("where it is not held it looks as seldom as it is told to, unless the gate knows of something", async () => {
    const listening = begin();
    await answer(204, { headers: { "Retry-After": "20" }, afterMs: 5 });
    await passes(19_000);
    assert.equal(asked.length, 1);
    listening.hint(KNOWN.number);
    assert.equal(asked.length, 1);
    listening.hint(6);
    assert.equal(asked.length, 2);
    await answer(204, { headers: { "Retry-After": "20" }, afterMs: 5 });
    await passes(30_001);
    assert.equal(asked.length, 3);
  });

  test("a server that is away, or answers without end, is asked less and less", async () => {
    begin();
    const times = [];
    for (let tries = 0; tries < 8; tries += 1) {
      if (tries % 2 === 0) asked.at(-1).reject(new Error("no line"));
      else await answer(204, { afterMs: 5 });
      await settled();
      for (times.push(0); asked.length < tries + 2; times[tries] += 500) await passes(500);
    }
    assert.ok(times[0] >= 3_000 && times[0] <= 5_000, times.join());
    assert.ok(times.at(-1) >= 60_000 && times.at(-1) <= 90_500, times.join());
    await answer(204);
    await passes(500);
    assert.equal(asked.length, 10);
  });

  test("a line that is back is used at once", async () => {
    begin();
    asked[0].reject(new Error("no line"));
    await settled();
    page.dispatchEvent(new Event("online"));
    assert.equal(asked.length, 2);
  });
});
