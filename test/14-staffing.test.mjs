// Staffing: what-if by row, the month of real calls, and plans from what a store has counted.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { BINARY, eachStore, freshDirectory, juncho, ROOT, start } from "./lib/juncho.mjs";

const DATA = process.env.JUNCHO_DATA ?? join(ROOT, "../../shared/data");
const LOG = join(DATA, "calls/anonymous-bank-january-1999.txt.gz");

test("with the people who are there it says how it would go", async () => {
  const file = join(freshDirectory(), "calls.csv");
  writeFileSync(file, "start,count,agents\n2026-02-02T09:00,1440,50\n2026-02-02T09:30,1440,70\n2026-02-02T10:00,10,many\n");
  const result = await juncho(["staff", "--csv", file, "--agents-column", "agents", "--handle-min", "1", "--patience-min", "2",
    "--redial", "0", "--json"]);
  assert.equal(result.code, 3, result.stderr);
  assert.match(result.stderr, /line 4/);
  const { rows } = JSON.parse(result.stdout);
  assert.deepEqual(rows.map(({ agents }) => agents), [50, 70]);
  assert.ok(Math.abs(1 - rows[0].answer_rate - 0.030912) < 1e-5); // Garnett, Mandelbaum and Reiman's example
  assert.ok(rows[1].answer_rate > 0.999);
});

test("Erlang A is within 3 points of a month's real hang-ups", { skip: existsSync(LOG) ? false : "the month of calls is not here" }, () => {
  const printed = execFileSync(join(ROOT, "bench/staffing/run.sh"), [DATA, BINARY], { encoding: "utf8" });
  const [, real, said] = /hung up: ([\d.]+) %; Erlang A says ([\d.]+) %/.exec(printed).map(Number);
  assert.ok(real > 10 && Math.abs(real - said) < 3, printed);
});

eachStore("forecasts of a store", (store) => {
  test("come from its openings and its calls, and say in words when there are none", async () => {
    const server = await start({ store: await store.fresh() });
    assert.equal(await server.stop(), 0);
    const from = ["--store", server.store];
    const none = await juncho(["staff", ...from]);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /no count to learn from/);
    const expected = await juncho(["staff", ...from, "--set", "calls.expected_per_day=1000", "--json"]);
    assert.equal(expected.code, 0, expected.stderr);
    const { rows } = JSON.parse(expected.stdout);
    assert.equal(rows.length, 28 * 48);
    const day = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
    const file = join(freshDirectory(), "calls.csv");
    const lines = Array.from({ length: 21 }, (_, back) => new Date(Date.parse(day) - (back + 1) * 86_400_000).toISOString().slice(0, 10))
      .flatMap((date) => ["10:00", "10:30", "14:00"].map((at) => `${date}T${at}:00+09:00,40,38,2`));
    writeFileSync(file, ["start,offered,answered,abandoned", ...lines].join("\n"));
    const imported = await juncho(["import", "calls", file, ...from]);
    assert.equal(imported.code, 0, imported.stderr);
    const planned = await juncho(["staff", ...from, "--date", day, "--json"]);
    assert.equal(planned.code, 0, planned.stderr);
    const halves = JSON.parse(planned.stdout).rows;
    assert.equal(halves.length, 48);
    const at = (clock) => halves.find((row) => row.start.includes(`T${clock}`));
    assert.ok(at("10:30").offered > 25 && at("10:30").offered < 60, JSON.stringify(at("10:30")));
    assert.ok(at("10:30").agents > at("12:00").agents);
    const forecast = await juncho(["forecast", ...from, "--series", "calls", "--horizon-days", "1", "--json"]);
    assert.equal(forecast.code, 0, forecast.stderr);
    assert.equal(JSON.parse(forecast.stdout).forecast.length, 48);
  });
});
