// browser.mjs - a resident with a real browser, who says in words what is on the screen.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { ROOT } from "./juncho.mjs";
import { until } from "./until.mjs";

const SCREENSHOTS = join(ROOT, "build/screenshots");
const LOGS = join(ROOT, "build/test-logs");
const TABS_MAX = 60;
// No promise of the program: what is slower than this hangs, whatever else runs on the machine.
const WAIT_MS = 60_000;
const LOOK_MS = 250;
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const RULES = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
// The rules whose answer depends on the theme.
const COLOUR_RULES = { type: "rule", values: ["color-contrast", "link-in-text-block"] };
// What Chromium itself writes to the console when the server says no, as it is asked to in these tests.
const EXPECTED = /Failed to load resource/;

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 800 };
export const BOTH = [PHONE, DESKTOP];

// What the words of the sample campaign are filled with.
export const APP = { app: "マイナアプリ" };
export const POINTS = { points: "11,000" };

const messages = JSON.parse(readFileSync(join(ROOT, "web/messages/ja.json"), "utf8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// The words of a key, filled as the app fills them.
export function word(key, values = {}) {
  assert.ok(key in messages, `no words for ${key}`);
  return messages[key].replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

export function openBrowser() {
  const executablePath = process.env.JUNCHO_CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: FLAGS, timeout: WAIT_MS });
}

export class Visitor {
  // `look` is {theme, text}; a theme of "auto" follows `colorScheme`. Walks at the first of `sizes` and looks at
  // each screen at all of them. `record`: the name of a file in which everything that happened can be seen again
  // (npx playwright-core show-trace FILE).
  static async open(browser, url, options = {}) {
    const { size = PHONE, sizes = [size], look, colorScheme = "light", script = true, serviceWorkers = "block", record } = options;
    const context = await browser.newContext({
      viewport: sizes[0],
      locale: "ja-JP",
      timezoneId: "Asia/Tokyo",
      colorScheme,
      reducedMotion: "reduce",
      javaScriptEnabled: script,
      baseURL: url,
      serviceWorkers, // a test that answers for the server must see every request
    });
    context.setDefaultTimeout(WAIT_MS);
    if (look) {
      await context.addInitScript((chosen) => localStorage.setItem("juncho.look", JSON.stringify(chosen)), look);
    }
    if (record) await context.tracing.start({ screenshots: true, snapshots: true, title: record });
    const visitor = new Visitor();
    Object.assign(visitor, { record, context, url, sizes, faults: [] });
    visitor.page = await visitor.newPage();
    return visitor;
  }

  async newPage() {
    const page = await this.context.newPage();
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("console", (line) => {
      if (line.type() === "error" && !EXPECTED.test(line.text())) this.faults.push(line.text());
    });
    return page;
  }

  // Ends the visit; what the browser complained about on the way is a fault.
  async close() {
    if (this.record) await this.context.tracing.stop({ path: join(LOGS, `${this.record}.zip`) });
    await this.context.close();
    assert.deepEqual(this.faults, []);
  }

  async go(path) {
    await this.page.goto(path);
  }

  // Waits for the screen whose heading has these words.
  async sees(key, values) {
    await this.page.getByRole("heading", { level: 1, name: word(key, values), exact: true }).waitFor();
  }

  async seesText(text) {
    await this.page.getByText(text).first().waitFor();
  }

  button(key, values) {
    return this.page.getByRole("button", { name: word(key, values), exact: true });
  }

  async press(key, values) {
    await this.button(key, values).click();
  }

  // Presses Tab until what has the focus says `text`, then Enter. The focus has to be visible all the way.
  async tabTo(text) {
    for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
      await this.page.keyboard.press("Tab");
      const now = await this.page.evaluate(() => {
        const element = document.activeElement;
        return { text: element.textContent.trim(), outline: getComputedStyle(element).outlineStyle };
      });
      assert.notEqual(now.outline, "none", `no ring around ${now.text}`);
      if (now.text.includes(text)) return this.page.keyboard.press("Enter");
    }
    assert.fail(`not reached by Tab: ${text}`);
  }

  async register() {
    await this.go("/journey");
    await this.sees("register.title");
    await this.press("register.action");
    await this.sees("consent.title");
  }

  // Walks from the first visit to the screen before the jump.
  async walkToJump() {
    await this.register();
    await this.press("consent.action");
    await this.sees("procedure.title");
    await this.press("procedure.action");
    await this.sees("intent.title");
    await this.press("intent.action");
    await this.sees("identity.title", APP);
  }

  async jump() {
    await this.press("identity.action", APP);
    await this.page.waitForURL(/\/api\/realms\/main\//);
  }

  // At the sandbox provider: takes the card with this name, of somebody new or of `person`.
  async show(card, person) {
    const mine = person === undefined ? ":not([href*='person='])" : `[href*='person=']`;
    await this.page.locator(`a[href*='card=${card}']${mine}`).first().click();
  }

  async identify(card, person) {
    await this.jump();
    await this.show(card, person);
  }

  // The identity check from jump to result, with a card that fits.
  async verifies(person) {
    await this.identify("eligible", person);
    await this.sees("result.verified.title");
  }

  // Applies, and answers the number of the receipt.
  async applies() {
    await this.press("verified.action", POINTS);
    await this.sees("receipt.title");
    return this.receipt();
  }

  receipt() {
    return this.page.locator(".slip .number").textContent();
  }

  // The code that a strange browser shows.
  async codeShown() {
    return (await this.page.locator(".big-code .number").textContent()).trim();
  }

  // Another tab of the same browser.
  async secondTab() {
    const other = Object.assign(new Visitor(), this);
    other.page = await this.newPage();
    return other;
  }

  // Jumps and comes back by hand, while the provider's page goes on in a browser with nothing in it: that one.
  async returnsElsewhere(browser, options = {}) {
    await this.jump();
    const provider = this.page.url();
    await this.page.goBack();
    await this.sees("result.unfinished.title");
    const stranger = await Visitor.open(browser, this.url, options);
    await stranger.go(provider);
    await stranger.show("eligible");
    return stranger;
  }

  // What axe finds on the page as it stands, in one line each.
  async findings(rules = RULES) {
    const found = await this.page.evaluate(
      async ([source, runOnly]) => {
        if (!("axe" in globalThis)) (0, eval)(source);
        const result = await globalThis.axe.run(document, { runOnly, resultTypes: ["violations"] });
        return result.violations.flatMap(({ id, nodes }) =>
          nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
        );
      },
      [axe, rules],
    );
    return found;
  }

  async wears(theme) {
    await this.page.evaluate((name) => (document.documentElement.dataset.theme = name), theme);
  }

  // Looks at the screen in the given themes and at all sizes: keeps pictures, and wants nothing found and nothing cut off.
  async looksAt(name, themes = ["light", "dark"]) {
    const before = await this.page.evaluate(() => document.documentElement.dataset.theme);
    for (const size of this.sizes) {
      if (this.sizes.length > 1) await this.page.setViewportSize(size);
      for (const theme of themes) {
        const look = `${name}-${size.width}-${theme}`;
        await this.wears(theme);
        await this.keepsPicture(look);
        assert.deepEqual(await this.findings(theme === themes[0] ? RULES : COLOUR_RULES), [], look);
      }
      await this.fits(name);
    }
    await this.wears(before);
    if (this.sizes.length > 1) await this.page.setViewportSize(this.sizes[0]);
  }

  async keepsPicture(name) {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
  }

  async fits(name) {
    const over = await this.page.evaluate(() => [document.documentElement.scrollWidth - innerWidth, innerWidth]);
    assert.ok(over[0] <= 0, `${name}: ${over[0]} px stand out at ${over[1]} px`);
  }

  // Turns to the page again, so that it asks the server now and not when it had planned to.
  turnsBack() {
    return this.page.evaluate(() => void document.dispatchEvent(new Event("visibilitychange")));
  }

  // As `sees`, for what happens elsewhere at a moment that nobody knows.
  async seesAtLast(key) {
    const heading = this.page.getByRole("heading", { level: 1, name: word(key), exact: true });
    await until(async () => {
      await this.turnsBack();
      return heading.waitFor({ timeout: LOOK_MS }).then(() => true, () => false);
    });
  }
}
