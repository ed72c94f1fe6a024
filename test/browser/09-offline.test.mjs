// Without a line the app opens all the same, and shows what was last confirmed, saying when that was.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { openBrowser, PHONE, POINTS, Visitor, word } from "../lib/browser.mjs";
import { start } from "../lib/juncho.mjs";

describe("without a line", () => {
  let server, browser;
  before(async () => {
    [server, browser] = await Promise.all([start(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    assert.equal(await server.stop(), 0);
  });

  test("the home screen opens with the receipt, and goes on by itself when the line is back", async () => {
    const visitor = await Visitor.open(browser, server.url, { size: PHONE, serviceWorkers: "allow" });
    await visitor.walkToJump();
    await visitor.verifies();
    await visitor.applies();
    const receipt = await visitor.page.locator(".slip .number").first().textContent();
    await visitor.page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await visitor.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await visitor.context.setOffline(true);
    await visitor.go("/");
    await visitor.seesText(word("banner.granted.title", POINTS));
    await visitor.seesText(receipt);
    await visitor.seesText(word("waiting.offline.title"));
    await visitor.looksAt("60-offline");
    await visitor.context.setOffline(false);
    await visitor.page.locator(".trouble").waitFor({ state: "detached" });
    await visitor.page.evaluate(() => localStorage.setItem("juncho.language", '"en"'));
    for (const offline of [false, true]) {
      await visitor.context.setOffline(offline);
      await visitor.go("/");
      await visitor.seesText("Receipt number");
    }
    await visitor.close();
  });
});
