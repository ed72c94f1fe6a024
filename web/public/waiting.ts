// waiting.ts - the waiting page of a site that stands behind the gate, for visitors whom nobody knows.
//
// The page comes with all its words and, without script, with the place filled in by the server. Here the
// same elements are kept up to date: `data-is` says what an element shows, its other data how to say it.
import { bellArm, bellRing } from '../shared/bell.js';
import { follow } from '../shared/follow.js';
import { headingText, readFrom } from '../shared/heading.js';
import { newsListen } from '../shared/news.js';
import type { GateDocument, Spot } from '../shared/place.js';
import { isKnown, lookAgainS, peopleAhead } from '../shared/place.js';
import { sameSite } from '../shared/return.js';
import type { Shown, Span } from '../shared/shown.js';
import { show, tellingOf } from '../shared/shown.js';

// `shown` is what this browser saw last, so that a page that is opened again goes on from the same numbers.
interface Ticket extends Spot {
  ticket: string;
  epoch: number;
  shown?: Shown;
}

const KEPT = 'juncho.ticket';
const PERCENT = 100;
const HOUR_MIN = 60;
const NEAR_MIN = 10;
const LOOK_SOON_S = 1;
const JOIN_AGAIN_MS = 5_000;

const main = document.getElementById('main') as HTMLElement;
const language = document.documentElement.lang;
const campaign = document.querySelector<HTMLMetaElement>("meta[name='application-name']")?.content ?? '';
const news = newsListen();
const back = sameSite(new URLSearchParams(location.search).get('return'), location.origin);

let shown: Shown | null = null;
let told = '';
let bell = false;
let hasPass = false;
let enterAfterMs = 0;
let seenAt = '';
let unfollow = (): void => {};

function part(name: string): HTMLElement {
  return document.querySelector(`[data-is='${name}']`) as HTMLElement;
}

function fill(text: string | undefined, values: Record<string, string | number>): string {
  return (text ?? '').replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? value.toLocaleString(language) : value;
  });
}

// 6:40, as everywhere; some languages of Intl would say 06:40.
function clock(seconds: number): string {
  const format = new Intl.DateTimeFormat('en', { timeZone: 'Asia/Tokyo', hour: 'numeric', minute: '2-digit', hourCycle: 'h23' });
  return format.format(seconds * 1000).replace(/^0(?=\d)/, '');
}

function duration(minutes: number): string {
  const words = part('span').dataset;
  const values = { hours: Math.floor(minutes / HOUR_MIN), minutes: minutes % HOUR_MIN };
  if (values.hours === 0) return fill(words['inMinutes'], values);
  return fill(values.minutes === 0 ? words['inHours'] : words['inHoursMinutes'], values);
}

function spanText({ kind, low, high }: Span): string {
  const values = kind === 'hours' ? { low: duration(low), high: duration(high) } : { low, high };
  return fill(part('span').dataset[kind], values);
}

function remembered(): Ticket | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? 'null') as Ticket | null;
  } catch {
    return null;
  }
}

function remember(ticket: Ticket | null): void {
  try {
    if (ticket === null) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, JSON.stringify(ticket));
  } catch {
    // Without storage the place lasts as long as the page does.
  }
}

async function post(path: string, body: object): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
  return fetch(path, { method: 'POST', credentials: 'same-origin', headers, body: JSON.stringify(body) });
}

// Takes a place; tries until there is an answer.
async function join(): Promise<Ticket> {
  for (;;) {
    try {
      const answer = await post('/api/v1/gate/tickets', {});
      if (answer.ok) return (await answer.json()) as Ticket;
    } catch {
      // No line: the next try comes by itself.
    }
    setPhase('lost');
    await new Promise((resolve) => setTimeout(resolve, JOIN_AGAIN_MS * (1 + Math.random())));
  }
}

function setPhase(phase: Shown['phase'] | 'lost'): void {
  if (main.dataset['phase'] === phase) return;
  const hadFocus = main.contains(document.activeElement);
  main.dataset['phase'] = phase;
  const title = main.querySelector<HTMLElement>(`.for-${phase} h1`);
  if (title !== null) document.title = `${headingText(title)} | ${campaign}`;
  if (hadFocus) readFrom(title);
}

function draw(now: Shown, message: string): void {
  setPhase(now.phase === 'turn' && !hasPass ? 'waiting' : now.phase);
  part('span').textContent = spanText(now.span);
  const turn = part('clock');
  turn.textContent = now.turnAtS === 0 ? (turn.dataset['unknown'] ?? '') : fill(turn.dataset['about'], { time: clock(now.turnAtS) });
  const ahead = part('ahead');
  ahead.textContent = fill(ahead.dataset['people'], { ahead: now.ahead });
  (document.querySelector('progress') as HTMLProgressElement).value = Math.floor(now.progress * PERCENT);
  part('said-by-operator').textContent = message;
  part('message').hidden = message === '';
  part('reason').hidden = now.reason === null;
  part('reason-title').textContent = now.reason === null ? '' : (part('reason-title').dataset[now.reason] ?? '');
  part('reason-body').textContent = part('reason-body').dataset[now.reason === 'anew' ? 'anew' : 'kept'] ?? '';
  part('doubt').hidden = true;
  // Who is nearly there has no use for another time.
  part('quiet').hidden = now.span.kind !== 'unknown' && now.span.high <= NEAR_MIN;
}

// To a screen reader at milestones, not at each tick.
function tell(now: Shown): void {
  const telling = tellingOf(now);
  if (telling === told) return;
  told = telling;
  const said = part('said');
  const sentence = fill(said.dataset['sentence'], { span: spanText(now.span), ahead: now.ahead });
  const title = main.querySelector(`.for-${now.phase} h1`)?.textContent ?? '';
  said.textContent = now.phase === 'waiting' ? `${part('reason-title').textContent ?? ''} ${sentence}` : title;
}

async function enter(ticket: Ticket): Promise<void> {
  if (Date.now() < enterAfterMs || hasPass) return;
  enterAfterMs = Infinity;
  try {
    const answer = await post('/api/v1/gate/passes', { ticket: ticket.ticket });
    hasPass = answer.ok;
    const { look_again_s: again = 1 } = (await answer.json()) as { look_again_s?: number };
    enterAfterMs = Date.now() + again * 1000;
    if (hasPass && bell) bellRing();
    // The line was begun anew, or the cookie of this browser is gone.
    if (answer.status === 400 || answer.status === 403) void begin(null);
  } catch {
    enterAfterMs = Date.now() + JOIN_AGAIN_MS;
  }
}

async function heard(gate: GateDocument, ticket: Ticket): Promise<number> {
  news.hint(gate.news);
  if (ticket.epoch < gate.epoch && !hasPass) {
    shown ??= ticket.shown ?? null;
    void begin(null); // the line was begun anew
    return LOOK_SOON_S;
  }
  if (!isKnown(gate, ticket)) return LOOK_SOON_S;
  shown = show(shown, gate, ticket, Date.now());
  seenAt = clock(gate.now);
  remember({ ...ticket, shown });
  if (shown.phase === 'turn') await enter(ticket);
  draw(shown, gate.message);
  tell(shown);
  return lookAgainS(gate, peopleAhead(gate, ticket));
}

function doubt(): void {
  const words = part('doubt-body');
  if (shown === null) setPhase('lost');
  words.textContent = fill(words.dataset['text'], { time: seenAt });
  part('doubt').hidden = shown === null;
}

function listen(): void {
  const button = document.querySelector('.bell button') as HTMLButtonElement;
  button.addEventListener('click', () => {
    void (async () => {
      bell = bell ? false : await bellArm();
      button.setAttribute('aria-pressed', String(bell));
      part('bell').textContent = bell ? (part('bell').dataset['text'] ?? '') : '';
    })();
  });
  document.querySelector('form')?.addEventListener('submit', (event) => {
    event.preventDefault();
    if (hasPass) location.assign(back);
  });
}

// Follows the place of a ticket, or of a new one.
async function begin(held: Ticket | null): Promise<void> {
  unfollow();
  const ticket = held ?? (await join());
  remember(ticket);
  shown ??= ticket.shown ?? null;
  enterAfterMs = 0;
  unfollow = follow({ heard: (gate) => heard(gate, ticket), failed: doubt, wantsHidden: () => bell });
}

document.documentElement.classList.add('has-script');
listen();
void begin(remembered());
