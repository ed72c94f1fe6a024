// api.ts - speaks the server's HTTP and turns every way it can fail into one Trouble.
//
// Nothing here knows a screen. A Trouble says whether waiting helps (`passing`) and for how long,
// so that the caller can go on by itself instead of asking the resident to try again.

import type { GateDocument } from '../shared/place.js';

const ANSWER_MS_MAX = 20_000;
const RETRY_S_MAX = 120;

export type Outcome =
  | 'verified'
  | 'age'
  | 'outside'
  | 'review'
  | 'cancelled'
  | 'card_trouble'
  | 'certificate'
  | 'busy'
  | 'linked_elsewhere'
  | 'other';

export type State =
  | 'registered'
  | 'consented'
  | 'informed'
  | 'intended'
  | 'authenticating'
  | 'verified'
  | 'applied'
  | 'granted'
  | 'refused';

export interface Campaign {
  id: string;
  name: string;
  names: Record<string, string>; // in other languages than Japanese
  points: number;
  opens: string;
  closes: string;
  state: 'before' | 'open' | 'closed';
  age_min: number;
  prefecture: string;
  sandbox: boolean;
  identity_app: { name: string; ios: string; android: string };
  contact?: { phone: string; hours: string; hours_in: Record<string, string> };
}

export interface Application {
  receipt: string;
  at: string;
  points: number;
}

// A place in line; `pseudonym` is the number that a place of the draw was drawn by.
export interface Place {
  second: number;
  rank: number;
  ahead?: number;
  epoch?: number;
  pseudonym?: string;
}

// A check that came back in another browser, which shows the code that it waits for.
export interface Confirmation {
  until: string;
  tries_left: number;
}

export interface Pass {
  until: string;
}

export interface Me {
  // When this was said, by the clock of the server.
  now?: string;
  resident: string;
  state: State;
  began: boolean;
  points: { balance: number; pending: number };
  place: Place | null;
  // Leave to begin the identity check, until then.
  pass?: Pass | null;
  // `may_move`: the card was shown in this browser and belongs to an older account.
  identity: { outcome: Outcome; at: string; may_move: boolean } | null;
  confirmation: Confirmation | null;
  application: Application | null;
}

export interface Transfer {
  id: string;
  at: string;
  points: number;
  kind: string;
  state: 'pending' | 'posted' | 'voided' | 'expired';
}

export interface Points {
  balance: number;
  pending: number;
  transfers: Transfer[];
}

// A film of the city's. Title and transcript are in the language of the page where there are any.
export interface Video {
  name: string;
  step: string;
  title: string;
  src: string;
  poster: string;
  captions: { language: string; label: string; src: string }[];
  transcript: string;
  transcript_language: string;
}

export interface Quiet {
  date: string;
  band: '7-12' | '12-20' | '20-1' | '1-7';
  today: boolean;
}

// How it is now, and the next quiet times, as the calendar was published; without `now` none was yet.
export interface Calendar {
  now?: { level: 'smooth' | 'busy' | 'very busy' | 'unknown'; symbol: string };
  quiet?: Quiet[];
  least_busy?: Quiet[]; // where nothing is quiet: busy while other times are very busy
}

export interface Question {
  name: string;
  kind: 'one' | 'many';
  text: string;
  choices: { number: number; text: string }[];
}

// By the question's name, the numbers of what is chosen.
export type Marks = Record<string, number[]>;

export interface Booking {
  start: string;
  until: string;
  front_until: string;
  standing: 'early' | 'due' | 'front';
}

export interface Bookings {
  mine: Booking | null;
  windows: { start: string; free: number }[];
}

export type Step = 'begin' | 'consent' | 'procedure' | 'intent';

// Where the trouble lies: the phone's line, the way to the server, a busy server, or an answer that says no.
export type TroubleKind = 'offline' | 'unreachable' | 'busy' | 'refused';

interface Problem {
  code: string;
  place: Place | null;
  lookAgainS: number | null;
}

export class Trouble extends Error {
  constructor(
    readonly kind: TroubleKind,
    readonly code: string,
    readonly status: number,
    readonly retryS: number | null,
    readonly place: Place | null = null,
    // How long the gate wants to be left alone.
    readonly lookAgainS: number | null = null,
  ) {
    super(code);
  }

  // True when the same request may succeed later without anybody doing anything.
  get passing(): boolean {
    return this.kind !== 'refused';
  }
}

function retryAfter(response: Response): number | null {
  const value = response.headers.get('Retry-After');
  if (value === null) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 1), RETRY_S_MAX) : null;
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as { type?: unknown; place?: Place; look_again_s?: number };
    const type = typeof body.type === 'string' ? body.type : '';
    return { code: type.replace(/^urn:juncho:problem:/, ''), place: body.place ?? null, lookAgainS: body.look_again_s ?? null };
  } catch {
    return { code: '', place: null, lookAgainS: null };
  }
}

async function troubleOf(response: Response): Promise<Trouble> {
  const { code, place, lookAgainS } = await problemOf(response);
  const { status } = response;
  const kind = status === 429 || status === 503 ? 'busy' : status >= 500 ? 'unreachable' : 'refused';
  return new Trouble(kind, code, status, retryAfter(response), place, lookAgainS);
}

// Questions that were asked before this code was there (ahead.ts); each answer serves once.
export type Ahead = typeof globalThis & { junchoAhead?: Map<string, Promise<Response>> };

function askedAhead(method: string, path: string): Promise<Response> | undefined {
  const ahead = (globalThis as Ahead).junchoAhead;
  const answer = method === 'GET' ? ahead?.get(path) : undefined;
  ahead?.delete(path);
  return answer;
}

async function ask(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> {
  const init: RequestInit = {
    method,
    credentials: 'same-origin',
    cache: 'no-store',
    headers: { Accept: 'application/json', ...headers },
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...init.headers, 'Content-Type': 'application/json' };
  }
  let response: Response;
  try {
    response = await (askedAhead(method, path) ?? fetch(path, init));
  } catch {
    throw new Trouble(navigator.onLine ? 'unreachable' : 'offline', '', 0, null);
  }
  if (!response.ok) throw await troubleOf(response);
  return response;
}

async function document<T>(answer: Promise<Response>): Promise<T> {
  const response = await answer;
  try {
    return (await response.json()) as T;
  } catch {
    // The line broke inside the answer, or something between us and the server answered instead.
    throw new Trouble('unreachable', '', response.status, null);
  }
}

export function readCampaign(): Promise<Campaign> {
  return document(ask('GET', '/api/v1/campaign'));
}

// The resident of this browser, or null when nobody is signed in.
export async function readMe(): Promise<Me | null> {
  try {
    return await document<Me>(ask('GET', '/api/v1/me'));
  } catch (error) {
    if (error instanceof Trouble && error.status === 401) return null;
    throw error;
  }
}

export function readPoints(): Promise<Points> {
  return document(ask('GET', '/api/v1/me/points'));
}

export function readCalendar(): Promise<Calendar> {
  return document(ask('GET', '/api/v1/calendar/app?view=now'));
}

// The public document of the gate; the same for everybody.
export function readGate(): Promise<GateDocument> {
  return document(ask('GET', '/api/v1/gate'));
}

export function readBookings(): Promise<Bookings> {
  return document(ask('GET', '/api/v1/bookings'));
}

// Books a window, or moves the booking to it.
export function makeBooking(start: string): Promise<Booking> {
  return document(ask('POST', '/api/v1/bookings', { start }));
}

export async function cancelBooking(): Promise<void> {
  await ask('DELETE', '/api/v1/bookings', {});
}

export async function countAccess(): Promise<void> {
  await ask('POST', '/api/v1/accesses', {});
}

export async function readVideos(language: string): Promise<Video[]> {
  return (await document<{ videos: Video[] }>(ask('GET', `/api/v1/videos?language=${language}`))).videos;
}

export async function register(language: string): Promise<void> {
  await ask('POST', '/api/v1/residents', { terms: true, language });
}

export function doStep(step: Step): Promise<{ state: State }> {
  return document(ask('POST', `/api/v1/me/journey/${step}`, {}));
}

// Answers the provider's address.
export async function beginIdentity(): Promise<string> {
  const answer = await document<{ location: string }>(ask('POST', '/api/v1/me/identity', {}));
  return answer.location;
}

// Names the code that the other browser shows; then its result counts.
export function confirmIdentity(code: string): Promise<{ outcome: Outcome; state: State }> {
  return document(ask('POST', '/api/v1/me/identity/confirm', { code }));
}

// Takes the place that an operator keeps under this code.
export async function takePlace(code: string): Promise<void> {
  await ask('POST', '/api/v1/gate/tickets', { code });
}

// Goes in with the place that the server holds: the turn has come.
export function enterGate(): Promise<Pass> {
  return document(ask('POST', '/api/v1/gate/passes', {}));
}

export async function moveToOlderAccount(): Promise<void> {
  await ask('POST', '/api/v1/me/identity/move', {});
}

export function apply(campaign: string, key: string): Promise<{ receipt: string; points: number; state: State; at?: string }> {
  return document(ask('POST', '/api/v1/me/application', { campaign }, { 'Idempotency-Key': key }));
}

export async function readQuestions(): Promise<Question[]> {
  return (await document<{ questions: Question[] }>(ask('GET', '/api/v1/survey'))).questions;
}

// What this resident answered; null: nothing yet.
export async function readMySurvey(): Promise<Marks | null> {
  const { answers } = await document<{ answers: Record<string, number | number[]> | null }>(ask('GET', '/api/v1/me/survey'));
  if (answers === null) return null;
  return Object.fromEntries(Object.entries(answers).map(([name, value]) => [name, [value].flat()]));
}

export async function sendSurvey(questions: readonly Question[], marks: Marks): Promise<void> {
  const answers: Record<string, number | number[]> = {};
  for (const { name, kind } of questions) {
    const numbers = marks[name] ?? [];
    const [first] = numbers;
    if (first !== undefined) answers[name] = kind === 'many' ? numbers : first;
  }
  await ask('PUT', '/api/v1/me/survey', { answers });
}

export async function endSession(): Promise<void> {
  await ask('POST', '/api/v1/session/end', {});
}
