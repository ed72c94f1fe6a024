// Interoperation with glewlwyd, a provider in C that has nothing in common with oidc-provider.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { CLIENT, Glewlwyd, isInstalled } from "./lib/glewlwyd.mjs";
import { start } from "./lib/juncho.mjs";
import { keyFile, keyPair } from "./lib/keys.mjs";
import { Resident } from "./lib/resident.mjs";

const skip = isInstalled ? false : "glewlwyd is not installed (apt-get install glewlwyd)";
const READY_WAIT_MS = 20_000;

describe("glewlwyd", { skip }, () => {
  let provider, server;
  const key = keyPair("ES256");

  const launch = (file) =>
    start({
      sandbox: false,
      set: {
        "identity.provider": "oidc",
        "identity.issuer": provider.issuer,
        "identity.client_id": CLIENT,
        "identity.key_file": file,
        "identity.algorithm": "ES256",
        "identity.authorization_endpoint": `${provider.issuer}/auth`,
        "identity.token_endpoint": `${provider.issuer}/token`,
        "identity.userinfo_endpoint": `${provider.issuer}/userinfo`,
        "identity.jwks_uri": `${provider.issuer}/jwks`,
      },
    });

  before(async () => {
    provider = await Glewlwyd.start();
    server = await launch(keyFile(key));
    await provider.configure({ redirectUri: `${server.url}/identity/callback`, clientKey: key.publicJwk });
  });
  after(async () => {
    assert.equal(await server?.stop(), 0);
    await provider?.stop();
  });

  // Where the provider sends the browser of this person; its own page would add g_continue after the login.
  async function visit(browser, location) {
    const answer = await browser.get(`${location}&g_continue`);
    assert.equal(answer.status, 302, answer.text);
    const back = new URL(answer.headers.location);
    assert.equal(back.origin, server.url, back.href);
    return back;
  }

  // The keys were asked for before the provider had any: the next fetch is a few seconds away.
  async function identify(browser) {
    const resident = await new Resident(server.url).walkTo("intended");
    const until = Date.now() + READY_WAIT_MS;
    for (;;) {
      const back = await visit(browser, (await resident.leave()).href);
      const page = (await resident.comeBack(back)).headers.location;
      if (page !== "/?returned=busy" || Date.now() > until) return { resident, back, page };
    }
  }

  for (const [name, claims, outcome] of [
    ["hanako", { birthdate: "19900505", address: "東京都八王子市元本郷町三丁目２４番１号" }, "verified"],
    ["taro", { birthdate: "1985-03-15", address: "東京都西多摩郡桧原村467-1" }, "verified"],
    ["minor", { birthdate: "20200101", address: "東京都港区芝公園1-5-25" }, "age"],
    ["outside", { birthdate: "19900505", address: "千葉県浦安市猫実1-1-1" }, "outside"],
    ["unclear", { birthdate: "19900505", address: "八王子市元本郷町" }, "review"],
    ["calendar", { birthdate: "S60.3.15", address: "東京都港区" }, "other"],
  ]) {
    test(`${name} comes back as ${outcome}`, async () => {
      const { page } = await identify(await provider.person(name, claims));
      assert.equal(page, `/?returned=${outcome}`, server.stderr.slice(-400));
    });
  }

  test("a code is worth nothing with another jump", async () => {
    const browser = await provider.person("robbed", { birthdate: "19900505", address: "東京都港区" });
    const [victim, thief] = [new Resident(server.url), new Resident(server.url)];
    await victim.walkTo("intended");
    await thief.walkTo("intended");
    const stolen = await visit(browser, (await victim.leave()).href);
    const own = await visit(browser, (await thief.leave()).href);
    own.searchParams.set("code", stolen.searchParams.get("code"));
    assert.equal((await thief.comeBack(own)).headers.location, "/?returned=other");
    assert.equal((await thief.me()).state, "authenticating");
  });

  test("a client with another key is refused by it", async () => {
    const browser = await provider.person("cautious", { birthdate: "19900505", address: "東京都港区" });
    const other = await launch(keyFile(keyPair("ES256")));
    const resident = await new Resident(other.url).walkTo("intended");
    const location = await resident.leave();
    location.searchParams.set("redirect_uri", `${server.url}/identity/callback`); // the registered one
    const back = await visit(browser, location.href);
    const answer = await resident.comeBack(back);
    assert.equal(answer.headers.location, "/?returned=other", other.stderr.slice(-400));
    assert.equal(await other.stop(), 0);
  });
});
