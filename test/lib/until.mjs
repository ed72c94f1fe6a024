// until.mjs - waits for a condition, not for a time: looks again and again, a little later each time.
import { setTimeout as pause } from "node:timers/promises";

const WAIT_MS_MAX = 60_000;
const LOOK_MS = 20;

// The first true value that `look` gives; an error when there is none in a minute, which says `what` was waited
// for.
export async function until(look, what = look) {
  const end = Date.now() + WAIT_MS_MAX;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`still not so after ${WAIT_MS_MAX} ms: ${what}`);
    await pause(LOOK_MS);
  }
}
