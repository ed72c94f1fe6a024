// The operator's films: what is said of them, how they are sent in parts, and what is wrong with a folder.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { freshDirectory, juncho, start } from "./lib/juncho.mjs";
import { exchange, Resident } from "./lib/resident.mjs";
import { videosFolder } from "./lib/videos.mjs";

const FILM_BYTES = 3 << 20;

describe("videos", () => {
  const film = Buffer.alloc(FILM_BYTES, "0123456789");
  film.write("ftyp", 4);
  let server, resident;
  const part = (range, headers = {}) => resident.get("/videos/card.mp4", { range, ...headers });

  before(async () => {
    server = await start({ set: { "guidance.videos_dir": videosFolder({ film }) } });
    resident = new Resident(server.url);
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
  });

  test("the list is in the visitor's language, with what is said in writing", async () => {
    const { json, headers } = await resident.get("/api/v1/videos?language=en");
    assert.equal(headers["cache-control"], "public, max-age=60");
    const [card] = json.videos;
    assert.equal(card.title, "How to hold the card");
    assert.equal(card.transcript, "Hold the card.\nWait.");
    assert.deepEqual(card.captions.map(({ language, src }) => [language, src]),
      [["ja", "/videos/card.ja.vtt"], ["en", "/videos/card.en.vtt"]]);
    const korean = (await resident.get("/api/v1/videos?language=ko")).json.videos[0];
    assert.deepEqual([korean.title, korean.transcript_language], ["カードのあて方", "ja"]);
  });

  test("a film comes whole, or the part that is asked for", async () => {
    const whole = await resident.get("/videos/card.mp4");
    assert.equal(whole.status, 200);
    assert.equal(whole.headers["content-type"], "video/mp4");
    assert.equal(whole.headers["accept-ranges"], "bytes");
    assert.ok(whole.bytes.equals(film));
    for (const [range, from, to] of [["bytes=0-9", 0, 9], ["bytes=-5", FILM_BYTES - 5, FILM_BYTES - 1],
      ["bytes=1048576-", 1 << 20, FILM_BYTES - 1], [`bytes=7-${FILM_BYTES * 2}`, 7, FILM_BYTES - 1]]) {
      const answer = await part(range);
      assert.equal(answer.status, 206, range);
      assert.equal(answer.headers["content-range"], `bytes ${from}-${to}/${FILM_BYTES}`);
      assert.ok(answer.bytes.equals(film.subarray(from, to + 1)), range);
    }
    for (const strange of ["bytes=0-1,5-6", "bytes=9-2", "bytes=-", "bytes=a-", "lines=0-9", "bytes=0x1-2"])
      assert.equal((await part(strange)).status, 200, strange);
    assert.equal((await part("bytes=-0")).status, 416);
    assert.ok((await part(`bytes=-${FILM_BYTES * 2}`)).bytes.equals(film));
    const beyond = await part(`bytes=${FILM_BYTES}-`);
    assert.equal(beyond.status, 416);
    assert.equal(beyond.headers["content-range"], `bytes */${FILM_BYTES}`);
  });

  test("a part is of the film that the browser has begun, else it is the whole", async () => {
    const { etag } = (await part("bytes=0-0")).headers;
    assert.equal((await part("bytes=0-9", { "if-range": etag })).status, 206);
    assert.equal((await part("bytes=0-9", { "if-range": '"another"' })).status, 200);
    assert.equal((await resident.get("/videos/card.mp4", { "if-none-match": etag })).status, 304);
    const head = await exchange(`${server.url}/videos/card.mp4`, { method: "HEAD" });
    assert.deepEqual([head.status, head.headers["content-length"], head.bytes.length], [200, String(FILM_BYTES), 0]);
    // A part is asked for by GET alone: HEAD tells of the whole, whatever Range says.
    for (const range of ["bytes=0-9", `bytes=${FILM_BYTES}-`]) {
      const told = await exchange(`${server.url}/videos/card.mp4`, { method: "HEAD", headers: { range } });
      assert.deepEqual([told.status, told.headers["content-length"]], [200, String(FILM_BYTES)], range);
    }
    assert.equal((await part("bytes=0-9", { "if-range": "Wed, 21 Oct 2026 07:28:00 GMT" })).status, 200);
    assert.equal((await part(`bytes=${FILM_BYTES}-`, { "if-none-match": etag })).status, 304);
  });

  test("captions and poster are there, and nothing else of the folder", async () => {
    assert.equal((await resident.get("/videos/card.ja.vtt")).headers["content-type"], "text/vtt; charset=utf-8");
    assert.equal((await resident.get("/videos/card.png")).headers["content-type"], "image/png");
    assert.equal((await resident.get("/videos/videos.json")).status, 404);
  });

  test("without a folder there are none", async () => {
    const plain = await start();
    assert.deepEqual((await new Resident(plain.url).get("/api/v1/videos?language=ja")).json, { language: "ja", videos: [] });
    assert.equal(await plain.stop(), 0);
  });

  test("a folder that is wrong is said in words, and nothing starts", async () => {
    const folder = videosFolder({ film });
    writeFileSync(join(folder, "card.ja.vtt"), "1\n00:00:00,000 --> 00:00:02,000\n");
    const directory = freshDirectory();
    const { code, stderr } = await juncho(["serve", "--sandbox", "--listen", "127.0.0.1:0", "--store",
      `sqlite:${join(directory, "juncho.db")}`, "--set", `guidance.videos_dir=${folder}`]);
    assert.notEqual(code, 0);
    assert.match(stderr, /guidance\.videos_dir: video 1: captions: card\.ja\.vtt does not begin with WEBVTT/);
  });
});
