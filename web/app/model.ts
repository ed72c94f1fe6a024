// model.ts - what the screens show; one object, changed in one place.
import type { Bookings, Calendar, Campaign, Marks, Me, Outcome, Points, Question, TroubleKind, Video } from './api.js';
import type { Announcement } from '../shared/listen.js';
import type { Shown } from '../shared/shown.js';
import type { Look } from '../shared/look.js';
import type { GateDocument } from '../shared/place.js';
import { lookKept } from '../shared/look.js';
import type { Key, Language } from './words.js';
import { forget, keep, kept } from './keep.js';

export type Path = '/' | '/journey' | '/points' | '/survey' | '/return';
export type Screen = 'consent' | 'procedure' | 'intent' | 'identity';

// What the resident asked for and the server has not yet answered.
export type Task = 'register' | 'consent' | 'procedure' | 'intent' | 'identify' | 'confirm' | 'move' | 'apply' | 'survey' | 'end' | 'book' | 'assisted';

// Something waits to be sent again; `retryAt` is when, in milliseconds of this device's clock.
export interface Waiting {
  kind: TroubleKind;
  retryAt: number;
}

// A refusal in words: what happened, and what to do.
export interface Notice {
  title: Key;
  body: Key;
}

// The place in line as it is shown, and what the operator says.
export interface Line {
  shown: Shown;
  message: string;
  // The line could not be looked at; what is shown is from `seenAt`.
  doubt: boolean;
  seenAt: number;
}

// The survey: its questions, what is marked, and how far that has come.
export interface Survey {
  questions: Question[] | null;
  draft: Marks;
  sent: boolean;
  thanks: boolean;
}

export const SURVEY_NONE: Survey = { questions: null, draft: {}, sent: false, thanks: false };

export interface Model {
  path: Path;
  campaign: Campaign | null;
  // undefined: not known yet. null: nobody is signed in.
  me: Me | null | undefined;
  // When `me` was last confirmed by the server; shown when it cannot be asked.
  seenAt: number;
  fresh: boolean;
  points: Points | null;
  survey: Survey;
  task: Task | null;
  slow: boolean;
  reading: Waiting | null;
  sending: Waiting | null;
  notice: Notice | null;
  // null: not in line, or not looked at yet; `lineLost`: looked for without an answer.
  line: Line | null;
  lineLost: boolean;
  // The operator began the line anew: the place that this page remembers is none any more.
  lineAnew: boolean;
  bell: boolean;
  returned: Outcome | 'unknown' | null;
  returnCode: string;
  // An earlier screen of the journey that the resident went back to.
  lookBack: Screen | null;
  checklist: string[];
  // undefined: not asked yet; null: it could not be read.
  quiet: Calendar | null | undefined;
  gate: GateDocument | null;
  bookings: Bookings | null;
  cancelled: boolean; // the booking, on this page
  videos: Video[];
  // By name: those that were unfolded.
  filmsSeen: string[];
  announcements: Announcement[];
  // Those of the least level that this browser has put away, as "id.version".
  putAway: string[];
  look: Look;
  language: string;
  // The browser reads Traditional Chinese and nobody chose: what is shown is Simplified.
  hant: boolean;
  languages: Language[];
  // What the live region says; `visible` when the eye needs it too.
  said: { text: string; visible: boolean };
  now: number;
}

interface Seen {
  me: Me;
  campaign: Campaign;
  at: number;
}

function seenBefore(): Seen | null {
  const found = kept<Partial<Seen>>('seen');
  return found?.me?.state && found.campaign?.id && found.at ? (found as Seen) : null;
}

const seen = seenBefore();

export const model: Model = {
  path: '/',
  campaign: seen?.campaign ?? null,
  me: seen?.me,
  seenAt: seen?.at ?? 0,
  fresh: false,
  points: null,
  survey: SURVEY_NONE,
  task: null,
  slow: false,
  reading: null,
  sending: null,
  notice: null,
  line: null,
  lineLost: false,
  lineAnew: false,
  bell: false,
  returned: null,
  returnCode: '',
  lookBack: null,
  checklist: kept<string[]>('checklist') ?? [],
  quiet: undefined,
  gate: null,
  bookings: null,
  cancelled: false,
  videos: [],
  filmsSeen: [],
  announcements: [],
  putAway: kept<string[]>('put-away') ?? [],
  look: lookKept(),
  language: 'ja',
  hant: false,
  languages: [],
  said: { text: '', visible: false },
  now: Date.now(),
};

type Listener = () => void;
let listener: Listener = () => {};
let scheduled = false;

export function modelOnChange(call: Listener): void {
  listener = call;
}

export function change(part: Partial<Model>): void {
  Object.assign(model, part);
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    listener();
  });
}

// What the server's clock says: a phone's own may be wrong.
export function serverNowMs(): number {
  return model.me?.now === undefined ? Date.now() : Date.parse(model.me.now) + Date.now() - model.seenAt;
}

// Takes what the server said about the resident as the truth, and remembers it for when there is no line.
export function learn(said: Me | null): void {
  // What a step changed in it is of this moment.
  const me = said?.now !== undefined && said.now === model.me?.now ? { ...said, now: new Date(serverNowMs()).toISOString() } : said;
  const moved = me?.state !== model.me?.state;
  change({ me, fresh: true, seenAt: Date.now(), ...(moved ? { lookBack: null } : {}) });
  if (me !== null && model.campaign !== null) keep('seen', { me, campaign: model.campaign, at: Date.now() });
  else if (me === null) forget('seen');
}

// What is finished stays finished: it may be shown before the server has confirmed it again.
// Anything else may have gone on since, so it is shown unconfirmed only when the server cannot be asked.
export function meKnown(): boolean {
  if (model.me === undefined) return false;
  if (model.fresh || model.reading !== null) return true;
  return model.me?.state === 'granted';
}
