// juncho forecast on tables that say little, nothing or nonsense.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { freshDirectory, juncho } from "./lib/juncho.mjs";

const DIRECTORY = freshDirectory();
const EXPECT = ["--expected-per-day", "2400"];

const hours = (days, count) =>
  Array.from({ length: days * 24 }, (_, i) => `2026-02-${String(2 + Math.floor(i / 24)).padStart(2, "0")}T${String(i % 24).padStart(2, "0")}:00,${count(i)}`);
const table = (rows) => ["start,count", ...rows, ""].join("\n");

async function forecast(csv, ...args) {
  const path = join(DIRECTORY, "counts.csv");
  writeFileSync(path, csv);
  const { code, stdout, stderr } = await juncho(["forecast", "--csv", path, "--horizon-days", "1", "--json", ...args]);
  return { code, stderr, ...(stdout === "" ? {} : JSON.parse(stdout)) };
}

const noted = ({ notes }, words) => assert.ok(notes.some((note) => words.test(note)), JSON.stringify(notes));
const middle = ({ forecast: slots }) => slots.reduce((sum, { p50 }) => sum + p50, 0);

test("where nothing was counted the expectation is given, and called that", async () => {
  const zeros = table(hours(10, () => 0));
  for (const csv of ["", table([]), table(["2026-02-02T10:00,"]), zeros]) {
    const result = await forecast(csv, ...EXPECT);
    assert.equal(result.code, 0, result.stderr);
    assert.equal(result.forecast.length, 24);
    assert.ok(middle(result) > 800 && middle(result) < 5000, `${middle(result)}`);
    noted(result, /an expectation, not a forecast/);
  }
  noted(await forecast(zeros, ...EXPECT), /every count is zero: taken for a counter that did not count/);
  const believed = await forecast(zeros);
  assert.equal(believed.code, 0);
  assert.equal(middle(believed), 0);
  noted(believed, /every count is zero: that is all the forecast knows/);
});

test("without an expectation nothing to learn from is an error in words", async () => {
  for (const [csv, words] of [["", /the input is empty/], [table([]), /a header and no rows/], [table(["2026-02-02T10:00,"]), /no count to learn from/],
    [table(["someday,5"]), /no row can be read; line 2/], ["when,many\n2026-02-02,5\n", /no column 'start'/]]) {
    const { code, stderr } = await forecast(csv);
    assert.equal(code, 1);
    assert.match(stderr, words);
  }
});

test("one day is enough for a forecast that says how little it knows", async () => {
  const result = await forecast(table(hours(1, (i) => 10 * (i % 24))));
  assert.equal(result.code, 0);
  assert.ok(middle(result) > 500 && middle(result) < 6000);
  noted(result, /only 1 day was counted/);
  const widths = result.forecast.slice(8).map(({ p10, p90 }) => p90 / Math.max(p10, 1));
  assert.ok(Math.min(...widths) > 4, `${widths}`);
});

test("gaps, hours told twice, fractions and impossible counts are named", async () => {
  const rows = hours(14, (i) => 100 + (i % 24)).filter((_, i) => i % 50 !== 7);
  const result = await forecast(table([...rows, rows[0], "2026-02-10T07:00,-5", "2026-02-03T09:30,1.5"]));
  assert.equal(result.code, 3, result.stderr);
  for (const words of [/1 row could not be read.*-5 is not possible/, /1 row repeats/, /slots ha(s|ve) no count/, /1 count is not a whole/]) noted(result, words);
});

test("a deadline in the past is said, and the hour that spring skips is missing", async () => {
  const occasions = join(DIRECTORY, "past.ini");
  writeFileSync(occasions, "[campaign]\ndeadline = 2026-01-31\n");
  const result = await forecast(table(hours(8, () => 50)), "--occasions", occasions);
  assert.equal(result.code, 0, result.stderr);
  noted(result, /every deadline lies in the past/);
  const spring = hours(10, () => 50).map((row) => row.replace("2026-02-", "2026-03-")).filter((row) => !row.startsWith("2026-03-08T02"));
  const newYork = await forecast(table(spring), "--zone", "America/New_York");
  assert.equal(newYork.code, 0, newYork.stderr);
  noted(newYork, /1 of 240 slots has no count/);
});

test("an earlier campaign lends its profile, and that is said", async () => {
  const earlier = join(DIRECTORY, "earlier.csv");
  writeFileSync(earlier, table(hours(21, (i) => (i % 24 === 9 ? 400 : 100))));
  const result = await forecast("", ...EXPECT, "--prior", earlier);
  assert.equal(result.code, 0, result.stderr);
  noted(result, /21 days of an earlier campaign lend the shape/);
  const [eight, nine] = result.forecast.slice(8, 10);
  assert.ok(nine.p50 > 3 * eight.p50, `${nine.p50} ${eight.p50}`);
  assert.ok(nine.p90 / nine.p10 > 4 && nine.p90 / nine.p10 < 40, `${nine.p90} ${nine.p10}`);
  const days = await forecast(table(["2026-02-02,5", "2026-02-03,6"]), "--prior", earlier);
  assert.equal(days.code, 1);
  assert.match(days.stderr, /slots are of 60 minutes, those of the counts of 1440/);
});

test("for the eye a forecast is a line a day", async () => {
  const path = join(DIRECTORY, "eye.csv");
  writeFileSync(path, table(hours(21, (i) => (i % 24 === 9 ? 400 : 100))));
  const { code, stdout, stderr } = await juncho(["forecast", "--csv", path, "--horizon-days", "2", "--days", "--capacity", "300"]);
  assert.equal(code, 0, stderr);
  const [head, monday, tuesday, ...more] = stdout.trimEnd().split("\n");
  assert.match(head, /hours 0 to 23/);
  assert.match(monday, /^2026-02-23 Mon +\d+ {2}[▁-▇]{9}█[▁-▇]{14} {2}09:00 {2}\d+, \d+ {2}very busy$/);
  assert.match(tuesday, /^2026-02-24 Tue/);
  assert.deepEqual(more, []);
});
