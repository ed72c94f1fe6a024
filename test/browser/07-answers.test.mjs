// Somebody looks for help: while typing, without script, and in every look.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { DESKTOP, openBrowser, PHONE, Visitor, word } from "../lib/browser.mjs";
import { start } from "../lib/juncho.mjs";

describe("questions and answers", () => {
  let server, browser;
  before(async () => {
    [server, browser] = await Promise.all([start(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    assert.equal(await server.stop(), 0);
  });

  for (const [size, theme] of [[PHONE, "light"], [DESKTOP, "dark"]]) {
    test(`answers come while one types, at ${size.width} px in ${theme}`, async () => {
      const visitor = await Visitor.open(browser, server.url, { size, colorScheme: theme });
      await visitor.go("/faq");
      await visitor.looksAt(`answers-all`);
      await visitor.page.getByRole("searchbox").fill("ぱすわーど わすれた");
      const answer = visitor.page.locator("#results details").first();
      await answer.locator("summary", { hasText: "暗証番号を忘れました" }).waitFor();
      const opinion = visitor.page.waitForResponse((response) => response.url().includes("/pin-forgotten/opinion"));
      await visitor.page.getByRole("button", { name: word("faq.yes") }).first().click();
      assert.equal((await opinion).status(), 204);
      await visitor.seesText(word("faq.thanks"));
      await visitor.looksAt(`answers-found`);
      await visitor.page.getByRole("searchbox").fill("らーめん屋");
      await visitor.page.locator("#none .title").waitFor();
      await visitor.looksAt(`answers-none`);
      await visitor.close();
    });
  }

  test("without script the same page works as a form", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, baseURL: server.url, locale: "ja-JP" });
    const page = await context.newPage();
    await page.goto("/faq");
    await page.getByRole("searchbox").fill("<b>\"3回まちがえた");
    await page.getByRole("button", { name: word("faq.action") }).click();
    assert.equal(await page.getByRole("searchbox").inputValue(), "<b>\"3回まちがえた");
    assert.equal(await page.locator("#results details").first().getAttribute("id"), "pin-locked");
    assert.equal(await page.locator("b").count(), 0);
    await page.goto("/faq?q=zzz");
    assert.ok(await page.locator("#none").isVisible());
    await context.close();
  });
});
