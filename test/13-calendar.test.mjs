// The calendars: planned, published as versions, shown in five forms, by command and over HTTP.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { operator } from "./lib/operator.mjs";
import { ROOT, eachStore, juncho, start } from "./lib/juncho.mjs";
import { until } from "./lib/until.mjs";

const BANDS = ["7-12", "12-20", "20-1", "1-7"];
const LEVELS = { "very busy": "大変混雑", busy: "混雑", smooth: "順調" };
const PUBLISHED = join(process.env.JUNCHO_DATA ?? join(ROOT, "../../shared/data"), "tokyo/verification-2025.json");

async function draft(args) {
  const plan = ["calendar", "--draft", "--config", "plans/tokyo.ini", "--today", "2026-01-20", "--format", "json"];
  const result = await juncho([...plan, "--store", "sqlite:none-such.db", ...args]);
  assert.equal(result.code, 0, result.stderr);
  return JSON.parse(result.stdout);
}

test("the settings of a large city give the four weeks that it published", async () => {
  const { days } = await draft([]);
  assert.equal(days.length, 28);
  days.forEach(({ date, weekday, holiday, bands }, index) => {
    const off = holiday || weekday === "土" || weekday === "日";
    const expected = index < 7 || off ? "very busy" : "busy";
    for (const { band, level } of bands) {
      if (band === "1-7") assert.notEqual(level, "very busy", date);
      else assert.equal(level, expected, `${date} ${band}`);
    }
  });
});

test("and the year that it published", { skip: existsSync(PUBLISHED) ? false : "the published figures are not here" }, async () => {
  const { year } = JSON.parse(readFileSync(PUBLISHED, "utf8")).calendar;
  const { phases } = await draft(["--view", "year"]);
  assert.equal(phases.length, year.columns.length);
  phases.forEach(({ phase, bands }, index) => {
    for (const { band, level } of bands) {
      const said = band === "1-7" ? year.night_01_07 : year.daytime_and_evening;
      assert.equal(LEVELS[level], said[index], `${phase} ${band}`);
    }
  });
});

test("wrong use is told in words", async () => {
  for (const args of [[], ["--format", "pdf"], ["--format", "json", "--series", "post"], ["--format", "json", "--view", "month"],
    ["--override", "2026-02-11=busy"], ["--override", "2026-02-11/12-20=busy"], ["--publish", "--today", "2026-02-11"]]) {
    const result = await juncho(["calendar", ...args]);
    assert.equal(result.code, 2, args.join(" "));
    assert.match(result.stderr, /juncho calendar: .*--help/);
  }
});

eachStore("calendars", (store) => {
  let server;
  const calendar = (args) => juncho(["calendar", "--store", server.store, "--set", "identity.provider=sandbox", ...args]);
  const get = (path) => fetch(server.url + path);
  before(async () => {
    server = await start({ store: await store.fresh() });
  });
  after(async () => assert.equal(await server.stop(), 0));

  test("the service publishes a first version by itself", async () => {
    const shown = await until(async () => {
      const document = await (await get("/api/v1/calendar/app")).json();
      return document.version > 0 && document;
    });
    assert.equal(shown.version, 1);
    assert.equal(shown.days.length, 28);
    assert.deepEqual(shown.days[0].bands.map(({ band }) => band), BANDS);
  });

  test("every form has its type, and a browser that has it is told so", async () => {
    const types = { "/calendar": "text/html", "/api/v1/calendar/app.ics": "text/calendar", "/api/v1/calendar/app.csv": "text/csv",
      "/api/v1/calendar/app.svg": "image/svg+xml", "/api/v1/calendar/app": "application/json" };
    for (const [path, type] of Object.entries(types)) {
      for (const view of ["weeks", "year"]) {
        const answer = await get(`${path}?view=${view}`);
        assert.equal(answer.status, 200);
        assert.ok(answer.headers.get("content-type").startsWith(type), path);
        const again = await fetch(`${server.url}${path}?view=${view}`, { headers: { "If-None-Match": answer.headers.get("etag") } });
        assert.equal(again.status, 304);
      }
    }
  });

  test("words are in the language that the address names, else the browser's; the page also follows the cookie", async () => {
    const read = async (path, headers) => (await fetch(server.url + path, { headers })).text();
    const file = "/api/v1/calendar/app";
    assert.match(await read(`${file}?language=en`), /"word":"(Quiet|Busy|Very busy)"/);
    assert.match(await read(`${file}.csv`, { "Accept-Language": "ko-KR,ko;q=0.9" }), /원활|혼잡/);
    assert.match(await read(`${file}.svg?language=zh`), /顺畅|拥挤/);
    assert.match(await read(`${file}.ics?language=en&view=year`, { "Accept-Language": "ja" }), /X-WR-CALNAME:Calendar of busy times/);
    assert.match(await read(`${file}?view=now`, { Cookie: "juncho-language=en" }), /"language":"ja"/); // a file is the same for all
    assert.match(await read("/calendar", { Cookie: "juncho-language=en", "Accept-Language": "ja" }), /<html lang="en">.*(Regular update|First publication)/s);
    assert.match(await read("/calendar?language=ja-easy"), /<rt>/);
    assert.match(await read("/calendar?language=xx"), /<html lang="ja">/);
    assert.equal((await get("/calendar")).headers.get("vary"), "Accept-Language, Cookie");
    assert.equal((await get(file)).headers.get("vary"), "Accept-Language");
    const english = await calendar(["--format", "csv", "--language", "en"]);
    assert.match(english.stdout, /Mon,7-12,/);
    assert.match((await calendar(["--format", "csv", "--language", "xx"])).stderr, /there is no language xx/);
  });

  test("how it is now is a short answer", async () => {
    const now = await (await get("/api/v1/calendar/app?view=now")).json();
    assert.ok(now.now.word.length > 0);
    assert.ok(Array.isArray(now.quiet));
    assert.match(now.advice, /。$/); // when to come, as a sentence
    assert.equal(now.days, undefined);
  });

  test("what nobody publishes is not found, and a wrong view names the field", async () => {
    assert.equal((await get("/api/v1/calendar/post")).status, 404);
    assert.equal((await get("/api/v1/calendar/app.pdf")).status, 404);
    const wrong = await get("/api/v1/calendar/app?view=month");
    assert.equal(wrong.status, 400);
    assert.equal((await wrong.json()).field, "view");
    assert.equal((await get("/calendar?series=post")).status, 400);
    const calls = await (await get("/api/v1/calendar/calls")).json();
    assert.equal(calls.version, 0);
  });

  test("an override with its reason becomes a new version, which the server shows", async () => {
    const { days } = await (await get("/api/v1/calendar/app")).json();
    const { date, bands } = days.at(-1);
    const level = bands[1].level === "very busy" ? "smooth" : "very-busy";
    const args = ["--override", `${date}/12-20=${level}`, "--reason", "近くで催しがあるため", "--publish", "--format", "json"];
    const published = await calendar(args);
    assert.equal(published.code, 0, published.stderr);
    const second = JSON.parse(published.stdout);
    assert.equal(second.version, 2);
    assert.deepEqual(second.changed.map(({ date: day, band }) => [day, band]), [[date, "12-20"]]);
    assert.match((await calendar(["--publish"])).stderr, /nothing changed since version 2/);
    const page = await until(async () => {
      const text = await (await get("/calendar")).text();
      return text.includes("第2版") && text;
    });
    assert.match(page, /近くで催しがあるため/);
    const first = JSON.parse((await calendar(["--format", "json"])).stdout);
    assert.equal(first.version, 2);
  });

  test("nothing is published for another campaign than the settings name", async () => {
    const other = await calendar(["--config", join(ROOT, "plans/tokyo.ini"), "--publish"]);
    assert.equal(other.code, 1);
    assert.match(other.stderr, /the store has no campaign tokyo, which the settings name/);
  });

  test("what the console has set holds on the command line too, unless that says otherwise", async () => {
    const admin = await operator(server, "admin");
    const name = "calendar.capacity_per_hour";
    const put = (body) => admin.post(`/api/v1/console/settings/${name}`, { ...body, reason: "確認" }, {}, "PUT");
    const { status, text } = await put({ before: "8000", value: "1" });
    assert.equal(status, 200, text);
    const levels = async (...args) => {
      const { code, stdout, stderr } = await calendar(["--draft", "--format", "json", ...args]);
      assert.equal(code, 0, stderr);
      const all = JSON.parse(stdout).days.flatMap(({ bands }) => bands.map(({ level }) => level)).filter((level) => level !== "unknown");
      return { stderr, share: (level) => all.filter((one) => one === level).length / all.length };
    };
    const held = await levels();
    assert.match(held.stderr, /calendar\.capacity_per_hour is 1, as set in the console \(not 8000\)/);
    assert.ok(held.share("very busy") > 0.9); // a band was set by hand before
    const asked = await levels("--set", `${name}=100000000`);
    assert.ok(asked.share("smooth") > 0.9);
    assert.equal((await put({ before: "1", value: "8000" })).status, 200);
  });

  test("an operator sets a level with a reason, which stands in the log, and sees how well weeks were said", async () => {
    const somebody = await operator(server, "operator");
    const { days } = await (await get("/api/v1/calendar/app")).json();
    const { date, bands } = days.at(-2);
    const level = bands[0].level === "busy" ? "smooth" : "busy";
    const cell = { series: "app", date, band: "7-12", level, reason: "窓口の工事のため" };
    const put = (body) => somebody.post("/api/v1/console/calendar/overrides", body, {}, "PUT");
    for (const [field, value] of [["band", "7-13"], ["level", "full"], ["reason", ""], ["date", "tomorrow"], ["series", "post"]]) {
      const wrong = await put({ ...cell, [field]: value });
      assert.equal(wrong.status, 400, field);
      assert.equal(wrong.json.field, field);
    }
    const viewer = await operator(server, "viewer");
    assert.equal((await viewer.post("/api/v1/console/calendar/overrides", cell, {}, "PUT")).status, 403);
    assert.equal((await put(cell)).status, 202);
    await until(async () => (await (await get("/api/v1/calendar/app")).json()).version === 3);
    const seen = (await viewer.get("/api/v1/console/calendar")).json;
    assert.equal(seen.version, 3);
    assert.equal(seen.reason, cell.reason);
    assert.ok(seen.overrides.some((one) => one.date === date && one.reason === cell.reason));
    assert.deepEqual(seen.weeks, []); // none is over yet
    assert.equal(seen.plan.profile, null);
    assert.equal(seen.plan.expected_per_day, 20000); // what a sandbox supposes
    assert.equal(seen.plan.trouble, null);
    const calls = (await viewer.get("/api/v1/console/calendar?series=calls")).json.plan;
    assert.match(calls.trouble, /no count to learn from/); // it says why there is none
    assert.ok(calls.trouble_since <= calls.looked || calls.looked === null);
    const { entries } = (await viewer.get("/api/v1/console/audit")).json;
    assert.ok(entries.some(({ action, reason }) => action === "calendar.override" && reason === cell.reason));
    const publish = { series: "app", reason: "告知を出したため" };
    assert.equal((await somebody.post("/api/v1/console/calendar/versions", publish)).status, 202);
  });

  test("an operator tries how many must answer the telephone", async () => {
    const viewer = await operator(server, "viewer");
    const plan = (await viewer.get("/api/v1/console/staff?calls=300&handle_s=300&answer_rate=0.9")).json;
    assert.ok(plan.agents > 40 && plan.answer_rate >= 0.9 && plan.scheduled > plan.agents, JSON.stringify(plan));
    const fewer = (await viewer.get(`/api/v1/console/staff?calls=300&handle_s=300&agents=${plan.agents - 20}`)).json;
    assert.ok(fewer.answer_rate < plan.answer_rate);
    const day = (await viewer.get("/api/v1/console/staff?day=300,0,12.5&handle_s=300&answer_rate=0.9")).json.plans;
    assert.deepEqual([day.length, day[0], day[1].agents], [3, plan, 0]);
    assert.equal((await viewer.get(`/api/v1/console/staff?day=${Array(97).fill(1)}`)).json.field, "day");
    const wrong = await viewer.get("/api/v1/console/staff?calls=many");
    assert.equal(wrong.status, 400);
    assert.equal(wrong.json.field, "calls");
  });
});
