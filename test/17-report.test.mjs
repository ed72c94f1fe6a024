// The report is published by operators and read by everybody; what it says stays until the next time.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { eachStore, freshDirectory, juncho, ROOT, start } from "./lib/juncho.mjs";
import { operator } from "./lib/operator.mjs";
import { Resident } from "./lib/resident.mjs";

const PUBLICATION = "/api/v1/console/report/publication";

eachStore("the published report", (store) => {
  let server, writer, viewer, anybody;
  before(async () => {
    server = await start({ store: await store.fresh() });
    [writer, viewer] = [await operator(server, "operator"), await operator(server, "viewer")];
    anybody = new Resident(server.url);
  });
  after(() => server.stop());

  test("is not there before anybody published one", async () => {
    for (const path of ["/report", "/api/v1/report.json"]) assert.equal((await anybody.get(path)).status, 404, path);
    assert.deepEqual((await viewer.get(PUBLICATION)).json, { number: 0, published_by: null, published_at: null });
  });

  test("is published by operators only, and by a plain request", async () => {
    assert.equal((await anybody.post(PUBLICATION)).status, 401);
    assert.equal((await viewer.post(PUBLICATION)).status, 403);
    assert.equal((await writer.post(PUBLICATION, { number: 5 })).json.field, "number");
    assert.equal((await writer.post(PUBLICATION)).status, 409, "nothing was counted yet");
    assert.equal((await viewer.get(PUBLICATION)).json.number, 0);
    assert.equal((await anybody.get("/report")).status, 404);
  });

  test("is the same for everybody, plain or compressed, and allows its own style alone", async () => {
    await anybody.walkTo("consented");
    const openings = async (device) => assert.equal((await device.post("/api/v1/accesses")).status, 204);
    const phone = new Resident(server.url);
    for (const device of [anybody, phone, phone]) await openings(device);
    assert.deepEqual([...phone.cookies.keys()].sort(), ["juncho-opened", "juncho-visit"]);
    phone.cookies.delete("juncho-visit"); // half an hour later
    await openings(phone);
    const published = await writer.post(PUBLICATION);
    assert.equal(published.status, 200, published.text);
    assert.equal(published.json.number, 1);
    assert.equal(published.json.published_by, writer.name);
    const page = await anybody.get("/report");
    assert.equal(page.status, 200, page.text);
    assert.match(page.headers["content-type"], /^text\/html/);
    assert.ok(page.text.includes(">12. 混雑カレンダー<"));
    const [, style] = /<style>([^]*?)<\/style>/.exec(page.text);
    const hash = createHash("sha256").update(style).digest("base64");
    assert.ok(page.headers["content-security-policy"].includes(`style-src 'sha256-${hash}'`));
    assert.doesNotMatch(page.headers["content-security-policy"], /unsafe/);
    assert.doesNotMatch(page.text, /<script|\sstyle=/);
    const packed = await anybody.get("/report", { "accept-encoding": "gzip" });
    assert.equal(packed.headers["content-encoding"], "gzip");
    assert.equal(gunzipSync(packed.bytes).toString(), page.text);
    const again = await anybody.get("/report", { "if-none-match": page.headers.etag });
    assert.equal(again.status, 304);
    const { json } = await anybody.get("/api/v1/report.json");
    assert.equal(json.participants.users, 1);
    assert.equal(json.participants.first_openings, 2);
    assert.equal(json.accesses, 3);
    assert.match(page.text, /<b>2<\/b><span>アプリを初めて開いた端末\(台\)</);
  });

  test("stays as it was until it is published again; the log says who did", async () => {
    const before = await anybody.get("/api/v1/report.json");
    await new Resident(server.url).walkTo("registered");
    assert.equal((await anybody.get("/api/v1/report.json")).text, before.text);
    await writer.expect(200, writer.post("/api/v1/console/report", { paragraphs: ["次は<予約>で分けます。"] }, {}, "PUT"));
    assert.equal((await writer.post(PUBLICATION)).json.number, 2);
    const after = await anybody.get("/api/v1/report.json");
    assert.equal(after.json.participants.users, 2);
    assert.match((await anybody.get("/report")).text, /次は&lt;予約&gt;で分けます。/);
    const log = (await viewer.get("/api/v1/console/audit?action=report.publish")).json.entries;
    assert.deepEqual(log.map((entry) => entry.operator), [writer.name, writer.name]);
  });

  test("hours that only others counted are beside its own in the heat map", async () => {
    const day = (await viewer.get("/api/v1/console/heat")).json.days.at(-2).start.slice(0, 10);
    const file = join(freshDirectory(), "arrivals.csv");
    writeFileSync(file, `start,count\n${day}T09:00,40\n${day}T09:30,2\n`);
    assert.equal((await juncho(["import", "arrivals", file, "--store", server.store])).code, 0);
    const yesterday = (await viewer.get("/api/v1/console/heat")).json.days.at(-2);
    assert.equal(yesterday.imported[9], 42);
    assert.deepEqual(yesterday.accesses, Array(24).fill(0));
  });

  test("is made one at a time: who comes meanwhile is told so, and nothing is lost", async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => writer.post(PUBLICATION)));
    const done = answers.filter(({ status }) => status === 200).length;
    assert.ok(done >= 1);
    for (const { status, text } of answers) assert.ok(status === 200 || status === 409, text);
    assert.equal((await viewer.get(PUBLICATION)).json.number, 2 + done);
  });
});

test("an imported log fills the hours that the service did not count, beside its figures", async () => {
  const folder = freshDirectory(), store = `sqlite:${join(folder, "log.db")}`, log = join(folder, "access.log");
  const run = async (...args) => {
    const { code, stdout, stderr } = await juncho([...args, "--store", store]);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const report = async () => JSON.parse(await run("report", "--json", "--out", join(folder, "report")));
  await run("simulate", join(ROOT, "plans/tokyo-2025.ini"), "--scale", "0.0002");
  const before = await report();
  const [empty, counted] = [(count) => count === 0, (count) => count > 0].map((wanted) => before.days[3].accesses_by_hour.findIndex(wanted));
  assert.ok(empty >= 0 && counted >= 0, "a small campaign has hours without anybody");
  const line = (hour, address) =>
    `192.0.2.${address} - - [18/Dec/2025:${String(hour).padStart(2, "0")}:30:00 +0900] "GET / HTTP/1.1" 200 9 "-" "phone"`;
  assert.equal(before.days[3].date, "2025-12-18");
  writeFileSync(log, [line(counted, 1), line(empty, 2), line(empty, 3)].sort().join("\n"));
  await run("import", "access-log", log);
  const after = await report();
  assert.equal(after.accesses, before.accesses);
  assert.deepEqual(after.days.map((day) => day.accesses_by_hour), before.days.map((day) => day.accesses_by_hour));
  const imported = after.days.flatMap((day, at) => day.imported_by_hour.map((count, hour) => ({ at, hour, count }))).filter(({ count }) => count > 0);
  assert.deepEqual(imported, [{ at: 3, hour: empty, count: 2 }]);
  const page = readFileSync(join(folder, "report/index.html"), "utf8");
  assert.match(page, /取り込んだ記録では2回のアクセスがありました/);
  assert.match(page, /取り込んだ記録で最も混んだのは12月18日/);
  assert.match(page, /<td>取り込み<\/td>/);
});
