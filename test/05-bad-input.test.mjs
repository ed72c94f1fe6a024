// Bad input: every refusal is a problem document that names the field, and nothing has changed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { eachStore, juncho, start } from "./lib/juncho.mjs";
import { Resident } from "./lib/resident.mjs";

const REGISTER = "/api/v1/residents";
const DEEP = `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`;

// [what, path, body, status, code, field]
const bodies = [
  ["no body", REGISTER, "", 400, "invalid"],
  ["no JSON", REGISTER, "terms=true", 400, "invalid"],
  ["half a document", REGISTER, '{"terms": true', 400, "invalid"],
  ["two documents", REGISTER, '{"terms": true, "language": "ja"} {}', 400, "invalid"],
  ["an array", REGISTER, "[]", 400, "invalid"],
  ["a number", REGISTER, "7", 400, "invalid"],
  ["null", REGISTER, "null", 400, "invalid"],
  ["no UTF-8", REGISTER, Buffer.from('{"terms": true, "language": "\xff"}', "latin1"), 400, "invalid"],
  ["a NUL in a text", REGISTER, '{"terms": true, "language": "j\\u0000a"}', 400, null],
  ["a document of 5,000 levels", REGISTER, DEEP, 400, null],
  ["an unknown member", REGISTER, '{"terms": true, "language": "ja", "my_number": 1}', 400, "unknown-field", "my_number"],
  ["an unknown member of a long name in Japanese", REGISTER, JSON.stringify({ ["生年月日".repeat(30)]: 1 }), 400, "unknown-field"],
  ["a double member", REGISTER, '{"terms": true, "terms": true, "language": "ja"}', 400, "duplicate-field", "terms"],
  ["a missing member", REGISTER, '{"language": "ja"}', 400, "invalid", "terms"],
  ["terms of the wrong type", REGISTER, '{"terms": "yes", "language": "ja"}', 400, "invalid", "terms"],
  ["terms that were not accepted", REGISTER, '{"terms": false, "language": "ja"}', 400, "invalid", "terms"],
  ["a language of the wrong type", REGISTER, '{"terms": true, "language": 1}', 400, "invalid", "language"],
  ["a language nobody speaks", REGISTER, '{"terms": true, "language": "xx-unknown"}', 400, "invalid", "language"],
  ["an unknown member of a step", "/api/v1/me/journey/consent", '{"state": "granted"}', 400, "unknown-field", "state"],
  ["an unknown member of the identity check", "/api/v1/me/identity", '{"card": "x"}', 400, "unknown-field", "card"],
  ["an application without a campaign", "/api/v1/me/application", "{}", 400, "invalid", "campaign"],
  ["a campaign of the wrong type", "/api/v1/me/application", '{"campaign": 1}', 400, "invalid", "campaign"],
  ["points that the resident chose", "/api/v1/me/application", '{"campaign": "sample", "points": 1000000}', 400,
    "unknown-field", "points"],
];

// [what, headers, status, code]
const headers = [
  ["no content type", { "content-type": null }, 415, "unsupported-media-type"],
  ["a form", { "content-type": "application/x-www-form-urlencoded" }, 415, "unsupported-media-type"],
  ["plain text", { "content-type": "text/plain" }, 415, "unsupported-media-type"],
  ["something that begins like JSON", { "content-type": "application/jsonp" }, 415, "unsupported-media-type"],
  ["no origin", { origin: null }, 403, "foreign-origin"],
  ["another site's origin", { origin: "https://evil.example" }, 403, "foreign-origin"],
  ["the origin null", { origin: "null" }, 403, "foreign-origin"],
];

eachStore("bad input", (store) => {
  let server;
  let resident;
  let before_;
  before(async () => {
    server = await start({ store: await store.fresh() });
    resident = await new Resident(server.url).walkTo("begun");
    before_ = await resident.state();
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
    assert.equal((await juncho(["verify", "--store", server.store])).code, 0);
  });

  const refuse = (answer, status, code, field) => {
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.headers["content-type"], /^application\/problem\+json/);
    if (code) assert.equal(answer.json.type, `urn:juncho:problem:${code}`);
    assert.equal(answer.json.status, status);
    assert.ok(answer.json.title);
    if (field) assert.equal(answer.json.field, field);
  };

  for (const [what, path, body, status, code, field] of bodies) {
    test(`${what} at ${path} is refused`, async () => {
      const browser = path === REGISTER ? new Resident(server.url) : resident;
      refuse(await browser.post(path, body, { "idempotency-key": "k1" }), status, code, field);
      if (path === REGISTER) assert.equal(browser.cookies.size, 0);
      assert.deepEqual(await resident.state(), before_);
    });
  }

  for (const [what, sent, status, code] of headers) {
    test(`${what} is refused where something would change`, async () => {
      const body = { terms: true, language: "ja" };
      const browser = new Resident(server.url);
      refuse(await browser.post(REGISTER, body, sent), status, code);
      assert.equal(browser.cookies.size, 0);
      refuse(await resident.post("/api/v1/me/journey/consent", {}, sent), status, code);
      assert.deepEqual(await resident.state(), before_);
    });
  }

  test("a content type with a character set is JSON all the same", async () => {
    const browser = new Resident(server.url);
    const sent = { "content-type": "application/json; charset=utf-8" };
    assert.equal((await browser.post(REGISTER, { terms: true, language: "ja" }, sent)).status, 201);
  });

  test("a step that does not exist is not found", async () => {
    refuse(await resident.step("dance"), 404, "not-found");
  });
});
