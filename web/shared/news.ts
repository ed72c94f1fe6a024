// news.ts - announcements of the city on pages that are no part of the app, looked for when the gate says there are others.
import { withoutReadings } from './readings.js';
import { settle } from './settle.js';

interface Announcement {
  level: 'urgent' | 'warning' | 'info';
  language: string;
  title: string;
  body_html: string;
}

let known = 0;

// `where` holds the words of each level around a title (data-urgent, data-warning, data-info).
function article(where: HTMLElement, one: Announcement): HTMLElement {
  const element = document.createElement('div');
  element.className = `message ${one.level === 'info' ? 'info' : 'warn'}`;
  element.lang = one.language.split('-')[0] ?? '';
  const inner = element.appendChild(document.createElement('div'));
  const title = inner.appendChild(document.createElement('p'));
  title.className = 'title';
  title.textContent = (where.dataset[one.level] ?? '{title}').replace('{title}', () => withoutReadings(one.title));
  inner.insertAdjacentHTML('beforeend', one.body_html); // made by the server, which lets no HTML of its own in
  return element;
}

// Shows what is said now where `number`, of the gate's document, is another one than before. True when that was read.
// The server chooses the language as it chose that of the page: by its address, a cookie or the browser.
export async function newsHeard(where: HTMLElement, number: number): Promise<boolean> {
  if (number === known) return false;
  const code = new URLSearchParams(location.search).get('language');
  try {
    const answer = await fetch(`/api/v1/announcements${code === null ? '' : `?language=${encodeURIComponent(code)}`}`);
    if (!answer.ok) return false;
    const { announcements } = (await answer.json()) as { announcements: Announcement[] };
    settle();
    where.replaceChildren(...announcements.map((one) => article(where, one)));
    where.hidden = announcements.length === 0;
    known = number;
    return true;
  } catch {
    return false; // the next look at the line asks again
  }
}
