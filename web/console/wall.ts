// wall.ts - the console on a wall: which views take turns, and how long each stays.
//
// "?wall" shows the view that is there; "?wall=now,heat,calls" lets them take turns, "&every=30" each for so many
// seconds. Nobody clicks there: what is shown looks again by itself.
const EVERY_S = 20;
const EVERY_S_MIN = 5;
const EVERY_S_MAX = 3600;

export interface Wall {
  on: boolean;
  views: string[]; // in turn; fewer than two: none do
  everyMs: number;
}

export function readWall(search: string, known: readonly string[]): Wall {
  const query = new URLSearchParams(search);
  const asked = (query.get('wall') ?? '').split(',').filter((name) => known.includes(name));
  const every = Number(query.get('every') ?? EVERY_S) || EVERY_S;
  return { on: query.has('wall'), views: asked, everyMs: Math.min(Math.max(every, EVERY_S_MIN), EVERY_S_MAX) * 1000 };
}

// The view after `view`, or the first; null: nothing takes turns.
export function nextOf({ on, views }: Wall, view: string): string | null {
  if (!on || views.length === 0 || (views.length === 1 && views[0] === view)) return null;
  return views[(views.indexOf(view) + 1) % views.length] ?? null;
}
