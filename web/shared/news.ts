// news.ts - announcements of the city on pages that are no part of the app.
//
// The server writes what is said into the page (guidance/news.h); from then on the page listens.
import type { Announcement, Listening } from './listen.js';
import { listen } from './listen.js';
import { withoutReadings } from './readings.js';
import { settle } from './settle.js';

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

function titles(where: HTMLElement): string[] {
  return [...where.querySelectorAll('.title')].map((one) => one.textContent ?? '');
}

function show(where: HTMLElement, said: HTMLElement, announcements: Announcement[]): void {
  const before = new Set(titles(where));
  settle();
  where.replaceChildren(...announcements.map((one) => article(where, one)));
  where.hidden = announcements.length === 0;
  said.textContent = titles(where).filter((title) => !before.has(title)).join(' ');
}

// Listens for the page's section, which says what the page came with. The server chooses the language as it chose that
// of the page: by its address, a cookie or the browser.
export function newsListen(): Listening {
  const where = document.querySelector<HTMLElement>("[data-is='news']") as HTMLElement;
  const said = document.querySelector<HTMLElement>("[data-is='news-said']") as HTMLElement;
  const known = { number: Number(where.dataset['number'] ?? 0), edition: Number(where.dataset['edition'] ?? 0) };
  const language = (): string | null => new URLSearchParams(location.search).get('language');
  return listen(language, (announcements) => show(where, said, announcements), known);
}
