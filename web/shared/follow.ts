// follow.ts - looks at the gate's public document again and again, as seldom as it may.
//
// Only that document is asked for, without a cookie, so that a cache on the way can answer for the server.
// While nobody sees the page it is not asked for at all, unless somebody waits for the bell.
import type { GateDocument } from './place.js';

const ADDRESS = '/api/v1/gate';
const ANSWER_MS_MAX = 20_000;
const RETRY_S_FIRST = 3;
const RETRY_S_MAX = 60;
// Phones that were told the same number of seconds come back spread over a fifth more.
const SPREAD = 0.2;
// The document says its time every second; one that says the same for so long means that the gate stands.
const STANDS_MS = 15_000;

export interface Ear {
  // A new look at the line; answers after how many seconds the next one is worth it.
  heard(document: GateDocument): number | Promise<number>;
  // The document could not be had.
  failed(): void;
  wantsHidden(): boolean;
}

async function look(): Promise<GateDocument> {
  const answer = await fetch(ADDRESS, { credentials: 'omit', signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as GateDocument;
}

// Follows until the function that it answers is called.
export function follow(ear: Ear): () => void {
  const ended = new AbortController();
  const signal = ended.signal;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looking = false;
  let failures = 0;
  let newest = { now: 0, atMs: 0 };

  // A gate that stands still lets nobody in: the same as when it is paused.
  const withPause = (document: GateDocument): GateDocument => {
    if (document.now > newest.now) newest = { now: document.now, atMs: Date.now() };
    const stands = Date.now() - newest.atMs > STANDS_MS;
    return stands && document.state === 'queueing' ? { ...document, state: 'paused' } : document;
  };

  const again = (seconds: number): void => {
    clearTimeout(timer);
    if (signal.aborted) return;
    timer = setTimeout(() => void once(), seconds * 1000 * (1 + Math.random() * SPREAD));
  };

  const once = async (): Promise<void> => {
    if (looking || signal.aborted || (document.hidden && !ear.wantsHidden())) return;
    looking = true;
    clearTimeout(timer);
    let next = Math.min(RETRY_S_FIRST * 2 ** failures, RETRY_S_MAX);
    try {
      const heard = await look();
      failures = 0;
      if (!signal.aborted) next = await ear.heard(withPause(heard));
    } catch {
      failures += 1;
      if (!signal.aborted) ear.failed();
    } finally {
      looking = false;
      again(next);
    }
  };

  const now = (): void => void once();
  document.addEventListener('visibilitychange', now, { signal });
  addEventListener('online', now, { signal });
  addEventListener('pageshow', now, { signal });
  void once();
  return () => {
    ended.abort();
    clearTimeout(timer);
  };
}
