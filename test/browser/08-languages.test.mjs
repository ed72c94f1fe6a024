// A city adds a language by a file, and a resident chooses it: words, numbers, readings, and what is missing.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { openBrowser, PHONE, Visitor, word } from "../lib/browser.mjs";
import { freshDirectory, start } from "../lib/juncho.mjs";

const WORDS = {
  "language.name": "Français",
  "language.tag": "fr",
  "campaign.name": "Points de soutien",
  "page.home": "Accueil",
  "look.open": "Affichage",
  "look.openLong": " (langue)",
  "banner.verify.title": "Vérifier 本人確認《ほんにんかくにん》",
  "checklist.count": "{done|# objet|# objets} prêts",
};

describe("a further language", () => {
  let server, browser;
  before(async () => {
    const directory = join(freshDirectory(), "languages");
    mkdirSync(directory);
    writeFileSync(join(directory, "fr.json"), JSON.stringify(WORDS));
    writeFileSync(join(directory, "faq.fr.md"), "# Carte\n## Code oublié {#pin-forgotten}\nA la mairie.\n");
    [server, browser] = await Promise.all([start({ set: { "guidance.languages_dir": directory } }), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    assert.equal(await server.stop(), 0);
  });

  test("is chosen once, spoken at once and at the next visit, with Japanese where words are missing", async () => {
    const visitor = await Visitor.open(browser, server.url, { size: PHONE });
    await visitor.go("/");
    await visitor.page.getByRole("button", { name: new RegExp(word("look.open")) }).click();
    await visitor.page.getByLabel("Français").check();
    await visitor.page.getByRole("button", { name: word("look.close") }).click();
    const look = async () => {
      await visitor.page.locator("html[lang=fr]").waitFor();
      await visitor.page.getByRole("button", { name: /Affichage/ }).waitFor();
      await visitor.page.locator(".banner ruby rt", { hasText: "ほんにんかくにん" }).waitFor();
      await visitor.seesText(word("banner.verify.body"));
      await visitor.page.locator(".brand span[lang=fr]", { hasText: "Points de soutien" }).waitFor();
      await visitor.page.locator("link[rel=manifest][href$='language=fr']").waitFor({ state: "attached" });
    };
    await look();
    await visitor.page.locator(".checklist input, .card input[type=checkbox]").first().check();
    await visitor.seesText("1 objet prêts");
    await visitor.page.locator(".checklist input, .card input[type=checkbox]").nth(1).check();
    await visitor.seesText("2 objets prêts");
    await visitor.page.locator(".checklist input, .card input[type=checkbox]").first().uncheck();
    await visitor.page.locator(".checklist input, .card input[type=checkbox]").nth(1).uncheck();
    // Words that are lost on the way are asked for again.
    await visitor.page.route("**/api/v1/languages/fr", (route) => route.abort(), { times: 1 });
    await visitor.page.reload();
    await look();
    await visitor.go("/faq");
    await visitor.page.locator("summary", { hasText: "Code oublié" }).waitFor();
    await visitor.page.locator(".brand span[lang=fr]", { hasText: "Points de soutien" }).waitFor();
    await visitor.close();
  });

  test("a browser that prefers it gets it by itself", async () => {
    const context = await browser.newContext({ locale: "fr-FR", baseURL: server.url });
    const page = await context.newPage();
    await page.goto("/");
    await page.locator("html[lang=fr]").waitFor();
    await context.close();
  });

  test("a reader of Traditional Chinese is told that it is Simplified, until they have said that it will do", async () => {
    const context = await browser.newContext({ locale: "zh-TW", baseURL: server.url, viewport: PHONE });
    const page = await context.newPage();
    await page.goto("/");
    await page.locator("html[lang^=zh]").waitFor();
    const told = page.locator("section[lang=zh-Hant]");
    await told.getByRole("button", { name: "選擇其他語言" }).click();
    await page.locator("dialog[open]").getByText("한국어").waitFor();
    await page.keyboard.press("Escape");
    await told.getByRole("button", { name: "繼續使用簡體中文" }).click();
    await told.waitFor({ state: "detached" });
    await page.reload();
    await page.locator(".banner").waitFor();
    assert.equal(await told.count(), 0);
    await context.close();
  });
});
