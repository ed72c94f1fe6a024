// main.ts - the console: who is here, which view, what the server says, and drawing it again.
import { html, nothing, render } from 'lit/html.js';

import { readFrom } from '../shared/heading.js';
import { lookApply, lookFollow, lookKeep, lookKept } from '../shared/look.js';
import type { Answers, Calendars, Calls, Funnel, Gate, Heat, Log, News, Now, Operators, Participants, Person, Publication, Relief, ReportNote, Settings, Survey } from './api.js';
import { Refusal, changeSetting, leave, orderGate, read, readCalendars, resetGate } from './api.js';
import type { Content } from './parts.js';
import { viewAccount } from './views/account.js';
import { viewAnswers } from './views/answers.js';
import { viewCalendar } from './views/calendar.js';
import { viewFunnel } from './views/funnel.js';
import { forgetAssisted, viewGate } from './views/gate.js';
import { viewHeat } from './views/heat.js';
import { viewLog } from './views/log.js';
import { viewNews } from './views/news.js';
import type { Front } from './views/now.js';
import { viewNow } from './views/now.js';
import { forgetTold, viewOperators } from './views/operators.js';
import { viewCalls, viewParticipants } from './views/people.js';
import { viewRelief } from './views/relief.js';
import type { Report } from './views/report.js';
import { viewReport } from './views/report.js';
import { viewSettings } from './views/settings.js';
import { enterByLink, signIn } from './views/signin.js';
import { viewStaff } from './views/staff.js';
import { viewSurvey } from './views/survey.js';
import { nextOf, readWall } from './wall.js';
import { clockText, dayCode, dayText, word } from './words.js';

const LOOK_AGAIN_MS = 5_000; // at what moves
const LOOK_ON_WALL_MS = 60_000; // at the rest, where nobody else does
// The views by topic, in the order of the navigation and of the digit keys.
const TOPICS = {
  live: ['now', 'gate'],
  use: ['heat', 'funnel', 'participants', 'calls', 'survey'],
  plan: ['calendar', 'staff'],
  guide: ['answers', 'relief', 'news', 'report'],
  manage: ['settings', 'log', 'operators', 'account'],
} as const;
type Topic = keyof typeof TOPICS;
type View = (typeof TOPICS)[Topic][number];
const VIEWS: readonly View[] = Object.values(TOPICS).flat();
// What the server calls a view's part, where that is another word.
const PART_OF: Partial<Record<View, string>> = { log: 'audit', answers: 'faq', news: 'announcements', staff: 'calls', account: 'session' };
const SPANS: readonly View[] = ['heat', 'funnel', 'calls', 'staff', 'relief'];

const root = document.getElementById('console') as HTMLElement;
let person: Person | null | undefined; // undefined: not known yet
let ended = false;
let shown: { view: View; search: string; data: unknown; at: number } | null = null;
let trouble: 'failed' | 'stale' | null = null;
let wall = readWall(location.search, VIEWS);
let timer = 0;
let turn = 0; // on a wall, the timer of the next view
const has = { gate: false, survey: false }; // what the server does not have is not shown

const viewAt = (): View => VIEWS.find((view) => location.pathname === `/console/${view}`) ?? 'now';
const addressOf = (view: View): string => (view === 'now' ? '/console' : `/console/${view}`);
const viewsOf = (someone: Person): View[] => VIEWS.filter((view) => (view !== 'operators' || someone.role === 'admin') && (has[view as keyof typeof has] ?? true));
const keysUsed = (): boolean => localStorage.getItem('juncho.console.keys') === 'yes';

// What the address asks of the server.
function wanted(view: View): { part: string; query: Record<string, string> } {
  const part = PART_OF[view] ?? view;
  const search = new URLSearchParams(location.search);
  const names = view === 'log' ? ['before'] : SPANS.includes(view) ? ['from', 'to'] : [];
  return { part, query: Object.fromEntries(names.flatMap((name) => (search.has(name) ? [[name, search.get(name) ?? '']] : []))) };
}

// The front page stands on two answers: today, and the waiting room where there is one.
async function readFront(): Promise<Front> {
  const [now, gate] = await Promise.all([read<Now>('now', {}, wall.on), has.gate ? read<Gate>('gate', { quiet: '1' }) : null]);
  return { now, gate };
}

async function readReport(): Promise<Report> {
  const [note, publication] = await Promise.all([read<ReportNote>('report'), read<Publication>('report/publication')]);
  return { note, publication };
}

function dataOf(view: View, part: string, query: Record<string, string>): Promise<unknown> {
  if (view === 'now') return readFront();
  if (view === 'calendar') return readCalendars(new URLSearchParams(location.search).get('series') === 'calls' ? 'calls' : 'app');
  if (view === 'report') return readReport();
  return read(part, query, wall.on);
}

async function lookFor(part: keyof typeof has): Promise<void> {
  try {
    await read(part, { quiet: '1' });
    has[part] = true;
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 404) throw error;
  }
}

async function refresh(): Promise<void> {
  clearTimeout(timer);
  const view = viewAt();
  const search = location.search;
  const { part, query } = wanted(view);
  try {
    const data = await dataOf(view, part, query);
    if (view !== viewAt() || search !== location.search) return;
    shown = { view, search, data, at: Date.now() };
    trouble = null;
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) {
      ended = person !== undefined && person !== null;
      person = null;
    } else trouble = shown?.view === view ? 'stale' : 'failed';
  }
  draw();
  lookLater(view);
}

// Views that move look again by themselves, on a wall all do. A tab that nobody sees rests until it is seen again.
function lookLater(view: View): void {
  clearTimeout(timer);
  const moves = view === 'now' || view === 'gate';
  if (!person || document.hidden || !(moves || wall.on)) return;
  timer = window.setTimeout(() => void refresh(), moves ? LOOK_AGAIN_MS : LOOK_ON_WALL_MS);
}

function turnLater(): void {
  clearTimeout(turn);
  const next = nextOf(wall, viewAt());
  if (!person || document.hidden || next === null) return;
  turn = window.setTimeout(() => void takeTurn(next as View), wall.everyMs);
}

// The next view is asked for before it is shown, so that nothing flickers; without an answer the old one stays.
async function takeTurn(view: View): Promise<void> {
  const { search } = location;
  try {
    const data = await dataOf(view, PART_OF[view] ?? view, {});
    if (!wall.on) return;
    history.replaceState(null, '', addressOf(view) + search);
    shown = { view, search, data, at: Date.now() };
    trouble = null;
    draw();
    scrollTo(0, 0);
    lookLater(view);
  } catch {
    await refresh();
  }
  turnLater();
}

// Takes up an address: the new view's heading gets the reader.
async function go(address: string, push = true): Promise<void> {
  if (push) history.pushState(null, '', address);
  trouble = null;
  forgetTold();
  forgetAssisted();
  draw();
  await refresh();
  scrollTo(0, 0);
  readFrom(root.querySelector('h1'));
}

function spanForm(view: View): Content {
  if (!SPANS.includes(view) || shown?.view !== view) return nothing;
  const { from, to } = shown.data as { from: string; to: string };
  const last = Date.parse(to) - 1;
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const after = Date.parse(`${String(form.get('to'))}T00:00:00Z`) + 86_400_000;
    const query = new URLSearchParams({ from: String(form.get('from')), to: new Date(after).toISOString().slice(0, 10) });
    void go(`${addressOf(view)}?${query}`);
  };
  return html`<form class="span" aria-label=${word('span.label')} @submit=${send}>
    <label>${word('span.from')} <input type="date" name="from" required .value=${dayCode(from)} /></label>
    <label>${word('span.to')} <input type="date" name="to" required .value=${dayCode(last)} /></label>
    <button class="quiet">${word('span.action')}</button>
    <span class="note">${word('span.text', { from: dayText(from), to: dayText(last) })}</span>
  </form>`;
}

function body(view: View): Content {
  if (shown?.view !== view) return html`<h1>${word(`nav.${view}`)}</h1><p>${trouble ? nothing : word('page.loading')}</p>`;
  if (view === 'now') return viewNow(shown.data as Front);
  if (view === 'gate') return viewGate(shown.data as Gate, person?.role ?? 'viewer', { order: giveOrder, reset: resetLine, draw });
  if (view === 'heat') return viewHeat(shown.data as Heat);
  if (view === 'funnel') return viewFunnel(shown.data as Funnel);
  if (view === 'participants') return viewParticipants(shown.data as Participants);
  if (view === 'calls') return viewCalls(shown.data as Calls);
  if (view === 'survey') return viewSurvey(shown.data as Survey);
  const hands = { mayWrite: person?.role !== 'viewer', draw, again: () => void refresh() };
  if (view === 'answers') return viewAnswers(shown.data as Answers, hands);
  if (view === 'report') return viewReport(shown.data as Report, hands);
  if (view === 'news') return viewNews(shown.data as News, hands);
  if (view === 'settings') {
    return viewSettings(shown.data as Settings, person?.role === 'admin', { change: (change) => took(changeSetting(change)), draw });
  }
  if (view === 'account') return viewAccount(shown.data as Person, draw);
  if (view === 'log') return viewLog(shown.data as Log, !shown.search.includes('before='));
  if (view === 'calendar') return viewCalendar(shown.data as Calendars, hands);
  if (view === 'relief') return viewRelief(shown.data as Relief);
  if (view === 'staff') return viewStaff(shown.data as Calls, draw);
  return viewOperators(shown.data as Operators, hands);
}

// What the server answers to a change is the view from now on.
async function took(answer: Promise<unknown>): Promise<void> {
  shown = { view: viewAt(), search: location.search, data: await answer, at: Date.now() };
}

async function giveOrder(order: Parameters<typeof orderGate>[0]): Promise<Gate> {
  const gate = await orderGate(order);
  shown = { view: 'gate', search: location.search, data: gate, at: Date.now() };
  return gate;
}

async function resetLine(epoch: number, why: string): Promise<void> {
  await took(resetGate(epoch, why));
}

function switchTheme(): void {
  const dark = document.documentElement.dataset['theme'] !== 'light';
  const look = { ...lookKept(), theme: dark ? ('light' as const) : ('dark' as const) };
  lookKeep(look);
  lookApply(look);
}

async function signOut(): Promise<void> {
  try {
    await leave();
  } catch {
    // Without the server the cookie stays and ends by itself; this page forgets at once.
  }
  person = null;
  ended = false;
  shown = null;
  forgetTold();
  forgetAssisted();
  draw();
}

function switchWall(): void {
  wall = { ...wall, on: !wall.on };
  draw();
  lookLater(viewAt());
  turnLater();
}

function keepKeys(event: Event): void {
  localStorage.setItem('juncho.console.keys', (event.target as HTMLInputElement).checked ? 'yes' : 'no');
}

function masthead(someone: Person, view: View): Content {
  const link = (one: View): Content =>
    html`<li><a href=${addressOf(one)} aria-current=${one === view ? 'page' : nothing}>${word(`nav.${one}`)}</a></li>`;
  const seen = viewsOf(someone);
  const topic = (name: Topic): Content => {
    const views = TOPICS[name].filter((one) => seen.includes(one));
    return html`<li><span id="topic-${name}">${word(`topic.${name}`)}</span><ul aria-labelledby="topic-${name}">${views.map(link)}</ul></li>`;
  };
  const dark = document.documentElement.dataset['theme'] !== 'light';
  return html`<a class="skip" href="#main">${word('page.skip')}</a>
    <header class="mast">
      <p class="brand"><img src="/icon.svg" alt="" width="28" height="28" />${word('page.name')}</p>
      <div class="who">
        <span><span class="hidden">${word('session.who')}</span> ${someone.name}(${word(`role.${someone.role}`)})</span>
        <button type="button" class="quiet" @click=${switchTheme}>${word(dark ? 'look.light' : 'look.dark')}</button>
        <button type="button" class="quiet wall-switch" @click=${switchWall}>${word(wall.on ? 'wall.off' : 'wall.on')}</button>
        <button type="button" class="quiet" @click=${() => void signOut()}>${word('session.leave')}</button>
      </div>
      <nav aria-label=${word('nav.label')}><ul class="topics">${(Object.keys(TOPICS) as Topic[]).map(topic)}</ul></nav>
    </header>`;
}

function troubleText(): Content {
  if (!trouble) return nothing;
  const words = trouble === 'stale' && shown ? word('trouble.stale', { time: clockText(shown.at) }) : word('trouble.failed');
  return html`<p class="message" role="status">${words}</p>`;
}

function draw(): void {
  if (person === undefined) return;
  const view = viewAt();
  document.title = word('page.title', { view: person ? word(`nav.${view}`) : word('signin.title') });
  document.documentElement.dataset['wall'] = wall.on ? 'yes' : 'no';
  if (person === null) {
    render(signIn(ended, entered, draw), root);
    return;
  }
  render(
    html`${masthead(person, view)}
      <main id="main" tabindex="-1" aria-busy=${String(shown?.view !== view && trouble === null)}>${troubleText()} ${spanForm(view)} ${body(view)}</main>
      <footer class="foot">
        <label><input type="checkbox" .checked=${keysUsed()} @change=${keepKeys} /> ${word('keys.use')}</label>
      </footer>`,
    root,
  );
}

async function begun(): Promise<void> {
  try {
    await Promise.all([lookFor('gate'), lookFor('survey')]);
  } catch {
    // Without an answer the rest of the page says what is wrong.
  }
  draw(); // the views are known only now, and with them what each digit stands for
  await refresh();
  turnLater();
}

function entered(someone: Person): void {
  person = someone;
  ended = false;
  void begun();
}

// Links within the console change the view without loading the page again.
document.addEventListener('click', (event) => {
  const link = (event.target as Element).closest('a');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !link.pathname.startsWith('/console') || link.hash || 'away' in link.dataset) return;
  event.preventDefault();
  void go(link.pathname + link.search);
});
addEventListener('popstate', () => void go(location.pathname + location.search, false));
addEventListener('keydown', (event) => {
  const writing = (event.target as Element).matches('input:not([type=checkbox]), select, textarea');
  if (event.key === 'Escape' && wall.on && !document.querySelector('dialog[open]')) switchWall();
  if (!person || writing || !keysUsed() || event.ctrlKey || event.metaKey || event.altKey) return;
  const views = viewsOf(person);
  const steps: Record<string, number> = { '[': -1, ']': 1 };
  const step = steps[event.key];
  const at = step === undefined ? Number(event.key) - 1 : (views.indexOf(viewAt()) + step + views.length) % views.length;
  const view = views[at];
  if (view) void go(addressOf(view));
  if (event.key === 'w') switchWall();
});
document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    clearTimeout(timer);
    clearTimeout(turn);
  } else if (person) {
    if (viewAt() === 'now' || viewAt() === 'gate' || wall.on) void refresh();
    turnLater();
  }
});

async function begin(): Promise<void> {
  lookFollow(lookKept, () => lookApply(lookKept()));
  root.replaceChildren();
  try {
    person = await read<Person>('session');
  } catch {
    person = null;
  }
  if (person === null && enterByLink(entered, draw)) return;
  if (person) await begun();
  else draw();
}

// Charts hold colours of their own: they are drawn again when the theme changes, by whomever.
new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ['data-theme'] });
void begin();
