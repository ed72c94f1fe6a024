// The survey, its counters and its download; calls as they happen.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { eachStore, freshDirectory, juncho, start } from "./lib/juncho.mjs";
import { operator } from "./lib/operator.mjs";
import { Resident } from "./lib/resident.mjs";

const ROWS = 60_000;
const GROWTH_KIB_MAX = 12 << 10;

const put = (resident, answers) => resident.post("/api/v1/me/survey", { answers }, {}, "PUT");
const residentKib = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);

eachStore("survey and calls", (store) => {
  let server, granted, viewer, staff;
  before(async () => {
    server = await start({ store: await store.fresh() });
    granted = [];
    for (let i = 0; i < 3; i++) {
      const resident = new Resident(server.url);
      await resident.walkTo("granted");
      granted.push(resident);
    }
    viewer = await operator(server, "viewer");
    staff = await operator(server, "operator");
  });
  after(async () => assert.equal(await server.stop(), 0));

  test("the questions are public and in the visitor's language", async () => {
    const { json } = await new Resident(server.url).get("/api/v1/survey");
    assert.ok(json.questions.length >= 3);
    assert.match(json.questions[0].text, /満足/);
    assert.equal(json.questions[0].choices.length, 5);
  });

  test("only who has a receipt may answer, and a wrong answer names its question", async () => {
    const early = new Resident(server.url);
    await early.walkTo("verified");
    assert.equal((await put(early, { satisfaction: 5 })).status, 409);
    assert.equal((await put(new Resident(server.url), { satisfaction: 5 })).status, 401);
    const wrong = await put(granted[0], { satisfaction: 9 });
    assert.equal(wrong.status, 400);
    assert.equal(wrong.json.field, "satisfaction");
    assert.equal((await put(granted[0], {})).status, 400);
    assert.equal((await granted[0].get("/api/v1/me/survey")).json.answers, null);
  });

  test("an answer is given once, may be changed, and is counted as it stands", async () => {
    assert.equal((await put(granted[0], { satisfaction: 5, difficulties: [3, 4] })).status, 201);
    assert.equal((await put(granted[1], { satisfaction: 1 })).status, 201);
    assert.equal((await put(granted[0], { satisfaction: 4, difficulties: [7] })).status, 200);
    assert.deepEqual((await granted[0].get("/api/v1/me/survey")).json.answers, { satisfaction: 4, difficulties: [7] });
    const { json } = await viewer.get("/api/v1/console/survey");
    assert.equal(json.answers, 2);
    assert.equal(json.verified, 4);
    assert.equal(json.response_rate, 0.5);
    const [satisfaction, , difficulties] = json.questions;
    assert.equal(satisfaction.answered, 2);
    assert.equal(satisfaction.top.count, 1);
    assert.equal(satisfaction.bottom.share, 0.5);
    assert.ok(satisfaction.bottom.low < 0.5 && satisfaction.bottom.high > 0.5);
    assert.equal(difficulties.answered, 1);
    assert.deepEqual(difficulties.choices.filter(({ count }) => count > 0).map(({ number }) => number), [7]);
  });

  test("answers of another tool stand beside them, and the download holds all in little memory", async () => {
    const path = join(freshDirectory(), "answers.csv");
    const lines = Array.from({ length: ROWS }, (_, i) => `${1 + (i % 5)},${1 + (i % 7)}|7,${i % 9}`);
    writeFileSync(path, `satisfaction,difficulties,age_band\n${lines.join("\n")}\n9,1,0\n`);
    const imported = await juncho(["import", "survey", path, "--store", server.store, "--json"]);
    assert.equal(imported.code, 3, imported.stderr);
    assert.equal(JSON.parse(imported.stdout).taken, ROWS);
    assert.equal((await viewer.get("/api/v1/console/survey.csv")).status, 403);
    assert.equal((await viewer.get("/api/v1/console/survey")).json.answers, ROWS + 2);
    const before = residentKib(server.pid);
    const csv = await staff.get("/api/v1/console/survey.csv");
    assert.equal(csv.status, 200);
    const rows = csv.text.trim().split("\r\n");
    assert.equal(rows.length, ROWS + 3);
    assert.equal(rows[0].split(",")[0], "age_band");
    assert.equal(rows.filter((row) => row.split(",")[1] === "5").length, ROWS / 5);
    const growth = residentKib(server.pid) - before;
    assert.ok(growth < GROWTH_KIB_MAX, `the download took ${growth} KiB`);
    const again = await juncho(["import", "survey", path, "--store", server.store, "--json"]);
    assert.equal(JSON.parse(again.stdout).taken, 0);
    const { code, stdout } = await juncho(["verify", "--store", server.store]);
    assert.equal(code, 0, stdout);
  });

  test("a half-hour of calls is taken live, by operators only, and the last word holds", async () => {
    const half = { start: "2026-02-02T09:00:00+09:00", offered: 100, answered: 40, abandoned: 60 };
    const path = "/api/v1/console/calls";
    assert.equal((await viewer.post(path, half)).status, 403);
    assert.equal((await new Resident(server.url).post(path, half)).status, 401);
    const odd = await staff.post(path, { ...half, start: "2026-02-02T09:10:00+09:00" });
    assert.equal(odd.status, 400);
    assert.equal(odd.json.field, "start");
    assert.equal((await staff.post(path, { ...half, answered: 50 })).json.field, "offered");
    for (const answered of [40, 45]) assert.equal((await staff.post(path, { ...half, answered, abandoned: 100 - answered })).status, 204);
    const { json } = await viewer.get(`${path}?from=2026-02-02&to=2026-02-03`);
    assert.equal(json.days.length, 1);
    assert.equal(json.half_hours[0].answer_rate, 0.45);
    assert.equal(json.first_two_days_share, 1);
    const { json: audit } = await viewer.get("/api/v1/console/audit?action=calls.");
    assert.equal(audit.entries.length, 2);
  });
});
