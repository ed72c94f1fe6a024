// Operators write answers and announcements; residents see them within a second or so.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { eachStore, start } from "./lib/juncho.mjs";
import { figure, listen, listenOn, saying } from "./lib/listen.mjs";
import { operator } from "./lib/operator.mjs";
import { exchange, Resident } from "./lib/resident.mjs";
import { until } from "./lib/until.mjs";

const ANSWER = {
  language: "ja",
  category: "本人確認",
  question: "暗証番号を忘れました",
  keywords: "",
  answer: "市役所の1階へ。\n\n<script>alert(1)</script>",
  hidden: false,
  base_version: 0,
  reason: "窓口が変わった",
};

// Within a second where there is time for it: this is for a machine that is busy.
const SEEN_MS_MAX = 10_000;
const LISTEN_S = 1;
// A quarter of them may come from one address.
const LISTENERS_MAX = 4;
const STOP_MS_MAX = 8_000; // far less than it would be held, and than a stop may wait for requests

eachStore("the console's guidance", (store) => {
  let server, writer, viewer, resident;
  before(async () => {
    const set = { "guidance.listen_s": LISTEN_S, "guidance.listeners_max": LISTENERS_MAX };
    server = await start({ store: await store.fresh(), set });
    [writer, viewer] = [await operator(server, "operator"), await operator(server, "viewer")];
    resident = new Resident(server.url);
  });
  after(() => server.stop());

  const put = (body, slug = "pin-forgotten") => writer.post(`/api/v1/console/faq/${slug}`, body, {}, "PUT");
  const shown = async () => (await resident.get("/api/v1/faq")).json.entries.find(({ slug }) => slug === "pin-forgotten");

  test("a change is a version; it is shown soon, harmless, and its history stays", async () => {
    const answer = await put(ANSWER);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json, { version: 1 });
    const entry = await until(async () => {
      const found = await shown();
      return found.answer_html.includes("市役所の1階") && found;
    });
    assert.ok(!entry.answer_html.includes("<script"));
    assert.equal((await put(ANSWER)).status, 409);
    assert.equal((await put({ ...ANSWER, base_version: 1, hidden: true })).status, 200);
    await until(async () => (await shown()) === undefined);
    const history = await viewer.get("/api/v1/console/faq/pin-forgotten/history");
    assert.deepEqual(history.json.versions.map(({ version, hidden }) => [version, hidden]), [[2, true], [1, false]]);
    assert.equal(history.json.versions[1].reason, "窓口が変わった");
    const audit = await viewer.get("/api/v1/console/audit?action=faq.");
    assert.equal(audit.json.entries.length, 2);
    assert.equal(audit.json.entries[0].subject, "ja/pin-forgotten");
  });

  test("what is wrong names the member, and changes nothing", async () => {
    for (const [member, value] of [["question", ""], ["answer", 5], ["language", "xx"], ["base_version", -1], ["hidden", "no"]]) {
      const answer = await put({ ...ANSWER, base_version: 2, [member]: value });
      assert.equal(answer.status, 400, member);
      assert.equal(answer.json.field, member);
    }
    assert.equal((await put(ANSWER, "No-Such")).json.field, "slug");
    assert.equal((await viewer.post("/api/v1/console/faq/pin-forgotten", ANSWER, {}, "PUT")).status, 403);
  });

  test("a preview is what residents would see", async () => {
    const answer = await viewer.post("/api/v1/console/preview", { answer: "**はい**\n\n<b>no</b>" });
    assert.match(answer.json.html, /<strong>はい<\/strong>/);
    assert.ok(!answer.json.html.includes("<b>"));
  });

  test("operators see what was read, what helped, and what nobody found", async () => {
    await resident.post("/api/v1/faq/no-card/opinion", { opinion: "did-not-help" });
    await resident.get(`/api/v1/faq?q=${encodeURIComponent("らーめん 0312345678")}`);
    const overview = (await viewer.get("/api/v1/console/faq")).json;
    assert.equal(overview.entries.find(({ slug }) => slug === "no-card").did_not_help, 1);
    assert.deepEqual(overview.unfound, [{ words: "らめん 0000", count: 1 }]);
  });

  test("what was read and searched stands beside the calls of the hour, and little data is said to be little", async () => {
    const before = (await viewer.get("/api/v1/console/relief")).json;
    const sum = ({ hours }, name) => hours.reduce((all, hour) => all + hour[name], 0);
    await resident.post("/api/v1/faq/no-card/opinion", { opinion: "read" });
    await resident.get("/api/v1/faq?q=PIN");
    await resident.get("/api/v1/faq?typing=yes&q=PI");
    await resident.get("/faq?q=PIN"); // the page without script counts as well
    await resident.get("/faq?q=zzzz");
    await resident.get("/faq");
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    for (const [half, offered] of [[0, 4], [1, 3]]) {
      const start = new Date(hour + half * 1_800_000).toISOString();
      assert.equal((await writer.post("/api/v1/console/calls", { start, offered, answered: 2, abandoned: 1 })).status, 204);
    }
    const relief = (await viewer.get("/api/v1/console/relief")).json;
    assert.equal(sum(relief, "searches") - sum(before, "searches"), 3);
    assert.equal(sum(relief, "reads") - sum(before, "reads"), 1);
    const last = relief.hours.at(-1);
    assert.equal(last.calls, 7);
    const at = relief.topics.findIndex(({ name }) => name === "はじめる前に");
    assert.equal(last.reads_by_topic[at] >= 1, true);
    assert.equal(relief.topics[at].did_not_help, 1);
    const card = relief.topics.find(({ name }) => name === "本人確認"); // what a search for PIN finds first
    assert.equal(card.searches - before.topics.find(({ name }) => name === "本人確認").searches, 2);
    assert.ok((await viewer.get("/api/v1/console/faq")).json.unfound.some(({ words }) => words === "zzzz"));
    assert.equal(relief.calls, 7);
    assert.equal(relief.verdict, "too-little");
    assert.deepEqual(relief.lags.map(({ hours, r }) => [hours, r]), [[0, null], [1, null], [2, null]]);
    assert.equal((await resident.get("/api/v1/console/relief")).status, 401);
  });

  test("an announcement is told to everybody while it runs, changed, and taken back", async () => {
    const news = async () => (await resident.get("/api/v1/gate")).json.news;
    await until(async () => (await news()) === 0);
    const began = performance.now();
    const made = await writer.post("/api/v1/console/announcements", saying());
    assert.equal(made.status, 201, made.text);
    const told = async (language) => (await resident.get(`/api/v1/announcements?language=${language}`)).json.announcements;
    const [japanese] = await until(async () => ((await told("ja")).length === 1 ? told("ja") : null));
    assert.equal(japanese.title, "本人確認が混んでいます");
    await until(news); // who waits hears of it from the gate's document
    assert.ok(performance.now() - began < SEEN_MS_MAX);
    assert.equal(japanese.level, "urgent");
    const said = async (code) => (({ language, title }) => [language, title])((await told(code))[0]);
    assert.deepEqual(await said("en"), ["en", "Crowded"]);
    assert.deepEqual(await said("ko"), ["ja", "本人確認が混んでいます"]);
    const path = `/api/v1/console/announcements/${made.json.id}`;
    const change = { ...saying(), version: 1, withdrawn: true };
    assert.equal((await writer.post(path, change, {}, "PUT")).status, 200);
    assert.equal((await writer.post(path, change, {}, "PUT")).status, 409);
    await until(async () => (await told("ja")).length === 0 && (await news()) === 0);
    const all = (await viewer.get("/api/v1/console/announcements")).json.announcements;
    assert.equal(all.length, 1);
    assert.equal(all[0].withdrawn, true);
    const wrong = await writer.post("/api/v1/console/announcements", { ...saying(), ends: saying().starts });
    assert.equal(wrong.json.field, "ends");
  });

  test("a page that listens is told at once, and answered in the end", async () => {
    const known = async () => (await listen(resident)).json;
    const before = await known();
    assert.equal(before.number, 0);
    const hears = listenOn(resident, before);
    await until(async () => (await figure(server, "juncho_listeners")) === 1);
    // One address may not have all listeners: the next one is told to look again by itself.
    const refused = await until(async () => {
      const answer = await listen(resident, before);
      return answer.headers["retry-after"] !== undefined && answer;
    });
    assert.deepEqual([refused.status, refused.headers["retry-after"], refused.text], [204, "20", ""]);
    const began = performance.now();
    const made = await writer.post("/api/v1/console/announcements", saying());
    const heard = await hears;
    assert.ok(performance.now() - began < SEEN_MS_MAX);
    assert.equal(heard.headers["cache-control"], "no-store");
    assert.equal(heard.json.announcements[0].title, "本人確認が混んでいます");
    assert.ok(heard.json.number !== 0 && heard.json.edition > before.edition);
    const end = await listen(resident, heard.json);
    assert.deepEqual([end.status, end.headers["retry-after"]], [204, undefined]);
    // Who knows more than this node is not taken back to what was before, unless that lasts.
    const ahead = await listen(resident, { number: 7, edition: heard.json.edition + 1 });
    assert.equal(ahead.json.number, heard.json.number);
    assert.ok((await figure(server, "juncho_listeners_expired_total")) >= 2);
    const path = `/api/v1/console/announcements/${made.json.id}`;
    await writer.post(path, { ...saying(), version: 1, withdrawn: true }, {}, "PUT");
    assert.deepEqual((await listenOn(resident, heard.json)).json.announcements, []);
    for (const [query, field] of [["after=x", "after"], ["after=-1", "after"], ["after=1&edition=y", "edition"]]) {
      assert.equal((await resident.get(`/api/v1/announcements?${query}`)).json.field, field);
    }
  });

  test("pages without script say it too, in their language, and a cache asks again", async () => {
    const pages = ["/waiting", "/faq", "/draw", "/calendar", "/accessibility"];
    const page = (path, headers = {}) => exchange(`${server.url}${path}`, { headers: { "accept-language": "en", ...headers } });
    const quiet = await Promise.all(pages.map((path) => page(path)));
    for (const { text } of quiet) assert.match(text, /<section\s+class="news"[^>]*hidden/);
    const texts = { ja: { title: "<b>混雑</b>", body: "**順番**\n\n<script>alert(1)</script>" }, en: { title: "Crowded", body: "" } };
    const made = await writer.post("/api/v1/console/announcements", { ...saying(), texts });
    await listenOn(resident, { number: 0, edition: 0 });
    for (const [at, path] of pages.entries()) {
      const [said, japanese] = [await page(path), await page(`${path}?language=ja`)];
      assert.match(said.text, /<p class="title">[^<]*Crowded<\/p>/, path);
      assert.match(japanese.text, /【重要】&lt;b&gt;混雑&lt;\/b&gt;<\/p><p><strong>順番<\/strong>/, path);
      assert.ok(!japanese.text.includes("<script>alert"), path);
      // What was read before is never taken for what is there now.
      assert.match(said.headers["cache-control"], /^no-(cache|store)$/, path);
      if (quiet[at].headers.etag === undefined) continue;
      assert.equal((await page(path, { "if-none-match": quiet[at].headers.etag })).status, 200, path);
      assert.equal((await page(path, { "if-none-match": said.headers.etag })).status, 304, path);
    }
    const path = `/api/v1/console/announcements/${made.json.id}`;
    await writer.post(path, { ...saying(), version: 1, withdrawn: true }, {}, "PUT");
    await until(async () => (await listen(resident)).json.number === 0);
    for (const path of pages) assert.ok(!(await page(path)).text.includes("Crowded"), path);
  });

  test("what is scheduled is heard at its second", async () => {
    const before = (await listen(resident)).json;
    const startsMs = Math.ceil(Date.now() / 1000 + 0.5) * 1000; // times are kept in whole seconds
    const made = await writer.post("/api/v1/console/announcements", saying(startsMs));
    assert.equal(made.status, 201);
    const heard = await listenOn(resident, before);
    assert.equal(heard.json.announcements[0].id, made.json.id);
    assert.ok(Date.now() >= startsMs);
  });
});

test("a server that stops keeps no listener waiting", async () => {
  const server = await start();
  const listener = listen(new Resident(server.url), { number: 0, edition: 0 });
  await until(async () => (await figure(server, "juncho_listeners")) === 1);
  const began = performance.now();
  assert.equal(await server.stop(), 0);
  assert.equal((await listener).status, 204);
  assert.ok(performance.now() - began < STOP_MS_MAX);
});
