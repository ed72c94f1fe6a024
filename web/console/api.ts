// api.ts - what the console asks the server, and the forms of its answers.
const ANSWER_MS_MAX = 20_000;
const ACTIVE_MS = 60_000;

export type Role = 'viewer' | 'operator' | 'admin';
export interface Person {
  name: string;
  role: Role;
  password?: boolean; // false: enters by the organisation or by a link
}

export interface Sum {
  accesses: number;
  users: number;
  verified: number;
  granted: number;
  requests: number;
  errors: number;
}
export interface Entry {
  sequence: number;
  at: string;
  operator: string;
  action: string;
  subject: string;
  before: string;
  after: string;
  reason: string;
}
export interface Now {
  at: string;
  since: string;
  campaign: { name: string; state: 'before' | 'open' | 'closed'; points: number };
  today: Sum;
  hour: Sum;
  hour_before: Sum;
  hours: (Sum & { hour: number })[];
  yesterday: (Sum & { hour: number })[];
  application: { count: number; median_us: number; p99_us: number } | null;
  store: { available: boolean; waiting: number };
  changes: Entry[];
  settings: Record<string, number>;
}
export interface Heat {
  from: string;
  to: string;
  days: { start: string; accesses: number[]; imported: number[] }[]; // imported: of hours that were not counted here
  settings: Record<string, number>;
}
export interface Funnel {
  from: string;
  to: string;
  granted: number;
  jumps: number;
  steps: { step: string; reached: number; went_on: number }[];
  outcomes: Record<string, number>;
}
export interface Participants {
  openings: number;
  users: number;
  verified: number;
  applied: number;
  granted: number;
  population_date: string;
  days: { start: string; openings: number; users: number; verified: number; applied: number; granted: number }[];
  bands: { band: string; verified: number }[];
  places: { code: number; name: string; verified: number; population: number }[];
}
export interface CallsRow {
  start: string;
  offered: number;
  answered: number | null;
  abandoned: number | null;
  answer_rate: number | null;
}
export interface Calls {
  from: string;
  to: string;
  total: CallsRow[];
  days: CallsRow[];
  half_hours: CallsRow[];
}
export interface ReliefHour {
  start: string;
  openings: number;
  reads: number;
  searches: number;
  calls: number | null; // null: not both half-hours were counted
  reads_by_topic: number[];
  calls_by_topic: number[];
}
export interface ReliefTopic {
  name: string; // "": searches that found nothing, questions that are gone
  has_answers: boolean;
  words: string[]; // of the call centre, that count here
  reads: number;
  searches: number;
  helped: number;
  did_not_help: number;
  calls: number;
}
export interface Relief {
  from: string;
  to: string;
  calls: number; // all of them
  topics: ReliefTopic[];
  hours: ReliefHour[];
  lags: { hours: number; pairs: number; r: number | null; low: number | null; high: number | null }[];
  verdict: 'too-little' | 'none' | 'fewer' | 'more';
  lag_hours: number;
}
export interface Orders {
  number: number;
  floor_per_min: number;
  ceiling_per_min: number;
  by_hand: boolean;
  hand_per_min: number;
  paused: boolean;
  message: string;
}
export type Order = Partial<Omit<Orders, 'number'>>;
export interface Gate {
  state: string;
  epoch: number;
  joined: number;
  passed: number;
  waiting: number;
  inside: number;
  at_provider: number;
  pace_per_min: number;
  steady_pace_per_min: number;
  reason: string;
  frozen: boolean;
  wait_s: { p50: number; p90: number };
  orders: Orders;
  stages: {
    name: string;
    capacity_per_s: number;
    share: number;
    on_the_way: number;
    backlog: number;
    busy: boolean;
    silent: boolean;
  }[];
  promises: { promised: number; held_p50: number; held_p90: number }[];
}
export interface Share {
  count: number;
  share: number | null;
  low: number | null;
  high: number | null;
}
export interface Survey {
  answers: number;
  verified: number;
  questions: {
    name: string;
    kind: 'one' | 'many';
    text: string;
    answered: number;
    choices: (Share & { number: number; text: string })[];
    top?: Share;
    bottom?: Share;
  }[];
}
export interface Answer {
  slug: string;
  category: string;
  question: string;
  keywords: string;
  answer: string;
  read: number;
  helped: number;
  did_not_help: number;
}
export interface Answers {
  language: string;
  entries: Answer[];
  unfound: { words: string; count: number }[];
}
export interface AnswerVersion {
  version: number;
  at: string;
  hidden: boolean;
  category: string;
  question: string;
  keywords: string;
  answer: string;
  author: string;
  reason: string;
}
export type Level = 'info' | 'warning' | 'urgent';
export interface Saying {
  level: Level;
  starts: string;
  ends: string;
  texts: Record<string, { title: string; body: string }>;
  reason: string;
}
export interface Announced extends Saying {
  id: number;
  version: number;
  withdrawn: boolean;
  current: boolean;
  author: string;
}
export interface News {
  announcements: Announced[];
}
// An operator's words in the report, and which report everybody reads.
export interface ReportNote {
  paragraphs: string[];
  set_by: string | null;
  set_at: string | null;
}
export interface Publication {
  number: number;
  published_by: string | null;
  published_at: string | null;
}
export interface Settings {
  campaign: {
    id: string;
    name: string;
    points: number;
    budget_points: number;
    opens: string;
    closes: string;
    age_min: number;
    prefecture: string;
  };
  settings: { name: string; value: number; default: number; min: number; max: number }[];
  keys: SettingKey[];
}
export type Scalar = string | number | boolean;
// A key of the file of settings; `set_at`: the console's value holds, not the file's.
export interface SettingKey {
  name: string;
  kind: 'text' | 'number' | 'time' | 'switch';
  value: Scalar;
  file: Scalar;
  changeable: boolean;
  why?: string;
  set_at?: string;
  min?: number;
  max?: number;
}
export interface SettingEffect {
  name: string;
  before: string;
  value: string;
  people: { users: number; verified: number; granted: number; too_young: number };
  points: { reserved: number; granted: number; people_left_before: number; people_left_after: number };
  bookings: { all: number; outside: number };
}
// `value` null: as the file says.
export interface SettingChange {
  name: string;
  before: Scalar;
  value: Scalar | null;
  reason: string;
}
export interface Log {
  total: number;
  entries: Entry[];
}
export interface Operators {
  operators: { name: string; role: Role; disabled: boolean; by_link: boolean; by_organisation: boolean; created: string; last_seen?: string }[];
}

// What an order about an operator answers; the secrets stand in it this once.
export interface Told {
  name: string;
  change: string;
  password?: string;
  otpauth?: string;
  qr_svg?: string;
}
export type CalendarSeries = 'app' | 'calls';
interface CalendarBand {
  band: string;
  word: string;
  symbol: string;
  reason?: string;
}
export interface CalendarDay {
  date: string;
  holiday: boolean;
  bands: CalendarBand[];
}
export interface CalendarPhase {
  phase: string;
  from: string;
  until: string;
  bands: CalendarBand[];
}
export interface CalendarWeek {
  monday: string;
  version: number;
  compared: number;
  exact: number;
  within_one: number;
  false_smooth: number;
  cells: number[][];
}
// `said` and `year` as residents read them, `kept` as operators do.
export interface Calendars {
  series: CalendarSeries;
  said: { version: number; today?: string; days?: CalendarDay[] };
  year: { phases?: CalendarPhase[] };
  kept: {
    version: number;
    made: string | null;
    reason: string | null;
    overrides: { date: string; band: string; level: string; reason: string }[];
    weeks: CalendarWeek[];
    plan: CalendarPlan;
  };
}
// What the last look at the calendar stood on; `trouble` since when it does not succeed any more.
export interface CalendarPlan {
  looked: string | null;
  days: number;
  profile: 'file' | 'earlier' | null;
  expected_per_day: number;
  trouble_since: string | null;
  trouble: string | null;
}
export interface Plan {
  agents: number;
  scheduled: number;
  answer_rate: number;
  service_level: number;
  wait_s: number;
  handle_s: number;
  occupancy: number;
}

// `code` is what the problem document names; empty when nobody answered.
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

let activeAt = Date.now();
for (const event of ['pointerdown', 'keydown', 'wheel']) {
  addEventListener(event, () => (activeAt = Date.now()), { passive: true });
}

async function ask(method: string, path: string, body?: object): Promise<Response> {
  const init: RequestInit = { method, credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS_MAX) };
  if (body) Object.assign(init, { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new Refusal(0, '');
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as { type?: string };
  throw new Refusal(response.status, (problem.type ?? '').replace('urn:juncho:problem:', ''));
}

// Looks at a part of the console. What a page asks by itself, with nobody at it, is no sign of life: the session
// then ends in its time. `watching`: somebody wants it on a wall.
export async function read<T>(part: string, query: Record<string, string> = {}, watching = false): Promise<T> {
  const quiet = !watching && Date.now() - activeAt > ACTIVE_MS;
  const search = new URLSearchParams({ ...query, ...(quiet && { quiet: '1' }) });
  const response = await ask('GET', `/api/v1/console/${part}${search.size > 0 ? `?${search}` : ''}`);
  return (await response.json()) as T;
}

export async function enter(proof: { name: string; password: string; code: string } | { link: string }): Promise<Person> {
  return (await (await ask('POST', '/api/v1/console/session', proof)).json()) as Person;
}

export interface AssistedPlace {
  code: string;
  ahead: number;
}
// Joins for somebody who cannot queue by themselves; the code is shown this once.
export async function joinAssisted(): Promise<AssistedPlace> {
  return (await (await ask('POST', '/api/v1/console/gate/assisted', {})).json()) as AssistedPlace;
}

// Ends the line of `epoch`; a new and empty one begins.
export async function resetGate(epoch: number, why: string): Promise<Gate> {
  return (await (await ask('POST', '/api/v1/console/gate/reset', { epoch, why })).json()) as Gate;
}
export async function orderGate(order: Order & { why?: string }): Promise<Gate> {
  return (await (await ask('POST', '/api/v1/console/gate', order)).json()) as Gate;
}

// Writes a version of an answer; `base_version` is the one that its author saw.
export async function writeAnswer(slug: string, body: object): Promise<void> {
  await ask('PUT', `/api/v1/console/faq/${slug}`, body);
}

export async function previewOf(answer: string): Promise<string> {
  return ((await (await ask('POST', '/api/v1/console/preview', { answer })).json()) as { html: string }).html;
}

export async function announce(saying: Saying): Promise<void> {
  await ask('POST', '/api/v1/console/announcements', saying);
}

export async function changeAnnouncement({ id, version, level, starts, ends, texts }: Announced, withdrawn: boolean, reason: string): Promise<void> {
  await ask('PUT', `/api/v1/console/announcements/${id}`, { version, withdrawn, level, starts, ends, texts, reason });
}

export async function writeReportNote(paragraphs: string[]): Promise<void> {
  await ask('PUT', '/api/v1/console/report', { paragraphs });
}

export async function publishReport(): Promise<void> {
  await ask('POST', '/api/v1/console/report/publication', {});
}

export async function changeSetting({ name, ...change }: SettingChange): Promise<Settings> {
  return (await (await ask('PUT', `/api/v1/console/settings/${name}`, change)).json()) as Settings;
}

export async function readCalendars(series: CalendarSeries): Promise<Calendars> {
  const publicly = async (view: string): Promise<unknown> => (await ask('GET', `/api/v1/calendar/${series}?view=${view}&language=ja`)).json();
  const [kept, said, year] = await Promise.all([read<Calendars['kept']>('calendar', { series }), publicly('weeks'), publicly('year')]);
  return { series, kept, said: said as Calendars['said'], year: year as Calendars['year'] };
}

export async function setCalendarLevel(cell: { series: CalendarSeries; date: string; band: string; level: string; reason: string }): Promise<void> {
  await ask('PUT', '/api/v1/console/calendar/overrides', cell);
}

export async function publishCalendar(series: CalendarSeries, reason: string): Promise<void> {
  await ask('POST', '/api/v1/console/calendar/versions', { series, reason });
}

export async function addOperator(somebody: { name: string; role: string; reason: string }): Promise<Told> {
  return (await (await ask('POST', '/api/v1/console/operators', somebody)).json()) as Told;
}

export async function changeOperator(name: string, change: { change: string; role?: string; reason: string }): Promise<Told> {
  return (await (await ask('PUT', `/api/v1/console/operators/${encodeURIComponent(name)}`, change)).json()) as Told;
}

// What the organisation's account is called; null: there is no such way in.
export async function readWays(): Promise<string | null> {
  return ((await (await ask('GET', '/console/ways')).json()) as { organisation: string | null }).organisation;
}

export async function changePassword(change: { current: string; code: string; password: string }): Promise<void> {
  await ask('PUT', '/api/v1/console/session/password', change);
}

export async function leave(): Promise<void> {
  await ask('DELETE', '/api/v1/console/session', {});
}
