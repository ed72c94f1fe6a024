// news.ts - announcements of the city, heard of while somebody sees the page.
import type { Announcement, Listening } from '../shared/listen.js';
import { listen } from '../shared/listen.js';
import { settle } from '../shared/settle.js';
import { keep } from './keep.js';
import { announce } from './live.js';
import { change, model } from './model.js';
import { languageNow } from './words.js';

const PUT_AWAY_MAX = 50;

let listening: Listening | null = null;

function nameOf({ id, version }: { id: number; version: number }): string {
  return `${id}.${version}`;
}

function heard(announcements: Announcement[]): void {
  const before = new Set(model.announcements.map(nameOf));
  const others = announcements.filter((one) => !before.has(nameOf(one)));
  if (others.length > 0) settle();
  change({ announcements });
  for (const one of others) if (one.level !== 'info') announce(one.title);
}

export function newsListen(): void {
  listening = listen(languageNow, heard, null);
}

// In the language that was chosen just now.
export function newsAnew(): void {
  listening?.anew();
}

// Who stands in line hears from the gate's document that there are others.
export function newsHint(number: number): void {
  listening?.hint(number);
}

export function newsShown(): typeof model.announcements {
  return model.announcements.filter((one) => one.level !== 'info' || !model.putAway.includes(nameOf(one)));
}

export function newsPutAway(one: { id: number; version: number }): void {
  const putAway = [...model.putAway, nameOf(one)].slice(-PUT_AWAY_MAX);
  keep('put-away', putAway);
  change({ putAway });
}
