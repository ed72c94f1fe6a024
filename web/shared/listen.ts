// listen.ts - hears of announcements at once: by a request that the server holds until something else is said.
//
// Only a page that somebody sees listens, for it keeps a connection. Where the server cannot hold it, or the line is
// bad, it looks again and again, as seldom as it is told to.
export interface Announcement {
  id: number;
  version: number;
  level: 'info' | 'warning' | 'urgent';
  // Of this text: Japanese where the page's language has none.
  language: string;
  title: string;
  // Made harmless by the server.
  body_html: string;
}

// What a page knows: the number of what is said, and how far the node that said it had read.
export interface Known {
  number: number;
  edition: number;
}

export interface Listening {
  // Asks for everything again: in another language.
  anew(): void;
  // The gate's document has this number of what is said.
  hint(number: number): void;
}

const ADDRESS = '/api/v1/announcements';
// The server holds a request for 25 seconds, for 120 at most (guidance.listen_s).
const ANSWER_MS_MAX = 130_000;
// Between two requests, also when a server says something else each time.
const PAUSE_MS = 100;
const RETRY_MS_FIRST = 3_000;
const RETRY_MS_MAX = 60_000;
// What comes sooner was not held.
const HELD_MS_MIN = 400;
// Pages that were told the same come back spread over half as much again.
const SPREAD = 0.5;

interface Answer {
  status: number;
  retryMs: number;
  said: (Partial<Known> & { announcements: Announcement[] }) | null;
}

async function ask(language: string | null, known: Known | null, signal: AbortSignal): Promise<Answer> {
  const query = new URLSearchParams(known === null ? {} : { after: String(known.number), edition: String(known.edition) });
  if (language !== null) query.set('language', language);
  const answer = await fetch(`${ADDRESS}?${query.toString()}`, { cache: 'no-store', credentials: 'same-origin', signal });
  if (!answer.ok) throw new Error(String(answer.status));
  const retryMs = Number(answer.headers.get('Retry-After') ?? 0) * 1000;
  return { status: answer.status, retryMs, said: answer.status === 204 ? null : ((await answer.json()) as Answer['said']) };
}

// `language`: as asked for by name; null: as the server chose it for this page. `heard` gets what is said now, whenever
// that is something else than what is known.
export function listen(language: () => string | null, heard: (announcements: Announcement[]) => void, atFirst: Known | null): Listening {
  let known = atFirst;
  let asking: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  const troubled = (): number => Math.min(RETRY_MS_FIRST * 2 ** failures++, RETRY_MS_MAX);

  // Answers after how many milliseconds the next request is due.
  const take = ({ retryMs, said }: Answer, tookMs: number): number => {
    const number = said?.number ?? 0;
    const isOther = said !== null && (known === null || known.number !== number);
    if (said !== null) known = { number, edition: said.edition ?? 0 };
    if (said !== null && isOther) heard(said.announcements);
    if (retryMs > 0) return retryMs;
    if (!isOther && tookMs < HELD_MS_MIN) return troubled();
    failures = 0;
    return PAUSE_MS;
  };

  const once = async (): Promise<void> => {
    clearTimeout(timer);
    if (asking !== null || document.hidden) return;
    const own = new AbortController();
    asking = own;
    const late = setTimeout(() => own.abort(), ANSWER_MS_MAX);
    const beganMs = performance.now();
    let nextMs: number;
    try {
      const answer = await ask(language(), known, own.signal);
      if (asking !== own) return;
      nextMs = take(answer, performance.now() - beganMs);
    } catch {
      if (asking !== own) return; // ended on purpose
      nextMs = troubled();
    } finally {
      clearTimeout(late);
      if (asking === own) asking = null;
    }
    timer = setTimeout(() => void once(), nextMs * (1 + Math.random() * SPREAD));
  };

  const end = (): void => {
    clearTimeout(timer);
    const ended = asking;
    asking = null;
    ended?.abort();
  };

  const now = (): void => {
    if (document.hidden) end();
    else void once();
  };

  document.addEventListener('visibilitychange', now);
  addEventListener('online', now);
  addEventListener('pageshow', now);
  addEventListener('pagehide', end);
  now();
  return {
    anew: () => {
      end();
      known = null;
      now();
    },
    hint: (number) => {
      if (known === null || number !== known.number) now();
    },
  };
}
