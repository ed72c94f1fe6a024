// persist.ts - sends a request until it is answered, so that the resident never has to.
//
// Every request that goes through here may be repeated without harm: reads, journey steps, and the
// application under its Idempotency-Key.
import { Trouble } from './api.js';
import { change, model } from './model.js';

const FIRST_WAIT_MS = 3_000;
const WAIT_MS_MAX = 30_000;
// Phones that were told the same number of seconds come back spread over a fifth more.
const SPREAD = 0.2;

function waitMs(trouble: Trouble, tries: number): number {
  const asked = trouble.retryS === null ? Math.min(FIRST_WAIT_MS * 2 ** tries, WAIT_MS_MAX) : trouble.retryS * 1000;
  return Math.round(asked * (1 + Math.random() * SPREAD));
}

// Waits; a line that comes back ends the wait, unless the server itself asked for it.
function pause(ms: number, untilOnline: boolean): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (untilOnline) addEventListener('online', done);
  });
}

export async function persist<T>(lane: 'reading' | 'sending', send: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      const answer = await send();
      change({ [lane]: null });
      return answer;
    } catch (error) {
      if (!(error instanceof Trouble) || !error.passing) {
        change({ [lane]: null });
        throw error;
      }
      const ms = waitMs(error, tries);
      change({ [lane]: { kind: error.kind, retryAt: Date.now() + ms }, now: Date.now() });
      await pause(ms, error.kind !== 'busy');
    }
  }
}

// The countdown moves once a second, and only while something waits.
let ticking: ReturnType<typeof setInterval> | undefined;

export function persistTick(): void {
  const waiting = model.reading !== null || model.sending !== null;
  if (waiting && ticking === undefined) {
    ticking = setInterval(() => change({ now: Date.now() }), 1000);
  } else if (!waiting && ticking !== undefined) {
    clearInterval(ticking);
    ticking = undefined;
  }
}
