// A film at the identity check: with captions, in writing, and nowhere else.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { openBrowser, Visitor, word } from "../lib/browser.mjs";
import { start } from "../lib/juncho.mjs";
import { videosFolder } from "../lib/videos.mjs";

// A real film of some two seconds, made by the browser itself: a square that moves, as WebM.
async function filmed(browser) {
  const page = await browser.newPage();
  const bytes = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
    const pen = canvas.getContext("2d");
    let step = 0;
    const draw = () => {
      pen.fillStyle = "#1a3a8f";
      pen.fillRect(0, 0, 320, 180);
      pen.fillStyle = "#fff";
      pen.fillRect((step += 4) % 320, 60, 60, 60);
    };
    draw();
    const timer = setInterval(draw, 33);
    const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: "video/webm;codecs=vp8" });
    const parts = [];
    const over = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.ondataavailable = ({ data }) => {
      parts.push(data);
      if (parts.length === 5) recorder.stop();
    };
    recorder.start(400);
    await over;
    clearInterval(timer);
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
  });
  await page.close();
  return Buffer.from(bytes);
}

describe("a film of the city's", () => {
  let server, browser;
  before(async () => {
    browser = await openBrowser();
    const set = { "guidance.videos_dir": videosFolder({ film: await filmed(browser), file: "card.webm" }) };
    server = await start({ set });
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
    assert.ok(!asked.includes("/videos/card.webm"));
    const video = visitor.page.locator("video");
    assert.equal(await video.getAttribute("preload"), "none");
    assert.equal(await video.getAttribute("aria-label"), "カードのあて方");
    const tracks = await video.locator("track").evaluateAll((all) => all.map((one) => [one.kind, one.srclang, one.default]));
    assert.deepEqual(tracks, [["captions", "ja", true], ["captions", "en", false]]);
    await visitor.page.locator("summary", { hasText: word("video.transcript") }).click();
    await visitor.seesText("カードをあてます。");
    await visitor.looksAt("video");
    const sent = visitor.page.waitForResponse((response) => response.url().endsWith("/videos/card.webm"));
    await video.evaluate(async (element) => {
      element.muted = true;
      element.loop = true; // whoever looks late sees the first words again
      await element.play();
    });
    assert.equal((await sent).status(), 206);
    await visitor.page.waitForFunction(() => {
      const element = document.querySelector("video");
      return element.currentTime > 0.3 && element.videoWidth === 320 && element.textTracks[0].activeCues?.[0]?.text === "カードをあてます。";
    });
    await visitor.keepsPicture("video-playing");
    await visitor.press("journey.back");
    await visitor.sees("intent.title");
    assert.equal(await visitor.page.locator("video").count(), 0);
    await visitor.close();
  });
});
