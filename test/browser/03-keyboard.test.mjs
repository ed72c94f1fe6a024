// Without a mouse, without good eyes: the whole journey by keyboard, at every size of text, in every theme.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { APP, DESKTOP, openBrowser, PHONE, POINTS, Visitor, word } from "../lib/browser.mjs";
import { start } from "../lib/juncho.mjs";

const TARGET_PX_MIN = 44;

describe("the journey for everybody", () => {
  let server, browser;
  before(async () => {
    [server, browser] = await Promise.all([start(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    assert.equal(await server.stop(), 0);
  });

  for (const size of [PHONE, DESKTOP]) {
    test(`by keyboard alone at ${size.width} px, provider included`, async () => {
      const visitor = await Visitor.open(browser, server.url, { size });
      await visitor.go("/");
      await visitor.seesText(word("banner.verify.title"));
      await visitor.tabTo(word("page.skip"));
      await visitor.page.waitForFunction(() => document.activeElement.id === "main");
      await visitor.tabTo(word("banner.verify.title"));
      await visitor.sees("register.title");
      await visitor.tabTo(word("register.action"));
      for (const step of ["consent", "procedure", "intent"]) {
        await visitor.sees(`${step}.title`);
        await visitor.tabTo(word(`${step}.action`));
      }
      await visitor.sees("identity.title", APP);
      await visitor.tabTo(word("identity.action", APP));
      await visitor.page.waitForURL(/\/api\/realms\/main\//);
      await visitor.page.locator("a[href*='card=eligible']").first().focus();
      await visitor.page.keyboard.press("Enter");
      await visitor.sees("result.verified.title");
      await visitor.tabTo(word("verified.action", POINTS));
      await visitor.sees("receipt.title");
      await visitor.close();
    });
  }

  test("the settings open and close by keyboard, take effect at once and stay", async () => {
    const visitor = await Visitor.open(browser, server.url);
    await visitor.go("/");
    await visitor.seesText(word("banner.verify.title"));
    await visitor.tabTo(word("look.open"));
    const { page } = visitor;
    await page.getByRole("dialog").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.name), "language");
    await visitor.looksAt("31-settings");
    await page.getByRole("radio", { name: word("look.text.200") }).check();
    await page.getByRole("radio", { name: word("look.theme.contrast") }).check();
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), "32px");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.reload();
    await visitor.seesText(word("banner.verify.title"));
    const root = await page.evaluate(() => ({ ...document.documentElement.dataset }));
    assert.deepEqual(root, { theme: "contrast", text: "200" });
    await visitor.close();
  });

  test("the device's wish for a dark screen is followed until the resident chooses", async () => {
    const visitor = await Visitor.open(browser, server.url, { colorScheme: "dark" });
    await visitor.go("/");
    await visitor.seesText(word("banner.verify.title"));
    assert.equal(await visitor.page.evaluate(() => document.documentElement.dataset.theme), "dark");
    await visitor.page.emulateMedia({ colorScheme: "light" });
    await visitor.page.waitForFunction(() => document.documentElement.dataset.theme === "light");
    await visitor.close();
  });

  for (const look of [
    { theme: "light", text: "200" },
    { theme: "contrast", text: "150" },
  ]) {
    test(`with text at ${look.text} % and the theme "${look.theme}" nothing is cut`, async () => {
      const visitor = await Visitor.open(browser, server.url, { look });
      const themes = [look.theme];
      await visitor.go("/");
      await visitor.seesText(word("banner.verify.title"));
      await visitor.looksAt(`32-home-${look.text}`, themes);
      await visitor.register();
      await visitor.looksAt(`33-consent-${look.text}`, themes);
      for (const [step, next] of [
        ["consent", "procedure"],
        ["procedure", "intent"],
        ["intent", "identity"],
      ]) {
        await visitor.press(`${step}.action`);
        await visitor.sees(`${next}.title`, APP);
        await visitor.fits(next);
      }
      await visitor.looksAt(`34-identity-${look.text}`, themes);
      await visitor.identify("eligible");
      await visitor.applies();
      await visitor.looksAt(`35-receipt-${look.text}`, themes);
      await visitor.close();
    });
  }

  test("every target is large enough for a thumb", async () => {
    const visitor = await Visitor.open(browser, server.url);
    await visitor.walkToJump();
    for (const path of ["/", "/journey", "/points"]) {
      await visitor.go(path);
      await visitor.page.locator("main h1").waitFor();
      const small = await visitor.page.evaluate((least) => {
        const targets = [...document.querySelectorAll("#app a, #app button, #app summary, #app label.check")];
        return targets
          .map((element) => ({ text: element.textContent.trim(), box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && box.bottom > 0 && box.height < least)
          .map(({ text, box }) => `${text}: ${box.height} px`);
      }, TARGET_PX_MIN);
      assert.deepEqual(small, [], path);
    }
    await visitor.close();
  });
});
