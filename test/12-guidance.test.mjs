// What residents find when they look for help, and what is kept of it.
import assert from "node:assert/strict";
import { test } from "node:test";

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { eachStore, freshDirectory, start } from "./lib/juncho.mjs";
import { operator } from "./lib/operator.mjs";
import { exchange, Resident } from "./lib/resident.mjs";
import { until } from "./lib/until.mjs";

const NAMED_PAGES = ["/", "/draw", "/accessibility", "/waiting", "/faq", "/calendar", "/no-such-page"];

eachStore("guidance", (store) => {
  let server;
  const reader = async () => new Resident((server ??= await start({ store: await store.fresh() })).url);

  test("all questions come with their answers as harmless HTML, and may be kept for a minute", async () => {
    const resident = await reader();
    const answer = await resident.get("/api/v1/faq?language=ja");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["cache-control"], "public, max-age=60");
    assert.ok(answer.json.entries.length >= 25);
    const pin = answer.json.entries.find(({ slug }) => slug === "pin-forgotten");
    assert.equal(pin.category, "本人確認");
    assert.match(pin.answer_html, /^<p>/);
    const easy = (await resident.get("/api/v1/faq?language=ja-easy")).json.entries.find(({ slug }) => slug === "closed");
    assert.equal(easy.question, "途中で画面を閉じました");
    assert.match(easy.question_html, /^<ruby>途中<rp>\(<\/rp><rt>とちゅう<\/rt>/);
    assert.match(easy.answer_html, /<ruby>同<rp>/);
  });

  test("a question finds its answer in any spelling", async () => {
    const resident = await reader();
    for (const query of ["ぱすわーど　わすれた", "暗証番号を忘れた", "ＰＩＮ 忘れ"]) {
      const answer = await resident.get(`/api/v1/faq?q=${encodeURIComponent(query)}`);
      assert.equal(answer.json.entries[0].slug, "pin-forgotten", query);
      assert.equal(answer.headers["cache-control"], "no-store");
    }
  });

  test("a browser at a wrong address gets a page in its language, and a program the problem", async () => {
    const resident = await reader();
    const browser = { accept: "text/html,application/xhtml+xml", "accept-language": "en" };
    for (const [path, words] of [["/no-such-page", "Page not found"], ["/report", "has not been published yet"]]) {
      const page = await exchange(`${resident.base}${path}`, { headers: browser });
      assert.equal(page.status, 404, path);
      assert.match(page.headers["content-type"], /^text\/html/);
      assert.match(page.text, new RegExp(words));
      assert.equal((await exchange(`${resident.base}${path}`)).json.status, 404);
    }
    assert.equal((await exchange(`${resident.base}/api/v1/nothing`, { headers: browser })).json.status, 404);
    assert.match((await exchange(`${resident.base}/accessibility?language=ko`)).text, /JIS X 8341-3:2016/);
    const { text: app } = await exchange(`${resident.base}/`);
    for (const code of ["ja", "ja-easy", "en", "zh", "ko"]) assert.match(app, new RegExp(`<noscript>[^]*href="/faq\\?language=${code}"[^]*</noscript>`));
  });

  test("what is not found is an empty list, and a question has its limit", async () => {
    const resident = await reader();
    const answer = await resident.get(`/api/v1/faq?q=${encodeURIComponent("天気予報 09012345678")}`);
    assert.deepEqual(answer.json.entries, []);
    const long = await resident.get(`/api/v1/faq?q=${"a".repeat(201)}`);
    assert.equal(long.status, 400);
    assert.equal(long.json.field, "q");
  });

  test("an opinion is counted, of a known question and of a known kind only", async () => {
    const resident = await reader();
    const send = (slug, opinion) => resident.post(`/api/v1/faq/${slug}/opinion`, { opinion });
    assert.equal((await send("pin-forgotten", "helped")).status, 204);
    assert.equal((await send("nothing", "helped")).status, 404);
    const wrong = await send("pin-forgotten", "great");
    assert.equal(wrong.status, 400);
    assert.equal(wrong.json.field, "opinion");
  });

  test("without announcements the list is empty", async () => {
    const resident = await reader();
    const answer = await resident.get("/api/v1/announcements?language=en");
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json, { language: "en", number: 0, edition: 0, announcements: [] });
    assert.equal(await server.stop(), 0);
    server = undefined;
  });

  test("the campaign's name stands on every page and in the manifest, in each language, as it is set now", async () => {
    const languages = join(freshDirectory(), "languages");
    mkdirSync(languages);
    writeFileSync(join(languages, "fr.json"), JSON.stringify({ "language.name": "Français", "language.tag": "fr", "campaign.name": "Points & soutien" }));
    const set = { "campaign.name": "春の応援", "campaign.name.en": "Spring <support>", "campaign.name.ja-easy": "春《はる》の応援《おうえん》", "guidance.languages_dir": languages };
    server = await start({ store: await store.fresh(), set });
    const look = (path, language, headers = {}) =>
      exchange(`${server.url}${path}`, { headers: { accept: "text/html", "accept-language": language, ...headers } });
    const brand = ({ text }) => /class="brand"[^]*?<span lang="([^"]+)">([^]*?)<\/span>/.exec(text)?.slice(1);
    const title = ({ text }) => /<title>(?:.* \| )?(.*)<\/title>/.exec(text)[1];
    for (const path of NAMED_PAGES) {
      for (const [language, tag, name] of [["ja", "ja", "春の応援"], ["en", "en", "Spring &lt;support&gt;"], ["zh", "ja", "春の応援"], ["fr", "fr", "Points &amp; soutien"]]) {
        const page = await look(path, language);
        assert.deepEqual([brand(page), title(page)], [[tag, name], name], `${path} ${language}`);
        assert.ok(!page.text.includes("<!--juncho:"), path);
      }
      const easy = await look(`${path}?language=ja-easy`, "en");
      assert.match(brand(easy)[1], /^<ruby>春<rp>.*はる.*応援/, path);
      assert.equal(title(easy), "春の応援", path);
    }
    const manifest = (language) => exchange(`${server.url}/manifest.webmanifest?language=${language}`);
    const named = async (language) => (({ name, short_name, lang }) => [name, short_name, lang])((await manifest(language)).json);
    assert.deepEqual(await named("ja"), ["春の応援", "春の応援", "ja"]);
    assert.deepEqual(await named("ja-easy"), ["春の応援", "春の応援", "ja"]);
    assert.deepEqual(await named("en"), ["Spring <support>", "Points", "en"]); // too long for a launcher
    assert.deepEqual(await named("fr"), ["Points & soutien", "ポイント申込", "fr"]);
    assert.deepEqual((await exchange(`${server.url}/api/v1/campaign`)).json.names.fr, "Points & soutien");

    const admin = await operator(server, "admin");
    const kept = (await manifest("en")).headers.etag;
    assert.equal((await exchange(`${server.url}/manifest.webmanifest?language=en`, { headers: { "if-none-match": kept } })).status, 304);
    const put = (before, value) => admin.expect(200, admin.post("/api/v1/console/settings/campaign.name.en", { before, value, reason: "確認" }, {}, "PUT"));
    await put("Spring <support>", "Spring");
    await until(async () => (await named("en"))[0] === "Spring");
    assert.deepEqual(await named("en"), ["Spring", "Spring", "en"]);
    assert.equal(title(await look("/draw", "en")), "Spring");
    assert.equal((await exchange(`${server.url}/manifest.webmanifest?language=en`, { headers: { "if-none-match": kept } })).status, 200);
    await put("Spring", "Spring <support>");
    await until(async () => (await manifest("en")).headers.etag === kept);
    assert.equal(title(await look("/", "en")), "Spring &lt;support&gt;");
    assert.equal(await server.stop(), 0);
  });

  test("without script the waiting page reads its minutes and its day as the language does", async () => {
    const set = { "gate.pace_per_min_max": 2, "gate.anonymous_per_address_per_min": 1000, "calendar.expected_per_day": 1000 };
    server = await start({ store: await store.fresh(), set, args: ["--clock", "2026-06-10T10:01:00+09:00"] });
    for (let i = 0; i < 40; i++) await new Resident(server.url).expect(201, new Resident(server.url).post("/api/v1/gate/tickets", {}));
    const visitor = new Resident(server.url);
    await visitor.expect(303, visitor.send("/waiting", { method: "POST", headers: { origin: server.url } }));
    const page = async (language) => (await visitor.get(`/waiting?language=${language}`)).text;
    const easy = await until(async () => {
      const text = await page("ja-easy");
      return text.includes('data-quiet="some"') && /data-phase="waiting"/.test(text) && text;
    });
    const minutes = [...easy.matchAll(/(\d+)<ruby>分<rp>\(<\/rp><rt>(..)<\/rt>/g)].filter(([, number]) => Number(number) > 0);
    assert.ok(minutes.length >= 3, easy);
    for (const [, number, reading] of minutes) assert.equal(reading, /[2579]$/.test(number) ? "ふん" : "ぷん", number);
    assert.match(easy, /6<ruby>月<rp>\(<\/rp><rt>がつ<\/rt><rp>\)<\/rp><\/ruby>(<ruby>1[01]日<rp>\(|1[01]<ruby>日<rp>\()/);
    assert.match(await page("en"), /the next quiet time is likely to be 1[01] Jun, \d+:00 to \d+:00\./);
    assert.equal(await server.stop(), 0);
  });
});
