// juncho import: what others measured is taken once, and every bad line is named.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";

import { eachStore, freshDirectory, juncho } from "./lib/juncho.mjs";
import { psql } from "./lib/postgres.mjs";

const CALLS = `start,offered,answered,abandoned,talk_s
2026-02-02T09:00+09:00,10,6,4,1800
2026-02-02T09:30+09:00,12,12,0,3000
2026-02-02T10:00+09:00,7,9,0,10
2026-02-02T10:30+09:00,eight,9,0,10
`;

// The rows of a query as arrays of texts.
async function rows(url, sql) {
  const lines = url.startsWith("sqlite:")
    ? execFileSync("sqlite3", ["-separator", "|", url.slice("sqlite:".length), sql]).toString().trim().split("\n")
    : await psql(url, sql);
  return lines.map((line) => line.split("|"));
}

function file(name, contents) {
  const path = join(freshDirectory(), name);
  writeFileSync(path, contents);
  return path;
}

async function run(...args) {
  const { code, stdout, stderr } = await juncho(["import", ...args, "--json"]);
  return { code, stderr, result: code === 2 || stdout === "" ? null : JSON.parse(stdout) };
}

const SUMS = "SELECT COUNT(*), SUM(offered), SUM(answered) FROM call_interval";

eachStore("import", (store) => {
  let url;
  before(async () => {
    url = await store.fresh();
    assert.equal((await juncho(["migrate", "--store", url])).code, 0);
  });

  test("calls are taken, and the bad lines are named", async () => {
    const path = file("calls.csv", CALLS);
    const { code, result, stderr } = await run("calls", path, "--store", url);
    assert.equal(code, 3, stderr);
    assert.equal(result.read, 4);
    assert.equal(result.taken, 2);
    assert.deepEqual(result.bad.map(({ line }) => line), [4, 5]);
    assert.match(result.bad[1].reason, /eight/);
    assert.deepEqual(await rows(url, SUMS), [["2", "22", "18"]]);
  });

  test("calls may say what they were about", async () => {
    const topics = "SELECT topic, whole, calls FROM call_topic ORDER BY topic";
    const path = file("topics.csv", "date,time,outcome,wait_s,about\n2026-01-05,9:01,answered,5,暗証番号\n2026-01-05,9:02,answered,5,苦情\n2026-01-05,9:29,abandoned,90,\n");
    const { code, result } = await run("calls", path, "--store", url, "--map", "topic=about");
    assert.deepEqual([code, result.taken], [0, 3]);
    assert.deepEqual(await rows(url, topics), [["暗証番号", "0", "1"], ["苦情", "0", "1"]].sort());
    const twice = await run("calls", file("twice.csv", "start,offered,answered,topic,Topic\n"), "--store", url);
    assert.equal(twice.code, 1);
    assert.match(twice.stderr, /line 1: the header has two columns "topic"/);
  });

  test("the same contents again change nothing, compressed or not", async () => {
    const { code, result } = await run("calls", file("again.csv.gz", gzipSync(CALLS)), "--store", url);
    assert.equal(code, 3);
    assert.equal(result.taken, 0);
    assert.equal(result.repeated, 2);
    assert.deepEqual(await rows(url, SUMS), [["2", "22", "18"]]);
  });

  test("a dry run and a strict run with a bad line change nothing", async () => {
    const path = file("other.csv", CALLS.replaceAll("2026-02-02", "2026-02-03"));
    const dry = await run("calls", path, "--store", url, "--dry-run");
    assert.equal(dry.code, 3);
    assert.equal(dry.result.taken, 2);
    const strict = await run("calls", path, "--store", url, "--strict");
    assert.equal(strict.code, 1);
    assert.equal(strict.result.taken, 0);
    assert.deepEqual(await rows(url, SUMS), [["2", "22", "18"]]);
  });
});

const LOG = [
  '192.0.2.1 - - [02/Feb/2026:10:00:00 +0900] "GET / HTTP/1.1" 200 512 "-" "phone"',
  '192.0.2.1 - - [02/Feb/2026:10:29:00 +0900] "GET /a HTTP/1.1" 304 - "-" "phone"',
  '192.0.2.2 - - [02/Feb/2026:02:05:00 +0000] "GET / HTTP/1.1" 404 9 "-" "phone"',
  "what is this",
  '192.0.2.1 - - [02/Feb/2026:11:10:00 +0900] "GET / HTTP/1.1" 503 9',
].join("\n");

eachStore("import of logs and figures", (store) => {
  let url;
  before(async () => {
    url = await store.fresh();
    assert.equal((await juncho(["migrate", "--store", url])).code, 0);
  });

  test("an access log gives requests and openings by hour, beside the server's own counts", async () => {
    const { code, result, stderr } = await run("access-log", file("access.log.gz", gzipSync(LOG)), "--store", url);
    assert.equal(code, 3, stderr);
    assert.equal(result.taken, 4);
    assert.deepEqual(result.bad.map(({ line }) => line), [4]);
    assert.deepEqual(await rows(url, "SELECT accesses, requests_2xx, requests_3xx, requests_4xx, requests_5xx, bytes FROM imported_hour ORDER BY hour_ms"), [
      ["1", "1", "1", "0", "0", "512"],
      ["2", "0", "0", "1", "1", "18"],
    ]);
    assert.deepEqual(await rows(url, "SELECT COUNT(*) FROM access_count"), [["0"]]);
  });

  test("arrivals and downloads are taken by their time", async () => {
    const arrivals = await run("arrivals", file("a.csv", "start,count\n2026-02-02T10:00,5\n2026-02-02T11:00,7\n"), "--store", url);
    assert.equal(arrivals.code, 0, arrivals.stderr);
    assert.deepEqual(await rows(url, "SELECT SUM(count), MIN(slot_ms) FROM imported_arrival"), [["12", "3600000"]]);
    const daily = await run("daily", file("d.csv", "Date,Downloads\n2026/2/2,100\n2026/2/3,\"1,200\"\n"), "--map", "date=Date,downloads_ios=Downloads", "--store", url);
    assert.equal(daily.code, 0, daily.stderr);
    assert.deepEqual(await rows(url, "SELECT SUM(value) FROM daily_figure"), [["1300"]]);
  });
});

describe("import, without a store", () => {
  test("wrong use is told apart from a file that cannot be read", async () => {
    const path = file("calls.csv", CALLS);
    assert.equal((await run("calls")).code, 2);
    assert.equal((await run("letters", path)).code, 2);
    assert.equal((await run("calls", path, "--within-s", "soon")).code, 2);
    assert.equal((await run("calls", "/nowhere.csv", "--dry-run")).code, 1);
    const unmapped = await run("calls", path, "--map", "start=Begin", "--dry-run");
    assert.equal(unmapped.code, 1);
    assert.match(unmapped.stderr, /Begin/);
  });

  test("a damaged gzip file is an error and not a short file", async () => {
    const path = file("cut.csv.gz", gzipSync(CALLS.repeat(50)).subarray(0, 60));
    const { code, stderr } = await run("calls", path, "--dry-run");
    assert.equal(code, 1);
    assert.match(stderr, /damaged|too early/);
  });
});

// A list in UTF-8 and the same in Shift_JIS.
const HOLIDAYS = "国民,名\n2026/2/12,臨時\n2026/2/16,臨時\n";
const HOLIDAYS_SJIS = Buffer.from("8d9196af2c96bc0d0a323032362f322f31322c97d58e9e0d0a323032362f322f31362c97d58e9e0d0a", "hex");

eachStore("import of holidays", (store) => {
  test("the calendar knows the new days; the same again changes nothing", async () => {
    for (const list of [HOLIDAYS, HOLIDAYS_SJIS]) {
      const url = await store.fresh();
      assert.equal((await juncho(["migrate", "--store", url])).code, 0);
      const path = file("holidays.csv", list);
      const holidays = async () => {
        const result = await juncho(["calendar", "--draft", "--config", "plans/tokyo.ini", "--store", url, "--today", "2026-01-20", "--format", "json"]);
        assert.equal(result.code, 0, result.stderr);
        return JSON.parse(result.stdout).days.filter(({ holiday }) => holiday).map(({ date }) => date);
      };
      assert.equal((await run("holidays", path, "--store", url, "--dry-run")).result.taken, 2);
      assert.deepEqual(await holidays(), ["2026-02-11", "2026-02-23"]);
      const { code, result, stderr } = await run("holidays", path, "--store", url);
      assert.equal(code, 0, stderr);
      assert.equal(result.taken, 2);
      assert.deepEqual(await holidays(), ["2026-02-12", "2026-02-16"]);
      assert.equal((await run("holidays", path, "--store", url)).result.repeated, 2);
      const rows = Array.from({ length: 336 }, (_, i) => `2026-01-${String(12 + Math.floor(i / 24)).padStart(2, "0")}T${i % 24}:00,${i >= 144 && i < 168 ? 20 : 200}`);
      const counts = file("counts.csv", ["start,count", ...rows.map((row) => row.replace(/T(\d):/, "T0$1:")), ""].join("\n"));
      const noonOf = async (which) => {
        const { code, stdout, stderr } = await juncho(["forecast", "--csv", counts, "--horizon-days", "20", "--json", "--holidays", which, "--store", url]);
        assert.equal(code, 0, stderr);
        return JSON.parse(stdout).forecast.find(({ start }) => start.startsWith("2026-02-12T12")).p50;
      };
      assert.ok((await noonOf("store")) < 0.8 * (await noonOf("japan"))); // as on a Sunday
    }
  });

  test("a list that is not one is refused in words, and nothing of it is taken", async () => {
    const refused = { "a,b\n2026/2/12,x\n2026/13/1,x\n": /line 3: '2026\/13\/1' is not a date/, "a,b\n": /no holiday/, "": /no holiday/ };
    for (const [list, words] of [...Object.entries(refused), [Buffer.from([0xff, 0xfe, 0x0a, 0x31]), /neither in Shift_JIS nor in UTF-8/]]) {
      const { code, stderr } = await run("holidays", file("bad.csv", list), "--dry-run");
      assert.equal(code, 1);
      assert.match(stderr, words);
    }
  });
});
