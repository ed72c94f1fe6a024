// actions.ts - what a resident can do, and what the page does by itself.
import * as api from './api.js';
import { Trouble } from './api.js';
import type { Me, Step } from './api.js';
import { forget, keep, kept } from './keep.js';
import { announce } from './live.js';
import type { Notice, Task } from './model.js';
import { change, learn, model, SURVEY_NONE } from './model.js';
import { persist } from './persist.js';
import { goTo } from './route.js';
import { languageNow, word } from './words.js';
import { noticeOf } from './notices.js';

const SLOW_AFTER_MS = 3_000;
const KEY_BYTES = 16;

const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('juncho') : null;

// Counts the writes: a read that began before a write ended may be older than what is on the screen.
let writes = 0;
let refreshing: Promise<void> | null = null;

async function readUntilCurrent(): Promise<void> {
  for (;;) {
    const began = writes;
    const [campaign, me] = await persist('reading', () => Promise.all([api.readCampaign(), api.readMe()]));
    if (began !== writes) continue;
    change({ campaign });
    learn(me);
    if (model.path === '/points' && me !== null) change({ points: await persist('reading', api.readPoints) });
    return;
  }
}

// Asks the server what is true now. Calls at the same time share one answer.
export function refresh(): Promise<void> {
  refreshing ??= readUntilCurrent()
    .catch((error: unknown) => {
      if (error instanceof Trouble && error.status === 401) learn(null);
      else change({ notice: noticeOf(error) });
    })
    .finally(() => {
      refreshing = null;
    });
  return refreshing;
}

export function hearOtherTabs(): void {
  channel?.addEventListener('message', () => void refresh());
}

function written(): void {
  writes += 1;
  channel?.postMessage('changed');
}

// A no from the server. When another tab or an earlier answer has moved on, the truth is shown instead.
async function refused(error: unknown): Promise<void> {
  if (!(error instanceof Trouble)) throw error;
  const before = model.me?.state;
  writes += 1;
  if (error.status === 401) learn(null);
  else await refresh();
  const overtaken = error.code === 'out-of-order' && model.me?.state !== before;
  const notice: Notice | null = overtaken ? null : noticeOf(error);
  change({ notice });
}

// Reads what a screen wants; a no is shown in words.
export async function trying(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await refused(error);
  }
}

// Runs one task at a time; a second press while one is under way does nothing.
export async function run(task: Task, work: () => Promise<void>): Promise<void> {
  if (model.task !== null) return;
  change({ task, slow: false, notice: null });
  const slow = setTimeout(() => change({ slow: true }), SLOW_AFTER_MS);
  try {
    await work();
  } catch (error) {
    await refused(error);
  } finally {
    clearTimeout(slow);
    change({ task: null, slow: false });
  }
}

export function register(): Promise<void> {
  return run('register', async () => {
    await persist('sending', () => api.register(languageNow()));
    written();
    await refresh();
    goTo('/journey');
  });
}

let beginning: Promise<void> | null = null;

async function sayBegun(): Promise<void> {
  try {
    await persist('reading', () => api.doStep('begin'));
    if (model.me) learn({ ...model.me, began: true });
  } catch {
    // A no here means that the journey is further on than this page knows; the next step finds out.
  }
}

// Tells the server, once, that the first screen was opened. It holds no button back.
export function begin(): void {
  beginning ??= sayBegun();
}

export function takeStep(step: Exclude<Step, 'begin'>): Promise<void> {
  return run(step, async () => {
    await beginning;
    const { state } = await persist('sending', () => api.doStep(step));
    written();
    if (model.me) learn({ ...model.me, state });
    goTo('/journey');
  });
}

// Asks for the provider's address; null when the gate wants the resident to wait in line first.
async function addressOfProvider(): Promise<URL | null> {
  try {
    return new URL(await persist('sending', api.beginIdentity), location.href);
  } catch (error) {
    if (!(error instanceof Trouble) || error.place === null) throw error;
    written();
    // Nobody ahead and still not in: a moment's wait all the same.
    const place = { ...error.place, ahead: Math.max(error.place.ahead ?? 0, 1) };
    if (model.me) learn({ ...model.me, place, pass: null });
    return null;
  }
}

// Books a quarter of an hour, or moves the booking there.
export function book(start: string): Promise<void> {
  return run('book', async () => {
    try {
      await persist('sending', () => api.makeBooking(start));
    } finally {
      change({ bookings: await persist('reading', api.readBookings) });
    }
    announce(word('booking.kept'));
  });
}

export function bookingCancel(): Promise<void> {
  return run('book', async () => {
    await persist('sending', api.cancelBooking);
    change({ bookings: await persist('reading', api.readBookings), cancelled: true });
    announce(word('booking.cancelled'));
  });
}

// The code of a place that somebody joined for. It is taken as people type it; the server knows O from 0.
export function takeAssisted(typed: string): Promise<void> {
  const code = typed.normalize('NFKC').replace(/[\s-]/g, '');
  return run('assisted', async () => {
    try {
      await persist('sending', () => api.takePlace(code));
    } catch (error) {
      if (!(error instanceof Trouble) || (error.status !== 404 && error.status !== 400)) throw error;
      change({ notice: { title: 'assisted.wrong.title', body: 'assisted.wrong.body' } });
      return;
    }
    written();
    announce(word('assisted.taken'));
    await refresh();
  });
}

export function identify(): Promise<void> {
  return run('identify', async () => {
    const address = await addressOfProvider();
    if (address === null) return;
    if (address.protocol !== 'https:' && address.protocol !== 'http:') throw new Trouble('refused', '', 0, null);
    written();
    change({ returned: null });
    location.assign(address);
    // The task ends with the page: until the provider's page is there, the button stays pressed.
    await new Promise<void>((resolve) => addEventListener('pageshow', () => resolve(), { once: true }));
  });
}

// Takes the digits as people type them: full width, or with spaces.
export function confirmCode(typed: string): Promise<void> {
  const code = typed.normalize('NFKC').replace(/[\s-]/g, '');
  if (!/^\d{6}$/.test(code)) {
    change({ notice: { title: 'confirm.form.title', body: 'confirm.form.body' } });
    return Promise.resolve();
  }
  return run('confirm', async () => {
    await persist('sending', () => api.confirmIdentity(code));
    written();
    change({ returned: null });
    await refresh();
    goTo('/journey');
  });
}

export function move(): Promise<void> {
  return run('move', async () => {
    await persist('sending', api.moveToOlderAccount);
    written();
    change({ returned: null });
    await refresh();
    goTo('/journey');
  });
}

interface ApplyKey {
  key: string;
  resident: string;
  campaign: string;
}

// The key stays until an answer has come: a retry after a lost answer is the same application.
function applyKey(me: Me, campaign: string): string {
  const found = kept<ApplyKey>('apply-key');
  if (found?.resident === me.resident && found.campaign === campaign) return found.key;
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  keep('apply-key', { key, resident: me.resident, campaign } satisfies ApplyKey);
  return key;
}

export function apply(): Promise<void> {
  return run('apply', async () => {
    const { me, campaign } = model;
    if (!me || campaign === null) return;
    const key = applyKey(me, campaign.id);
    try {
      const { receipt, points, state, at } = await persist('sending', () => api.apply(campaign.id, key));
      written();
      learn({ ...me, state, application: { receipt, points, at: at ?? new Date().toISOString() } });
    } finally {
      forget('apply-key');
    }
    goTo('/journey');
    void refresh();
  });
}

export function signOut(): Promise<void> {
  return run('end', async () => {
    await persist('sending', api.endSession);
    written();
    for (const name of ['seen', 'apply-key', 'checklist', 'survey']) forget(name);
    beginning = null;
    change({ points: null, survey: SURVEY_NONE, returned: null, checklist: [] });
    learn(null);
    goTo('/');
  });
}

// An access that cannot be counted is no reason to trouble anybody.
export function countAccess(): void {
  api.countAccess().catch(() => {});
}
