// What monitoring stands on: names by Prometheus's conventions, alert rules that speak, a dashboard that shows.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { parse } from "yaml";

import { ROOT, start } from "./lib/juncho.mjs";
import { Resident } from "./lib/resident.mjs";

const RULES = join(ROOT, "deploy/prometheus");
const DASHBOARD = join(ROOT, "deploy/grafana/juncho.json");

function promtool(args, { input, cwd } = {}) {
  return new Promise((resolve) => {
    const child = execFile("promtool", args, { cwd }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, words: `${stdout}${stderr}` }));
    child.stdin.end(input);
  });
}

const named = (text) => [...new Set(text.match(/\bjuncho_\w+/g))];

describe("metrics", () => {
  let server, text, known;
  before(async () => {
    server = await start();
    await new Resident(server.url).walkTo("granted");
    ({ text } = await new Resident(server.url).get("/metrics"));
    known = new Set(text.split("\n").filter((line) => !line.startsWith("#")).map((line) => line.split(/[ {]/)[0]));
  });
  after(() => server.stop());

  test("are as promtool wants them", async () => {
    const { code, words } = await promtool(["check", "metrics"], { input: text });
    assert.equal(`${code} ${words}`, "0 ");
  });

  test("are told apart by promtool: the check itself finds what is wrong", async () => {
    const input = "# HELP juncho_wrong_total x\n# TYPE juncho_wrong_total gauge\njuncho_wrong_total 1\n";
    assert.notEqual((await promtool(["check", "metrics"], { input })).code, 0);
  });

  test("have rules that are right, speak when they must and are silent when they must not", async () => {
    assert.equal((await promtool(["check", "rules", "juncho.rules.yml"], { cwd: RULES })).code, 0);
    const { code, words } = await promtool(["test", "rules", "juncho.rules.test.yml"], { cwd: RULES });
    assert.equal(code, 0, words);
  });

  test("are all there that a rule names, and every rule is tested and says what to do", () => {
    const rules = readFileSync(join(RULES, "juncho.rules.yml"), "utf8");
    const tested = readFileSync(join(RULES, "juncho.rules.test.yml"), "utf8");
    for (const { alert, expr, annotations } of parse(rules).groups.flatMap((group) => group.rules)) {
      for (const name of named(expr)) assert.ok(known.has(name), `${alert} names ${name}`);
      assert.ok(tested.split(`alertname: ${alert}`).length >= 3, `${alert} is tested both ways`);
      assert.ok(annotations.summary && annotations.action, `${alert} says what, and what to do`);
    }
  });

  test("are all there that the dashboard shows, and no panel lies on another", () => {
    const dashboard = JSON.parse(readFileSync(DASHBOARD, "utf8"));
    const shown = named(JSON.stringify(dashboard));
    for (const name of shown) assert.ok(known.has(name), `the dashboard names ${name}`);
    const places = dashboard.panels.map(({ id, gridPos: { x, y, w } }) => ({ id, x, y, w }));
    assert.ok(places.every(({ x, w }) => x + w <= 24));
    assert.equal(new Set(places.map(({ x, y }) => `${x} ${y}`)).size, places.length);
  });
});
