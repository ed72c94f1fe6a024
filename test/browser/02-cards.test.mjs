// Every way of coming back from the identity app: what happened, that nothing is lost, one thing to do.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { BOTH, DESKTOP, openBrowser, Visitor, word } from "../lib/browser.mjs";
import { start } from "../lib/juncho.mjs";

const AGAIN = { cancel: "cancelled", pinlocked: "card_trouble", expired: "certificate" };
const REFUSED = { age14: "age", outside: "outside" };

describe("coming back from the provider", () => {
  let server, browser;
  before(async () => {
    [server, browser] = await Promise.all([start(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    assert.equal(await server.stop(), 0);
  });

  for (const [card, outcome] of Object.entries(AGAIN)) {
    test(`the card "${card}": the words, and then once more with another card`, async () => {
      const visitor = await Visitor.open(browser, server.url, { sizes: BOTH });
      await visitor.walkToJump();
      await visitor.identify(card);
      await visitor.sees(`result.${outcome}.title`);
      await visitor.looksAt(`21-${card}`);
      await visitor.page.reload();
      await visitor.sees(`result.${outcome}.title`);
      await visitor.verifies();
      await visitor.close();
    });
  }

  for (const [card, outcome] of Object.entries(REFUSED)) {
    test(`the card "${card}": not eligible, and why`, async () => {
      const visitor = await Visitor.open(browser, server.url, { sizes: BOTH });
      await visitor.walkToJump();
      await visitor.identify(card);
      await visitor.sees(`refused.${outcome}.title`);
      await visitor.looksAt(`22-${card}`);
      await visitor.page.getByRole("link", { name: word("page.toHome") }).click();
      await visitor.seesText(word("banner.refused.title"));
      await visitor.looksAt("23-home-refused");
      await visitor.page.reload();
      await visitor.seesText(word("banner.refused.title"));
      await visitor.close();
    });
  }

  test("who never comes back finds at home where it went on, and what usually helps", async () => {
    const visitor = await Visitor.open(browser, server.url);
    await visitor.walkToJump();
    await visitor.identify("lost");
    await visitor.go("/");
    await visitor.seesText(word("home.hint"));
    await visitor.looksAt("24-home-unfinished");
    await visitor.page.getByRole("link", { name: new RegExp(word("banner.continue.title")) }).click();
    await visitor.sees("result.unfinished.title");
    await visitor.looksAt("25-unfinished");
    await visitor.verifies();
    await visitor.close();
  });

  test("who comes back by the browser's own button can press again at once", async () => {
    const visitor = await Visitor.open(browser, server.url);
    await visitor.walkToJump();
    await visitor.jump();
    await visitor.page.goBack();
    await visitor.sees("result.unfinished.title");
    await visitor.verifies();
    await visitor.close();
  });

  test("a return that nobody began is told so, and loses nothing", async () => {
    const visitor = await Visitor.open(browser, server.url);
    await visitor.walkToJump();
    await visitor.go("/identity/callback?state=nobody&code=nothing");
    await visitor.sees("result.unknown.title");
    await visitor.looksAt("26-unknown");
    await visitor.verifies();
    await visitor.close();
  });

  test("the same person in a second browser is offered the account from before, with its receipt", async () => {
    const first = await Visitor.open(browser, server.url);
    await first.walkToJump();
    await first.identify("eligible", "same");
    const receipt = await first.applies();
    const second = await Visitor.open(browser, server.url, { size: DESKTOP });
    await second.walkToJump();
    await second.identify("eligible", "same");
    await second.sees("result.linked_elsewhere.title");
    await second.looksAt("27-linked-elsewhere");
    await second.press("result.linked_elsewhere.action");
    await second.sees("receipt.title");
    assert.equal(await second.receipt(), receipt);
    await first.close();
    await second.close();
  });

  test("the return in a strange browser: a code there, and the first browser asks for it", async () => {
    const first = await Visitor.open(browser, server.url, { sizes: BOTH });
    await first.walkToJump();
    const stranger = await first.returnsElsewhere(browser, { sizes: BOTH });
    await stranger.sees("return.code.title");
    await stranger.looksAt("28-strange-browser");
    const code = await stranger.codeShown();
    await stranger.page.reload();
    assert.equal(await stranger.codeShown(), code);
    await stranger.go("/");
    await stranger.seesText(word("banner.verify.title"));
    await first.seesAtLast("confirm.title");
    await first.looksAt("29-confirm");
    const field = first.page.getByLabel(word("confirm.label"));
    await field.fill("12");
    await first.press("confirm.action");
    await first.seesText(word("confirm.form.title"));
    await field.fill(code === "000 000" ? "111111" : "000000");
    await first.press("confirm.action");
    await first.seesText(word("problem.wrong-code.title"));
    await first.looksAt("30-confirm-wrong");
    await first.go("/");
    await first.seesText(word("banner.confirm.title"));
    await first.looksAt("31-home-confirm");
    await first.page.getByRole("link", { name: new RegExp(word("banner.confirm.title")) }).click();
    await field.pressSequentially(code);
    await field.press("Enter");
    await first.sees("result.verified.title");
    await first.close();
    await stranger.close();
  });

  test("without the other browser's code a new check in this one goes on", async () => {
    const first = await Visitor.open(browser, server.url);
    await first.walkToJump();
    const stranger = await first.returnsElsewhere(browser);
    await stranger.sees("return.code.title");
    await first.sees("confirm.title");
    await first.page.getByText(word("confirm.lost")).click();
    await first.verifies();
    await first.close();
    await stranger.close();
  });
});
