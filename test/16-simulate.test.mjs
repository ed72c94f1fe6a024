// juncho simulate and the report of what it wrote: a campaign at a small scale on both databases, and what
// Tokyo published against the whole of it. The full size takes minutes, so that `script/test` would cut it short:
// JUNCHO_TOKYO_SCALE=1 node --test test/16-simulate.test.mjs
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { eachStore, juncho, ROOT, start } from "./lib/juncho.mjs";
import { operator } from "./lib/operator.mjs";

const folder = mkdtempSync(join(tmpdir(), "juncho-simulate-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const PLAN = join(ROOT, "plans/tokyo-2025.ini");
const SCALE = Number(process.env.JUNCHO_TOKYO_SCALE ?? 0.03);
// Published figures; they lie beside the repository where they may be had.
const PUBLISHED = process.env.JUNCHO_TOKYO_FIGURES ?? join(ROOT, "../shared/data/tokyo/verification-2025.json");

async function run(...args) {
  const ended = await juncho(args);
  assert.equal(ended.code, 0, ended.stderr);
  return ended.stdout;
}

async function report(store, name) {
  const out = join(folder, name);
  const levels = [8000, 3000, 1000].map((level) => Math.max(1, Math.round(level * SCALE)));
  for (let i = 1; i >= 0; i--) if (levels[i] <= levels[i + 1]) levels[i] = levels[i + 1] + 1;
  await run("report", "--store", store, "--levels", levels.join(","), "--out", out);
  return { out, json: JSON.parse(readFileSync(join(out, "report.json"), "utf8")) };
}

function bytesOf(out) {
  const names = readdirSync(out, { recursive: true }).filter((name) => name.includes("."));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(out, name), "latin1")]));
}

// Within five standard deviations of the share of so many.
function near(part, whole, share, what) {
  const deviation = Math.sqrt(whole * share * (1 - share));
  assert.ok(Math.abs(part - whole * share) <= 5 * deviation + 1, `${what}: ${part} of ${whole}, not ${share}`);
}

eachStore("simulate", (store) => {
  test("a simulated campaign is audited clean, and a store with residents is not simulated into", async () => {
    const url = await store.fresh();
    const sums = JSON.parse(await run("simulate", PLAN, "--scale", "0.005", "--json", "--store", url));
    const audit = JSON.parse(await run("verify", "--json", "--store", url));
    assert.equal(audit.ok, true);
    assert.equal(audit.residents, sums.residents);
    const again = await juncho(["simulate", PLAN, "--scale", "0.005", "--store", url]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /has residents already/);
  });
});

test("the report of a simulated campaign shows what Tokyo published, within sampling error", async (t) => {
  if (!existsSync(PUBLISHED)) return t.skip("the published figures are not beside the repository");
  const published = JSON.parse(readFileSync(PUBLISHED, "utf8"));
  const store = `sqlite:${join(folder, "tokyo.db")}`;
  await run("simulate", PLAN, "--scale", String(SCALE), "--store", store);
  const { json } = await report(store, "tokyo");
  const expected = published.users * SCALE;
  assert.ok(Math.abs(json.participants.users - expected) <= 5 * Math.sqrt(expected), `users ${json.participants.users}`);
  near(json.participants.verified, json.participants.users, published.linked / published.users, "verified");
  for (const [i, step] of published.abandonment_percent.entries())
    near(json.funnel[i].left, json.funnel[i].reached, step.percent / 100, step.title);
  const days = json.days.map((day) => day.accesses);
  const ends = new Set([0, 1, days.length - 2, days.length - 1]);
  const busiest = days.map((_, i) => i).sort((a, b) => days[b] - days[a]).slice(0, 4);
  assert.deepEqual(new Set(busiest), ends, "first and last two days are the busiest");
  const weekdays = json.days.slice(1, -1).filter(({ date }) => ![0, 6].includes(new Date(date).getUTCDay()));
  const hours = Array.from({ length: 24 }, (_, hour) => weekdays.reduce((sum, day) => sum + day.accesses_by_hour[hour], 0));
  const evening = hours.map((_, i) => i).sort((a, b) => hours[b] - hours[a]).slice(0, 3).sort();
  assert.deepEqual(evening, [20, 21, 22], "20:00-22:59 are the busiest hours of weekdays");
  const [satisfaction, smoothness] = json.survey.questions;
  near(satisfaction.top, satisfaction.answered, published.survey.overall.satisfied_top2_percent / 100, "satisfied");
  near(satisfaction.bottom, satisfaction.answered, published.survey.overall.dissatisfied_bottom2_percent / 100, "dissatisfied");
  near(smoothness.top, smoothness.answered, published.survey.identity_to_application.smooth_top2_percent / 100, "smooth");
  near(smoothness.bottom, smoothness.answered, published.survey.identity_to_application.not_smooth_bottom2_percent / 100, "not smooth");
  near(json.survey.answers, json.participants.verified, published.survey.responses / published.linked, "answers");
  // A few people at the telephone are worse than many: the calls are Tokyo's only at its size.
  if (SCALE < 1) return;
  const calls = published.call_centre;
  const days12 = json.calls.days.map(({ offered, answered }) => answered / offered);
  const share = json.calls.first_two_days_share * 100;
  assert.ok(Math.abs(share - calls.share_of_calls_first_two_days_percent) < 5, `calls of the first two days: ${share} %`);
  const start = json.calls.days.slice(0, 2);
  const rate = start.reduce((sum, day) => sum + day.answered, 0) / start.reduce((sum, day) => sum + day.offered, 0) * 100;
  const [low, high] = calls.answer_rate_percent_first_two_days;
  assert.ok(rate >= low && rate <= high, `answer rate of the first two days: ${rate} %`);
  for (const later of days12.slice(2)) assert.ok(later * 100 >= calls.answer_rate_percent_from_day_three_min, `later: ${later}`);
});

test("the same store gives the same bytes, in every file", async () => {
  const store = `sqlite:${join(folder, "small.db")}`;
  await run("simulate", PLAN, "--scale", "0.002", "--store", store);
  const first = bytesOf((await report(store, "one")).out), second = bytesOf((await report(store, "two")).out);
  assert.deepEqual(Object.keys(first), Object.keys(second));
  for (const name of Object.keys(first)) assert.equal(first[name], second[name], name);
  for (const name of Object.keys(first).filter((file) => file.endsWith(".csv")))
    assert.ok(first[name].startsWith("\xef\xbb\xbf"), `${name} begins with the mark by which spreadsheets know UTF-8`);
});

test("an operator's words take the place of the rules, and the log says who wrote them", async () => {
  const store = `sqlite:${join(folder, "note.db")}`;
  const server = await start({ store });
  try {
    const path = "/api/v1/console/report";
    const who = await operator(server, "operator");
    assert.deepEqual((await who.get(path)).json, { paragraphs: [], set_by: null, set_at: null });
    const bad = await who.post(path, { paragraphs: ["one\ntwo"] }, {}, "PUT");
    assert.equal(bad.status, 400, bad.text);
    assert.equal(bad.json.field, "paragraphs");
    const set = await who.post(path, { paragraphs: ["混雑は<予約>で分けます。", "次へ"] }, {}, "PUT");
    assert.equal(set.status, 200, set.text);
    assert.deepEqual(set.json.paragraphs, ["混雑は<予約>で分けます。", "次へ"]);
    assert.deepEqual((await who.get(path)).json, set.json);
    const log = (await who.get("/api/v1/console/audit?action=report.")).json.entries;
    assert.equal(log.length, 1);
    assert.match(log[0].after, /次へ/);
    const { out } = await report(store, "note");
    const page = readFileSync(join(out, "index.html"), "utf8");
    assert.match(page, /<p>混雑は&lt;予約&gt;で分けます。<\/p>\n<p>次へ<\/p>/);
    const back = await who.post(path, { paragraphs: [] }, {}, "PUT");
    assert.deepEqual(back.json.paragraphs, []);
  } finally {
    await server.stop();
  }
});
