#!/usr/bin/env node
// run.mjs - what a first visit costs on a throttled phone: node bench/web/run.mjs [ROUNDS]
//
// Chromium with the profile of a middling phone on a slow mobile line (150 ms round trip, 1.6 Mbit/s down, processor
// four times slower): bytes over the line, first paint with content, and the moment at which the first button of the
// home screen stands there and answers. An empty page from the same server in the same run is the limit beside it.
import { openBrowser, PHONE } from "../../test/lib/browser.mjs";
import { start } from "../../test/lib/juncho.mjs";

const LINE = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 };
const PROCESSOR_SLOWER = 4;
const rounds = Number(process.argv[2] ?? 5);

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function visit(browser, url, path, ready) {
  const context = await browser.newContext({ viewport: PHONE, locale: "ja-JP", baseURL: url, serviceWorkers: "block" });
  const page = await context.newPage();
  const line = await context.newCDPSession(page);
  let bytes = 0;
  await line.send("Network.enable");
  await line.send("Network.emulateNetworkConditions", LINE);
  await line.send("Emulation.setCPUThrottlingRate", { rate: PROCESSOR_SLOWER });
  line.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(path, { waitUntil: "commit" });
  await page.waitForFunction(ready, null, { polling: 10 });
  const { interactive, paint } = await page.evaluate(() => ({
    interactive: performance.now(),
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
  }));
  await context.close();
  return { bytes, interactive, paint };
}

const PAGES = [
  ["an empty answer (/healthz)", "/healthz", () => document.readyState === "complete"],
  ["home", "/", () => document.querySelector(".banner a") !== null],
  ["answers", "/faq", () => document.querySelectorAll("details").length > 20],
  ["calendar", "/calendar", () => document.readyState === "complete" && document.querySelector("h1") !== null],
];

const [server, browser] = await Promise.all([start(), openBrowser()]);
try {
  await visit(browser, server.url, "/", PAGES[1][2]); // the browser itself wakes up
  console.log(`median of ${rounds} first visits`);
  for (const [name, path, ready] of PAGES) {
    const seen = [];
    for (let round = 0; round < rounds; round++) seen.push(await visit(browser, server.url, path, ready));
    const of = (key) => Math.round(median(seen.map((one) => one[key])));
    console.log(`${name.padEnd(28)} ${String(of("bytes")).padStart(7)} bytes  paint ${String(of("paint")).padStart(5)} ms  usable ${String(of("interactive")).padStart(5)} ms`);
  }
} finally {
  await browser.close();
  await server.stop();
}
