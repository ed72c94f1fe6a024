// Bookings: made, moved, cancelled, never sold twice - also when two nodes sell the same window at once.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { eachStore, freshDirectory, juncho, start } from "./lib/juncho.mjs";
import { freshDatabase, stopSharedPostgres } from "./lib/postgres.mjs";
import { Resident } from "./lib/resident.mjs";

const PLACES = 2; // of a window: 16 an hour, half of them to be booked
const SET = { "calendar.capacity_per_hour": 16, "booking.share_percent": 50 };
const QUARTER_MS = 900_000;

const book = (resident, start) => resident.post("/api/v1/bookings", { start });
const cancel = (resident) => resident.post("/api/v1/bookings", {}, {}, "DELETE");
const list = async (resident) => (await resident.get("/api/v1/bookings")).json;
const registered = (server) => new Resident(server.url).walkTo("registered");
const free = ({ windows }, start) => windows.find((window) => window.start === start).free;

eachStore("bookings", (store) => {
  let server;
  before(async () => {
    server = await start({ store: await store.fresh(), set: SET });
  });
  after(async () => assert.equal(await server.stop(), 0));

  test("a booking is made, moved and cancelled, and its place is free again at once", async () => {
    const resident = await registered(server);
    const first = await list(resident);
    assert.equal(first.mine, null);
    assert.equal((await resident.me()).booking, null);
    assert.ok(first.windows.length > 100);
    assert.equal(first.windows[5].free, PLACES);
    const [one, two] = [first.windows[5].start, first.windows[9].start];
    const made = await book(resident, one);
    assert.equal(made.status, 201, made.text);
    assert.equal(Date.parse(made.json.until) - Date.parse(one), QUARTER_MS);
    assert.equal(Date.parse(made.json.front_until) - Date.parse(made.json.until), 4 * QUARTER_MS);
    assert.equal((await book(resident, one)).status, 200); // again changes nothing
    assert.deepEqual((await resident.me()).booking, made.json);
    assert.equal(free(await list(resident), one), PLACES - 1);
    assert.equal((await book(resident, two)).status, 201);
    const moved = await list(resident);
    assert.equal(moved.mine.start, two);
    assert.equal(free(moved, one), PLACES);
    assert.equal(free(moved, two), PLACES - 1);
    assert.equal((await cancel(resident)).status, 204);
    assert.equal((await cancel(resident)).status, 204);
    assert.equal((await resident.me()).booking, null);
    const none = await list(resident);
    assert.equal(none.mine, null);
    assert.equal(free(none, two), PLACES);
  });

  test("a full window says so, and what cannot be booked names the field", async () => {
    const residents = await Promise.all(Array.from({ length: PLACES + 1 }, () => registered(server)));
    const { start } = (await list(residents[0])).windows[20];
    for (const resident of residents.slice(0, PLACES)) assert.equal((await book(resident, start)).status, 201);
    const late = await book(residents.at(-1), start);
    assert.equal(late.status, 409);
    assert.match(late.json.type, /window-full/);
    for (const wrong of ["2026", "2020-01-01T00:00:00+09:00", start.replace(":00+", ":01+"), "2099-01-01T00:00:00+09:00"]) {
      const answer = await book(residents[0], wrong);
      assert.equal(answer.status, 400, wrong);
      assert.equal(answer.json.field, "start");
    }
    assert.equal((await new Resident(server.url).get("/api/v1/bookings")).status, 401);
  });

  test("whoever booked goes in while the line is full, once", async () => {
    const narrow = await start({ store: await store.fresh(), set: { ...SET, "gate.pace_per_min_max": 60 } });
    const [booked, other] = [await new Resident(narrow.url).walkTo("intended"), await new Resident(narrow.url).walkTo("intended")];
    const visitors = Array.from({ length: 60 }, () => new Resident(narrow.url).post("/api/v1/gate/tickets"));
    for (const { status } of await Promise.all(visitors)) assert.equal(status, 201);
    assert.equal((await other.post("/api/v1/me/identity")).status, 409);
    const wait = await booked.post("/api/v1/me/identity");
    assert.equal(wait.status, 409);
    assert.ok(wait.json.place.ahead > 10, wait.text);
    const { start: now } = (await list(booked)).windows[0]; // the quarter of an hour that runs
    const made = await book(booked, now);
    assert.equal(made.json.standing, "due", made.text);
    let gone;
    do gone = await booked.post("/api/v1/me/identity");
    while (gone.status === 409);
    assert.equal(gone.status, 200, gone.text);
    assert.ok((await booked.me()).pass.at_provider);
    assert.equal((await list(booked)).mine, null); // used
    assert.equal((await booked.me()).booking, null);
    assert.equal((await other.post("/api/v1/me/identity")).status, 409);
    assert.equal(await narrow.stop(), 0);
  });

  test("a gate that lets fewer in than was rehearsed has fewer places to book", async () => {
    const slow = await start({ store: await store.fresh(), set: { ...SET, "calendar.capacity_per_hour": 4000, "gate.pace_per_min_max": 4 } });
    const resident = await registered(slow);
    let windows;
    do ({ windows } = await list(resident)); // 500 until the gate's first second has passed
    while (windows[5].free === 500);
    assert.equal(windows[5].free, 30); // half of 240 an hour, by the quarter
    assert.equal(await slow.stop(), 0);
  });

  test("what is booked moves the forecast to its hour", async () => {
    const forecast = async () => {
      const result = await juncho(["forecast", "--store", server.store, "--set", "calendar.expected_per_day=48", "--json"]);
      assert.equal(result.code, 0, result.stderr);
      return JSON.parse(result.stdout).forecast;
    };
    const hours = await forecast();
    const residents = await Promise.all(Array.from({ length: PLACES }, () => registered(server)));
    const { windows } = await list(residents[0]);
    const { start } = windows.find((window, index) => index > 100 && window.free === PLACES);
    for (const resident of residents) assert.equal((await book(resident, start)).status, 201);
    const hour = start.replace(/:\d\d:00/, ":00:00");
    const [before, after] = [hours, await forecast()].map((list) => list.find((slot) => slot.start === hour).p50);
    assert.ok(after > before + PLACES * 0.8 && after <= before + PLACES, `${before} and then ${after}`);
  });

  test("the calendar file of a booking can be kept", async () => {
    const resident = await registered(server);
    assert.equal((await resident.get("/api/v1/bookings/mine.ics")).status, 404);
    await book(resident, (await list(resident)).windows[40].start);
    const file = await resident.get("/api/v1/bookings/mine.ics?language=en");
    assert.equal(file.status, 200);
    assert.match(file.text, /\r\nSUMMARY:Your booked time: /);
    assert.match(file.text, /\r\nDESCRIPTION:If you are late\\, you can still go in ahead of the line until/);
    assert.match(file.text, /^BEGIN:VCALENDAR\r\n[^]*BEGIN:VALARM\r\n[^]*END:VCALENDAR\r\n$/);
  });
});

describe("two nodes that sell the same windows at once", () => {
  after(stopSharedPostgres);

  test("sell exactly their places, and moves that cross hold nobody up", async () => {
    const store = await freshDatabase();
    const directory = freshDirectory();
    const one = await start({ store, directory, set: SET });
    const two = await start({ store, directory, set: SET });
    const residents = await Promise.all(Array.from({ length: 16 }, (_, i) => registered(i % 2 ? one : two)));
    const { windows } = await list(residents[0]);
    const [a, b] = [windows[30].start, windows[31].start];
    const rush = await Promise.all(residents.map((resident) => book(resident, a)));
    assert.deepEqual(rush.map(({ status }) => status).sort(), [...Array(PLACES).fill(201), ...Array(16 - PLACES).fill(409)]);
    for (let round = 0; round < 4; round++) {
      const answers = await Promise.all(residents.map((resident, i) => book(resident, (i + round) % 2 ? a : b)));
      for (const { status, text } of answers) assert.ok([200, 201, 409].includes(status), text);
    }
    const held = await Promise.all(residents.map(async (resident) => (await list(resident)).mine?.start));
    const last = await list(residents[0]);
    for (const start of [a, b]) {
      const count = held.filter((mine) => mine === start).length;
      assert.ok(count <= PLACES);
      assert.equal(free(last, start), PLACES - count);
    }
    assert.equal(await one.stop(), 0);
    assert.equal(await two.stop(), 0);
  });
});
