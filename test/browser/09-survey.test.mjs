// The survey after the receipt, on a phone and on a desk: answered, left half way, changed.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { BOTH, openBrowser, Visitor, word } from "../lib/browser.mjs";
import { start } from "../lib/juncho.mjs";

describe("the survey in a browser", () => {
  let server, browser;
  before(async () => {
    [server, browser] = await Promise.all([start(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    assert.equal(await server.stop(), 0);
  });

  test("from the receipt to the thanks and back", async () => {
    const visitor = await Visitor.open(browser, server.url, { sizes: BOTH });
    await visitor.walkToJump();
    await visitor.verifies();
    await visitor.applies();
    await visitor.page.getByRole("link", { name: word("survey.ask.action") }).click();
    await visitor.sees("survey.title");
    await visitor.page.getByRole("group").first().waitFor();
    await visitor.looksAt("12-survey");
    await visitor.press("survey.send");
    await visitor.seesText(word("survey.empty"));
    await visitor.page.getByLabel("やや満足", { exact: true }).check();
    await visitor.page.getByLabel("暗証番号", { exact: true }).check();
    await visitor.go("/survey"); // left half way: what was marked is still there
    await visitor.page.getByRole("group").first().waitFor();
    assert.ok(await visitor.page.getByLabel("やや満足", { exact: true }).isChecked());
    await visitor.press("survey.send");
    await visitor.sees("survey.thanks");
    await visitor.looksAt("13-survey-thanks");
    await visitor.page.getByRole("button", { name: word("survey.again") }).click();
    await visitor.page.getByLabel("とても満足", { exact: true }).check();
    await visitor.press("survey.change");
    await visitor.sees("survey.thanks");
    const said = await visitor.page.evaluate(async () => (await fetch("/api/v1/me/survey")).json());
    assert.deepEqual(said.answers, { satisfaction: 5, difficulties: [4] });
    await visitor.close();
  });

  test("before the receipt it says when it will be asked", async () => {
    const visitor = await Visitor.open(browser, server.url);
    await visitor.register();
    await visitor.go("/survey");
    await visitor.seesText(word("survey.early"));
    await visitor.close();
  });
});
