// ahead.ts - runs before the first paint of the app: the look, and the first two questions to the server, so that the
// answers come while the app itself is still on its way.
import './early.js';

import type { Ahead } from './api.js';

const ANSWER_MS_MAX = 20_000;

function begin(path: string): Promise<Response> {
  const answer = fetch(path, {
    credentials: 'same-origin',
    cache: 'no-store',
    headers: { Accept: 'application/json' },
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  });
  answer.catch(() => {}); // whoever takes it hears of it
  return answer;
}

(globalThis as Ahead).junchoAhead = new Map(['/api/v1/campaign', '/api/v1/me'].map((path) => [path, begin(path)]));
