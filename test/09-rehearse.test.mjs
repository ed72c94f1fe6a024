// juncho rehearse and juncho report: a short replay of made-up arrivals, counted the same on every side.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";

import { BINARY, start } from "./lib/juncho.mjs";

const folder = mkdtempSync(join(tmpdir(), "juncho-rehearse-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args) => spawnSync(BINARY, args, { cwd: folder, encoding: "utf8", timeout: 120_000 });
const store = `sqlite:${join(folder, "day.db")}`;

// A day with its peak from 19:00 to 20:00: 10 residents an hour, 150 in that one.
const PEAK = 19;
const counts = Array.from({ length: 24 }, (_, hour) => (hour === PEAK ? 150 : 10));
const residents = counts.reduce((sum, count) => sum + count, 0);
const rows = counts.map((count, hour) => `2026-06-18T${String(hour).padStart(2, "0")}:00:00+09:00,${count}`);

writeFileSync(join(folder, "day.csv"), `start,count\n${rows.join("\n")}\n`);
writeFileSync(join(folder, "plan.ini"), `[arrivals]
file = day.csv
start = 2026-06-18T00:00:00+09:00
speed = 7200
even = yes
seed = 7
[thresholds]
refused_max = 0
`);

test("a replay ends with both sides agreeing, to the last point", () => {
  const ended = run("rehearse", "plan.ini", "--store", store, "--json");
  assert.equal(ended.status, 0, ended.stderr);
  const result = JSON.parse(ended.stdout);
  assert.equal(result.started, residents);
  assert.equal(result.finished + result.left, residents);
  assert.equal(result.refused + result.lost + result.unfinished, 0);
  assert.equal(result.server_agrees, true);
  const audit = run("verify", "--store", store, "--json");
  assert.equal(audit.status, 0, audit.stdout);
  assert.equal(JSON.parse(audit.stdout).residents, residents);
});

test("the report shows the peak of the day, and the same store gives the same bytes", () => {
  const out = join(folder, "report");
  assert.equal(run("report", "--store", store, "--out", out).status, 0);
  const page = readFileSync(join(out, "index.html"), "utf8");
  assert.match(page, new RegExp(`${PEAK}時`));
  assert.equal(run("report", "--store", store, "--out", `${out}-again`).status, 0);
  assert.equal(readFileSync(join(`${out}-again`, "index.html"), "utf8"), page);
});

test("a server that runs already is rehearsed against, and its counts agree", async () => {
  writeFileSync(join(folder, "short.ini"), `[arrivals]
speed = 3600
[stages]
stage = 600 120 120
[behaviour]
`);
  const server = await start();
  try {
    const child = spawn(BINARY, ["rehearse", "short.ini", "--against", server.url, "--json"], { cwd: folder });
    const out = text(child.stdout), words = text(child.stderr);
    const [code] = await once(child, "exit");
    assert.equal(code, 0, await words);
    const result = JSON.parse(await out);
    assert.ok(result.started > 0);
    assert.equal(result.refused + result.lost + result.unfinished, 0);
    assert.equal(result.server_agrees, true);
  } finally {
    assert.equal(await server.stop(), 0);
  }
  const audit = run("verify", "--store", server.store, "--json");
  assert.equal(audit.status, 0, audit.stdout);
});

test("a threshold that does not hold is exit 1 and says which", () => {
  writeFileSync(join(folder, "strict.ini"),
    "[arrivals]\nstart = 2026-06-18T00:00:00+09:00\nspeed = 7200\n[stages]\nstage = 10 60 60\n[thresholds]\np99_ms_max = 0\n");
  const ended = run("rehearse", "strict.ini", "--store", `sqlite:${join(folder, "strict.db")}`);
  assert.equal(ended.status, 1);
  assert.match(ended.stderr, /p99/);
});

test("wrong use is exit 2: no plan, a bad plan, another host", () => {
  assert.equal(run("rehearse").status, 2);
  writeFileSync(join(folder, "bad.ini"), "[arrivals]\nfiel = x\n");
  const bad = run("rehearse", "bad.ini");
  assert.equal(bad.status, 2);
  assert.match(bad.stderr, /bad\.ini line 2.*fiel/);
  const elsewhere = run("rehearse", "plan.ini", "--against", "https://example.com");
  assert.equal(elsewhere.status, 2);
  assert.match(elsewhere.stderr, /--allow-host/);
});
