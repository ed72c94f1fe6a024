// news.ts - announcements of the city, looked for while somebody sees the page.
import { settle } from '../shared/settle.js';
import { readAnnouncements } from './api.js';
import { keep } from './keep.js';
import { announce } from './live.js';
import { change, model } from './model.js';
import { languageNow } from './words.js';

const LOOK_MS = 20_000;
const PUT_AWAY_MAX = 50;

let timer: ReturnType<typeof setTimeout> | undefined;
let heard = 0;

function nameOf({ id, version }: { id: number; version: number }): string {
  return `${id}.${version}`;
}

async function look(): Promise<void> {
  try {
    const before = new Set(model.announcements.map(nameOf));
    const announcements = await readAnnouncements(languageNow());
    const others = announcements.filter((one) => !before.has(nameOf(one)));
    if (others.length > 0) settle();
    change({ announcements });
    for (const one of others) if (one.level !== 'info') announce(one.title);
  } catch {
    // What was last known stays; the next look tells.
  }
}

// Looks now and, while the page is seen, every twenty seconds.
export function newsWatch(): void {
  clearTimeout(timer);
  if (document.visibilityState !== 'visible') return;
  void look().finally(() => {
    timer = setTimeout(newsWatch, LOOK_MS);
  });
}

// Who stands in line hears from the gate's document that there are others.
export function newsHeard(number: number): void {
  if (number === heard) return;
  heard = number;
  newsWatch();
}

export function newsShown(): typeof model.announcements {
  return model.announcements.filter((one) => one.level !== 'info' || !model.putAway.includes(nameOf(one)));
}

export function newsPutAway(one: { id: number; version: number }): void {
  const putAway = [...model.putAway, nameOf(one)].slice(-PUT_AWAY_MAX);
  keep('put-away', putAway);
  change({ putAway });
}
