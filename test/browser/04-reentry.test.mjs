// From any point again: reload, close, another tab, the back button, signing out.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { APP, openBrowser, POINTS, Visitor, word } from "../lib/browser.mjs";
import { start } from "../lib/juncho.mjs";
import { Operator } from "../lib/operator.mjs";
import { until } from "../lib/until.mjs";

// An operator sets how many points whoever comes from now on gets.
async function giveOthers(server, before, value) {
  const session = new Operator(server.url);
  await session.enterByLink(server);
  const answer = await session.post("/api/v1/console/settings/campaign.points", { before, value, reason: "予算" }, {}, "PUT");
  assert.equal(answer.status, 200, answer.text);
  await until(async () => (await (await fetch(`${server.url}/api/v1/campaign`)).json()).points === value);
}

describe("re-entry", () => {
  let server, browser;
  before(async () => {
    [server, browser] = await Promise.all([start(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    assert.equal(await server.stop(), 0);
  });

  test("a reload at every step lands at that step", async () => {
    const visitor = await Visitor.open(browser, server.url);
    const { page } = visitor;
    await visitor.register();
    for (const [step, next] of [
      ["consent", "procedure"],
      ["procedure", "intent"],
      ["intent", "identity"],
    ]) {
      await page.reload();
      await visitor.sees(`${step}.title`);
      await visitor.press(`${step}.action`);
      await visitor.sees(`${next}.title`, APP);
    }
    await page.reload();
    await visitor.sees("identity.title", APP);
    await visitor.verifies();
    await giveOthers(server, 11_000, 5000);
    await page.reload();
    await visitor.sees("result.verified.title");
    const receipt = await visitor.applies();
    await giveOthers(server, 5000, 11_000);
    await page.reload();
    await visitor.sees("receipt.title");
    assert.equal(await page.locator(".slip .number").textContent(), receipt);
    await visitor.close();
  });

  test("a journey left in the middle goes on from home", async () => {
    const visitor = await Visitor.open(browser, server.url);
    await visitor.register();
    await visitor.press("consent.action");
    await visitor.sees("procedure.title");
    await visitor.page.close();
    visitor.page = await visitor.newPage();
    await visitor.go("/");
    await visitor.page.getByRole("link", { name: new RegExp(word("banner.continue.title")) }).click();
    await visitor.sees("procedure.title");
    await visitor.close();
  });

  test("the back button shows earlier screens again, and pressing on leads to where one was", async () => {
    const visitor = await Visitor.open(browser, server.url);
    await visitor.walkToJump();
    await visitor.page.goBack();
    await visitor.sees("intent.title");
    await visitor.press("journey.back");
    await visitor.sees("procedure.title");
    await visitor.press("procedure.action");
    await visitor.sees("identity.title", APP);
    await visitor.close();
  });

  test("two tabs both notice what happens in one of them", async () => {
    const visitor = await Visitor.open(browser, server.url);
    await visitor.walkToJump();
    const other = await visitor.secondTab();
    await other.go("/");
    await other.seesText(word("banner.continue.title"));
    await visitor.page.bringToFront();
    await visitor.verifies();
    await visitor.applies();
    await other.seesText(word("banner.granted.title", POINTS));
    await visitor.close();
  });

  test("two tabs that apply at once get one receipt", async () => {
    const visitor = await Visitor.open(browser, server.url);
    await visitor.walkToJump();
    await visitor.verifies();
    const other = await visitor.secondTab();
    await other.go("/journey");
    await other.sees("result.verified.title");
    // Found first, pressed then: a tab that hears of the other's application has no such button any more.
    const buttons = await Promise.all([visitor, other].map((each) => each.button("verified.action", POINTS).elementHandle()));
    await Promise.all(buttons.map((button) => button.dispatchEvent("click")));
    const receipts = [];
    for (const each of [visitor, other]) {
      await each.sees("receipt.title");
      receipts.push(await each.receipt());
    }
    assert.equal(receipts[0], receipts[1]);
    await visitor.close();
  });

  test("signing out says what it means before, and leaves nothing on the device", async () => {
    const visitor = await Visitor.open(browser, server.url);
    await visitor.walkToJump();
    await visitor.go("/");
    await visitor.press("end.action");
    await visitor.seesText(word("end.bodyEarly"));
    await visitor.looksAt("41-sign-out");
    await visitor.press("end.no");
    await visitor.press("end.action");
    await visitor.press("end.yes");
    await visitor.seesText(word("banner.verify.title"));
    const left = await visitor.page.evaluate(() => Object.keys(localStorage));
    assert.deepEqual(left, []);
    assert.equal(await visitor.button("end.action").count(), 0);
    await visitor.close();
  });

  test("the checklist is kept until it is needed", async () => {
    const visitor = await Visitor.open(browser, server.url);
    await visitor.go("/");
    await visitor.page.getByRole("checkbox", { name: word("checklist.card") }).check();
    await visitor.seesText(word("checklist.count", { done: 1 }));
    await visitor.page.reload();
    await visitor.seesText(word("checklist.count", { done: 1 }));
    assert.equal(await visitor.page.getByRole("checkbox", { name: word("checklist.card") }).isChecked(), true);
    await visitor.close();
  });
});
