// What residents find when they look for help, and what is kept of it.
import assert from "node:assert/strict";
import { test } from "node:test";

import { eachStore, start } from "./lib/juncho.mjs";
import { exchange, Resident } from "./lib/resident.mjs";

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
    assert.deepEqual(answer.json, { language: "en", announcements: [] });
    assert.equal(await server.stop(), 0);
    server = undefined;
  });
});
