// The whole journey as a resident walks it, on a phone and on a desk, from the first visit to the receipt.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import jsQR from "jsqr";

import { APP, BOTH, DESKTOP, openBrowser, PHONE, POINTS, Visitor, word } from "../lib/browser.mjs";
import { start } from "../lib/juncho.mjs";


describe("the journey in a browser", () => {
  let server, browser;
  before(async () => {
    [server, browser] = await Promise.all([start(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    assert.equal(await server.stop(), 0);
  });

  test("from the first visit to the receipt, on a phone and on a desk", async () => {
    const visitor = await Visitor.open(browser, server.url, { sizes: BOTH });
    await visitor.go("/");
    await visitor.seesText(word("banner.verify.title"));
    await visitor.looksAt("01-home");
    await visitor.page.getByRole("link", { name: new RegExp(word("banner.verify.title")) }).click();
    await visitor.sees("register.title");
    await visitor.looksAt("02-register");
    await visitor.press("register.action");
    await visitor.sees("consent.title");
    await visitor.looksAt("03-consent");
    await visitor.press("consent.action");
    await visitor.sees("procedure.title");
    await visitor.looksAt("04-procedure");
    await visitor.press("procedure.action");
    await visitor.sees("intent.title");
    await visitor.looksAt("05-intent");
    await visitor.press("intent.action");
    await visitor.sees("identity.title", APP);
    await visitor.looksAt("06-identity");
    await visitor.verifies();
    assert.equal(new URL(visitor.page.url()).pathname, "/journey");
    await visitor.looksAt("07-verified");
    await visitor.go("/");
    await visitor.seesText(word("banner.apply.title"));
    await visitor.looksAt("08-home-verified");
    await visitor.page.getByRole("link", { name: new RegExp(word("banner.apply.title")) }).click();
    await visitor.applies();
    await visitor.looksAt("09-receipt");
    const receipt = await visitor.receipt();
    assert.match(receipt, /^J-[0-9A-Z-]+$/);
    await visitor.page.getByRole("link", { name: word("page.toHome") }).click();
    await visitor.seesText(word("banner.granted.title", POINTS));
    await visitor.seesText(receipt);
    await visitor.looksAt("10-home-granted");
    await visitor.page.getByRole("link", { name: word("card.points.more") }).click();
    await visitor.sees("points.title");
    await visitor.seesText(word("points.state.posted"));
    await visitor.looksAt("11-points");
    await visitor.close();
  });

  test("on a desk a camera reads the app's address, and nothing else; a phone does not show it", async () => {
    const visitor = await Visitor.open(browser, server.url, { size: DESKTOP });
    await visitor.register();
    await visitor.go("/");
    const picture = visitor.page.getByAltText(word("phone.picture"));
    await picture.scrollIntoViewIfNeeded();
    await visitor.page.waitForFunction((name) => document.querySelector(`img[alt="${name}"]`).complete, word("phone.picture"));
    const { data, width } = await picture.evaluate((image) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 370, height: 370 });
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      return { data: [...context.getImageData(0, 0, canvas.width, canvas.height).data], width: canvas.width };
    });
    assert.equal(jsQR(new Uint8ClampedArray(data), width, width)?.data, `${server.url}/journey`);
    await visitor.page.setViewportSize(PHONE);
    assert.equal(await picture.isVisible(), false);
    await visitor.close();
  });

  test("the receipt prints without its controls, black on white", async () => {
    const visitor = await Visitor.open(browser, server.url, { look: { theme: "dark", text: "100" } });
    await visitor.walkToJump();
    await visitor.identify("eligible");
    await visitor.applies();
    await visitor.page.emulateMedia({ media: "print" });
    const print = visitor.button("receipt.print");
    assert.equal(await print.isVisible(), false);
    assert.equal(await visitor.page.locator(".slip .number").isVisible(), true);
    const colours = await visitor.page.locator("body").evaluate((body) => {
      const { color, backgroundColor } = getComputedStyle(body);
      return [color, backgroundColor];
    });
    assert.deepEqual(colours, ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]);
    await visitor.close();
  });

  test("a screen reader hears what changed at home, and nothing before that or twice", async () => {
    const visitor = await Visitor.open(browser, server.url);
    await visitor.go("/");
    const { page } = visitor;
    const boxes = page.getByRole("checkbox");
    await boxes.first().waitFor();
    const said = page.locator("#app > [aria-live]");
    assert.equal((await said.textContent()).trim(), "");
    await boxes.first().check();
    await page.waitForFunction((words) => document.querySelector("#app > [aria-live]").textContent.trim() === words, word("checklist.count", { done: 1 }));
    assert.equal(await page.locator("nav [aria-current=page]").textContent(), word("page.home"));
    const tree = await page.locator("main").ariaSnapshot();
    assert.doesNotMatch(tree, /progressbar|region "はじめる前に"/);
    await page.locator(".banner a").click();
    await page.waitForFunction((text) => document.activeElement.textContent === text, word("register.title"));
    await visitor.close();
  });

  test("a screen reader hears the title, the place in the journey and the heading of each screen", async () => {
    const visitor = await Visitor.open(browser, server.url);
    await visitor.register();
    const { page } = visitor;
    await page.waitForFunction((title) => document.title.startsWith(title), word("consent.title"));
    await page.waitForFunction((text) => document.activeElement.textContent === text, word("consent.title"));
    assert.equal(await page.locator("html").getAttribute("lang"), "ja");
    const tree = await page.locator("main").ariaSnapshot();
    assert.match(tree, new RegExp(`navigation "${word("journey.steps")}"`));
    assert.match(tree, new RegExp(`heading "${word("consent.title")}" \\[level=1\\]`));
    const now = page.locator("[aria-current=step]");
    assert.match(await now.textContent(), new RegExp(`${word("journey.step.consent")}.*${word("journey.step.isNow")}`, "s"));
    await visitor.press("consent.action");
    await visitor.sees("procedure.title");
    await page.waitForFunction((text) => document.activeElement.textContent === text, word("procedure.title"));
    assert.match(await page.title(), new RegExp(`^${word("procedure.title")} `));
    // And so to the end: each screen's heading has the reader, once it is there.
    const hears = async (key, values) => {
      await visitor.sees(key, values);
      await page.waitForFunction((text) => document.activeElement.textContent === text, word(key, values));
      assert.match(await page.title(), new RegExp(`^${word(key, values)} `));
    };
    await visitor.press("procedure.action");
    await hears("intent.title");
    await visitor.press("intent.action");
    await hears("identity.title", APP);
    await visitor.identify("eligible");
    await hears("result.verified.title");
    await visitor.press("verified.action", POINTS);
    await hears("receipt.title");
    assert.match(await page.locator("main").ariaSnapshot(), new RegExp(word("receipt.number")));
    await visitor.close();
  });
});
