// A film at the identity check: with captions, in writing, and nowhere else.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { openBrowser, Visitor, word } from "../lib/browser.mjs";
import { start } from "../lib/juncho.mjs";
import { videosFolder } from "../lib/videos.mjs";

describe("a film of the city's", () => {
  let server, browser;
  before(async () => {
    const set = { "guidance.videos_dir": videosFolder({ film: Buffer.from("no film, but a file") }) };
    [server, browser] = await Promise.all([start({ set }), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    assert.equal(await server.stop(), 0);
  });

  test("stands at its step, loads nothing before it is opened, and can be read", async () => {
    const visitor = await Visitor.open(browser, server.url);
    const asked = [];
    visitor.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await visitor.walkToJump();
    const summary = visitor.page.locator("summary", { hasText: word("video.watch", { title: "カードのあて方" }) });
    await summary.waitFor();
    assert.deepEqual(asked.filter((path) => path.startsWith("/videos/")), []);
    const poster = visitor.page.waitForResponse((response) => response.url().endsWith("/videos/card.png"));
    await summary.click();
    assert.equal((await poster).status(), 200);
    assert.ok(!asked.includes("/videos/card.mp4"));
    const video = visitor.page.locator("video");
    assert.equal(await video.getAttribute("preload"), "none");
    assert.equal(await video.getAttribute("aria-label"), "カードのあて方");
    const tracks = await video.locator("track").evaluateAll((all) => all.map((one) => [one.kind, one.srclang, one.default]));
    assert.deepEqual(tracks, [["captions", "ja", true], ["captions", "en", false]]);
    await visitor.page.locator("summary", { hasText: word("video.transcript") }).click();
    await visitor.seesText("カードをあてます。");
    await visitor.looksAt("video");
    await visitor.press("journey.back");
    await visitor.sees("intent.title");
    assert.equal(await visitor.page.locator("video").count(), 0);
    await visitor.close();
  });
});
