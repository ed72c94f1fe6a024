// january.mjs - makes the busy half-hours of a month of real calls, with who was there to answer, from the log.
//
//     node january.mjs LOG.txt.gz > busy.csv         start,offered,abandoned,agents; standard error: the fitted figures
//
// Only calls that reached the queue count. Who was there: an agent's calls, joined over gaps of at most ten minutes.
// Patience: all the seconds waited over all hang-ups (the estimate under censoring). Work after a call: the mean gap,
// of at most two minutes, before a call that had waited.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const SLOT_S = 1800;
const SESSION_GAP_S = 600;
const WRAP_MAX_S = 120;
const BUSY_CALLS = 50;

const seconds = (text) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
const add = (map, key, amount) => map.set(key, (map.get(key) ?? 0) + amount);

const [header, ...lines] = gunzipSync(readFileSync(process.argv[2])).toString("latin1").split(/\r?\n/);
const column = Object.fromEntries(header.split("\t").map((name, index) => [name, index]));
const offered = new Map(), abandoned = new Map(), present = new Map(), agents = new Map();
let waited = 0, hangUps = 0, talk = 0, answered = 0, wrap = 0, wraps = 0;

for (const line of lines.filter((text) => text !== "")) {
  const field = line.split("\t");
  const get = (name) => field[column[name]];
  const outcome = get("outcome"), queued = seconds(get("q_start"));
  if (outcome === "PHANTOM" || (outcome === "HANG" && queued === 0)) continue;
  const slot = `${get("date")} ${Math.floor((queued || seconds(get("vru_exit"))) / SLOT_S)}`;
  add(offered, slot, 1);
  waited += Number(get("q_time"));
  if (outcome === "HANG") {
    add(abandoned, slot, 1);
    hangUps += 1;
  } else if (outcome === "AGENT") {
    const agent = `${get("date")} ${get("server")}`;
    if (!agents.has(agent)) agents.set(agent, []);
    agents.get(agent).push([seconds(get("ser_start")), seconds(get("ser_exit")), Number(get("q_time"))]);
    talk += Number(get("ser_time"));
    answered += 1;
  }
}

function bePresent(date, from, until) {
  for (let at = from; at < until;) {
    const end = Math.min(until, (Math.floor(at / SLOT_S) + 1) * SLOT_S);
    add(present, `${date} ${Math.floor(at / SLOT_S)}`, end - at);
    at = end;
  }
}

for (const [agent, calls] of agents) {
  let session = null;
  const date = agent.split(" ")[0];
  for (const [from, until, wait] of calls.sort((a, b) => a[0] - b[0]).filter(([a, b]) => b >= a)) {
    const gap = session ? from - session[1] : Infinity;
    if (wait > 0 && gap >= 0 && gap <= WRAP_MAX_S) [wrap, wraps] = [wrap + gap, wraps + 1];
    if (gap > SESSION_GAP_S) {
      if (session) bePresent(date, ...session);
      session = [from, until];
    }
    session[1] = Math.max(session[1], until);
  }
  if (session) bePresent(date, ...session);
}

console.log("start,offered,abandoned,agents");
for (const [slot, count] of offered) {
  const [date, half] = slot.split(" ");
  const there = (present.get(slot) ?? 0) / SLOT_S;
  if (count < BUSY_CALLS || there < 0.5) continue;
  const clock = `${String(Math.floor(half / 2)).padStart(2, "0")}:${half % 2 ? "30" : "00"}`;
  console.log(`19${date.replace(/(..)(..)(..)/, "$1-$2-$3")}T${clock},${count},${abandoned.get(slot) ?? 0},${there.toFixed(3)}`);
}
console.error(`${(talk / answered + wrap / wraps) / 60} ${waited / hangUps / 60}`);
