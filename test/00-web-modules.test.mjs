// The place that a page computes from the public document, and what it shows of it: calm, honest, never growing silently.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { webModule } from "./lib/bundle.mjs";
import { ROOT } from "./lib/juncho.mjs";

const { isKnown, lookAgainS, peopleAhead, turnHasCome, waitOf } = await webModule("shared/place.ts");
const { show, spanOf, tellingOf } = await webModule("shared/shown.ts");

const START_S = 1770000000;

function document(changes = {}) {
  return {
    state: "queueing",
    now: START_S + 600,
    watermark: { second: START_S + 100, rank: 5 },
    passed: 1005,
    waiting: 4000,
    nodes: 1,
    epoch: 1,
    pace_per_min: 600,
    news: 0,
    arrivals: [
      [START_S + 100, 1000],
      [START_S + 200, 3000],
      [START_S + 600, 5005],
    ],
    wait: [
      [START_S + 100, 0, 0],
      [START_S + 600, 400, 500],
    ],
    look_again_s: [
      [0, 2],
      [300, 3],
      [1200, 10],
    ],
    message: "",
    ...changes,
  };
}

const spot = (second, rank = 0) => ({ second: second === 0 ? 0 : START_S + second, rank });

describe("a place from the public document", () => {
  test("people ahead are those who came before, less those who are in", () => {
    assert.equal(peopleAhead(document(), spot(150)), 2000 - 1005);
    assert.equal(peopleAhead(document(), spot(150, 7)), 2007 - 1005);
    assert.equal(peopleAhead(document(), spot(600)), 4000);
  });

  test("a rank counts once a node, and never beyond the people of its second", () => {
    assert.equal(peopleAhead(document({ nodes: 3 }), spot(150, 4)), 2012 - 1005);
    assert.equal(peopleAhead(document(), spot(150, 4000)), 2020 - 1005);
  });

  test("a document from before the end of a place's second does not know it, unless the clock was set back", () => {
    assert.equal(isKnown(document(), spot(599)), true);
    assert.equal(isKnown(document(), spot(600)), false);
    assert.equal(isKnown(document(), spot(4000)), true);
    assert.equal(isKnown(document({ watermark: spot(700) }), spot(600)), true);
    assert.equal(isKnown(document(), spot(0, 5)), true);
  });

  test("whoever stands before the watermark has nobody ahead", () => {
    assert.equal(turnHasCome(document(), spot(100, 4)), true);
    assert.equal(turnHasCome(document(), spot(100, 5)), false);
    assert.equal(turnHasCome(document(), spot(0, 4_000_000_000)), true);
    assert.equal(peopleAhead(document(), spot(99, 9)), 0);
  });

  test("a place of the draw stands by its rank", () => {
    const drawn = document({
      watermark: { second: 0, rank: 0 },
      passed: 0,
      arrivals: [
        [0, 0],
        [1, 8000],
        [START_S, 8000],
      ],
    });
    assert.equal(peopleAhead(drawn, spot(0, 2 ** 31)), 4000);
    assert.equal(turnHasCome(drawn, spot(0, 0)), false);
  });

  test("the wait lies between those of its neighbours, and is unknown while nobody gets in", () => {
    const { p50S, p90S } = waitOf(document(), spot(350));
    const share = (peopleAhead(document(), spot(350)) + 5) / 4005;
    assert.ok(Math.abs(p50S - 400 * share) < 1e-9 && Math.abs(p90S - 500 * share) < 1e-9, `${p50S} ${p90S}`);
    assert.equal(waitOf(document({ wait: [] }), spot(350)), null);
  });

  test("of many who came in one second the last one waits longer than the first", () => {
    const burst = document({ watermark: { second: 0, rank: 0 }, passed: 0, waiting: 12,
      arrivals: [[0, 0], [START_S, 0], [START_S + 1, 12]], wait: [[0, 0, 0], [START_S, 0, 0], [START_S + 1, 120, 180]] });
    assert.equal(waitOf(burst, spot(1, 0)).p50S, 120);
    assert.equal(waitOf(burst, { second: START_S, rank: 6 }).p50S, 60);
  });

  test("whoever stands further back looks less often", () => {
    assert.deepEqual([0, 299, 300, 5000].map((ahead) => lookAgainS(document(), ahead)), [2, 2, 3, 10]);
    const seldom = { look_again_s: [[0, 2], [10, 180]] };
    assert.equal(lookAgainS(document(seldom), 4000), 180);
  });
});

describe("the span in words", () => {
  const cases = [
    [10, 40, "soon", 0, 1],
    [40, 170, "within", 0, 3],
    [200, 400, "minutes", 3, 7],
    [1230, 2050, "minutes", 20, 35],
    [1200, 1200, "minutes", 20, 25],
    [3300, 5000, "hours", 55, 90],
    [11000, 15000, "hours", 180, 270],
  ];
  for (const [p50S, p90S, kind, low, high] of cases) {
    test(`${p50S} to ${p90S} seconds: ${kind}, ${low} to ${high} minutes`, () => {
      assert.deepEqual(spanOf({ p50S, p90S }), { kind, low, high });
    });
  }
});

describe("what is shown", () => {
  const waits = (p50, p90) => ({ wait: [[START_S, p50, p90]] });

  test("numbers rest for five seconds, the turn does not wait for them", () => {
    const first = show(null, document(), spot(350), 0);
    const moved = document({ passed: 1500 });
    assert.equal(show(first, moved, spot(350), 4999), first);
    assert.ok(show(first, moved, spot(350), 5000).ahead < first.ahead);
    const turn = show(first, document({ watermark: spot(400) }), spot(350), 100);
    assert.deepEqual([turn.phase, turn.progress], ["turn", 1]);
  });

  test("an estimate that trembles never makes a number grow", () => {
    let shown = show(null, document(waits(1250, 2000)), spot(350), 0);
    let previous = shown;
    for (let i = 1; i < 200; i += 1) {
      const tremble = 1 + 0.05 * Math.sin(i * 1.7);
      const wait = waits((1250 - 3 * i) * tremble, (2000 - 4 * i) * tremble);
      const passed = 1005 + Math.round(4 * i + 15 * Math.sin(i * 2.3));
      shown = show(previous, document({ ...wait, passed, now: START_S + 600 + 3 * i }), spot(350), i * 6000);
      assert.ok(shown.ahead <= previous.ahead, `ahead at ${i}`);
      assert.ok(shown.span.high <= previous.span.high, `high at ${i}`);
      assert.ok(shown.span.low <= previous.span.low, `low at ${i}`);
      assert.ok(shown.progress >= previous.progress, `progress at ${i}`);
      assert.equal(shown.reason, null, `reason at ${i}`);
      previous = shown;
    }
    assert.ok(shown.span.high < 25);
  });

  test("a real delay is shown with its reason, for a minute", () => {
    const first = show(null, document(waits(1250, 2000)), spot(350), 0);
    const slower = show(first, document(waits(2000, 3000)), spot(350), 6000);
    assert.deepEqual([slower.reason, slower.span.high], ["slower", 50]);
    assert.ok(slower.turnAtS > first.turnAtS);
    const later = show(slower, document(waits(1990, 2990)), spot(350), 20_000);
    assert.equal(later.reason, "slower");
    assert.equal(show(later, document(waits(1900, 2900)), spot(350), 70_000).reason, null);
  });

  test("a clock time that has gone by is not shown again", () => {
    const first = show(null, document(waits(60, 120)), spot(350), 0);
    const now = first.turnAtS + 5;
    const later = show(first, document({ ...waits(30, 100), now }), spot(350), 60_000);
    assert.ok(later.turnAtS > now);
    assert.equal(later.reason, null);
    assert.equal(show(first, document({ ...waits(90, 110), now }), spot(350), 60_000).reason, "slower");
  });

  test("a line that was begun anew says so, and keeps saying it for a while", () => {
    const first = show(null, document(), spot(350), 0);
    const again = show(first, document({ epoch: 2, passed: 0 }), spot(350), 6000);
    assert.equal(again.reason, "anew");
    assert.ok(again.ahead > first.ahead);
    assert.equal(show(again, document({ epoch: 2, passed: 0 }), spot(350), 20 * 60_000).reason, "anew");
    assert.equal(show(again, document({ epoch: 2, passed: 0 }), spot(350), 40 * 60_000).reason, null);
  });

  test("paused: nobody is told a time; closed and the draw have their own words", () => {
    const paused = show(null, document({ state: "paused" }), spot(350), 0);
    assert.deepEqual([paused.phase, paused.span.kind, paused.turnAtS], ["still", "unknown", 0]);
    assert.equal(show(null, document({ state: "closed" }), spot(350), 0).phase, "closed");
    assert.equal(show(null, document({ state: "closed" }), spot(0, 9), 0).phase, "draw");
    assert.equal(show(null, document({ wait: [] }), spot(350), 0).span.kind, "unknown");
  });

  test("a reader is told at milestones, not at each tick", () => {
    let shown = show(null, document(waits(1800, 2400)), spot(350), 0);
    const told = new Set([tellingOf(shown)]);
    for (let i = 1; i <= 180; i += 1) {
      const wait = waits(1800 - 10 * i, Math.max(2400 - 13 * i, 30));
      shown = show(shown, document({ ...wait, now: START_S + 600 + 10 * i }), spot(350), i * 10_000);
      told.add(tellingOf(shown));
    }
    assert.ok(told.size >= 4 && told.size <= 7, `${told.size} announcements in half an hour`);
  });
});

const { commitmentOf, pseudonymOf, rankOf } = await webModule("shared/lottery.ts");
const { sameSite } = await webModule("shared/return.ts");

// The same vectors as in src/gate/draw_test.c, computed by Python's hashlib and hmac.
describe("the draw, recomputed in a browser", () => {
  const secret = Buffer.from(Array.from({ length: 32 }, (_, i) => i)).toString("hex");

  test("commitment and ranks are those of the server", async () => {
    assert.equal(await commitmentOf(secret), "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd");
    assert.equal(await rankOf(secret, "2026-points", "R-7K3M-0001"), 0x5c03a51c);
    assert.equal(await rankOf(secret, "2026-points", "R-7K3M-0002"), 0xe55c978a);
  });

  test("a number is taken however it was typed", () => {
    const wide = "Ｒ－７Ｋ３Ｍ－０２ＫＥ－ＹＤ５１";
    const others = [" r-7k3m-02ke-yd51 ", "R‐7K3Mー02KE-YD5I", "7K3M O2KE YD51", "r7k3m02keyd51'", "RR3M-02KE-YD51"];
    for (const typed of ["R-7K3M-02KE-YD51", wide, ...others.slice(0, 4)]) assert.equal(pseudonymOf(typed), "R-7K3M-02KE-YD51");
    assert.equal(pseudonymOf(others[4]), "R-RR3M-02KE-YD51"); // twelve that begin with R are whole
    for (const typed of ["", "R-7K3M-02KE", "R-7K3M-02KE-YD5U", "J-7K3M-02KE-YD51"]) assert.equal(pseudonymOf(typed), null);
  });
});

describe("the way back from the waiting page", () => {
  const origin = "https://city.example";
  for (const address of ["/", "/apply?step=2&x=%2F#top", "/a/b"]) {
      test(`${address} is a path of this site`, () => assert.equal(sameSite(address, origin), address));
  }
  const foreign = ["//evil.example/", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "evil", "", null];
  for (const address of [...foreign, "/\t/evil.example", "/\n/evil.example", "/..//evil.example/"]) {
    test(`${JSON.stringify(address)} leads nowhere else`, () => {
      const path = sameSite(address, origin);
      assert.equal(new URL(path, origin).origin, origin);
      assert.ok(!path.startsWith("//"), path);
    });
  }
});

describe("the words of a language", () => {
  const words = (code) => JSON.parse(readFileSync(join(ROOT, `web/messages/${code}.json`), "utf8"));

  // The app's words as a browser has them in which this language was chosen before.
  async function spoken(t, code) {
    const before = Object.fromEntries(["document", "fetch", "localStorage"].map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]));
    const put = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    put("document", { documentElement: {}, querySelector: () => null });
    put("localStorage", { getItem: () => JSON.stringify(code) });
    put("fetch", async () => ({ ok: true, json: async () => words(code) }));
    Object.defineProperty(globalThis, "navigator", { value: { languages: [code] }, configurable: true });
    t.after(() => Object.entries(before).forEach(([name, was]) => (was ? Object.defineProperty(globalThis, name, was) : delete globalThis[name])));
    const module = await webModule("app/words.ts");
    await module.languageStart();
    return module;
  }

  test("one point is no points, and every number with a noun in English has both forms", async (t) => {
    const { word } = await spoken(t, "en");
    assert.deepEqual([0, 1, 2].map((points) => word("card.points.unit", { points })), ["points", "point", "points"]);
    for (const [key, text] of Object.entries(words("en"))) {
      assert.doesNotMatch(text, /\{\w+\} (points|people|persons|minutes|hours|seconds|days|places|tries)\b/, key);
      if (/\{\w+\|/.test(text)) assert.notEqual(word(key, { [/\{(\w+)\|/.exec(text)[1]]: 1 }), text, key);
    }
  });

  test("the era stands in letters that readers of the language know", async (t) => {
    const era = async (code) => (await spoken(t, code)).eraDateText("2026-02-02T13:00:00+09:00");
    assert.deepEqual([await era("ja-easy"), await era("en"), await era("zh"), await era("ko")],
      ["令和8年2月2日", "Reiwa 8", "令和8年2月2日", "레이와 8년 2월 2일"]);
  });

  test("a time is written in one form, early in the day too", async (t) => {
    for (const code of ["ja-easy", "en", "zh", "ko"]) {
      assert.equal((await spoken(t, code)).clockText("2026-02-02T06:40:00+09:00"), "6:40", code);
    }
  });
});
