// listen.mjs - hears of announcements as an open page does.
import { exchange } from "./resident.mjs";
import { until } from "./until.mjs";

const ALREADY_MS = 60_000;
const HOUR_MS = 3_600_000;

// What an operator says for an hour, from a minute ago or from `startsMs` on.
export function saying(startsMs = Date.now() - ALREADY_MS) {
  return {
    level: "urgent",
    starts: new Date(startsMs).toISOString(),
    ends: new Date(startsMs + HOUR_MS).toISOString(),
    texts: { ja: { title: "本人確認が混んでいます", body: "順番はなくなりません。" }, en: { title: "Crowded", body: "" } },
    reason: "窓口が遅い",
  };
}

// What is said now or, for who knows something already, what is said instead (204: nothing else yet).
export function listen(resident, known) {
  const query = known === undefined ? "" : `?after=${known.number}&edition=${known.edition}`;
  return resident.get(`/api/v1/announcements${query}`);
}

// Listens until something else is said.
export function listenOn(resident, known) {
  return until(async () => {
    const answer = await listen(resident, known);
    return answer.status === 200 && answer;
  });
}

// A figure without labels, of the server's own.
export async function figure(server, name) {
  const { text } = await exchange(`${server.url}/metrics`);
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
}
