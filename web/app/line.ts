// line.ts - the resident's place in line: followed by the public document, entered when the turn comes.
//
// The server holds the place (`me.place`); this page only looks. What was shown is kept, so that a page
// that is opened again goes on from the same numbers.
import { bellArm, bellRing } from '../shared/bell.js';
import { follow } from '../shared/follow.js';
import type { GateDocument, Spot } from '../shared/place.js';
import { isKnown, lookAgainS, peopleAhead } from '../shared/place.js';
import type { Shown } from '../shared/shown.js';
import { show, tellingOf } from '../shared/shown.js';
import * as api from './api.js';
import type { Me } from './api.js';
import { Trouble } from './api.js';
import { forget, keep, kept } from './keep.js';
import { refresh } from './actions.js';
import { announce } from './live.js';
import { change, learn, model } from './model.js';
import { newsHint } from './news.js';
import { persist } from './persist.js';
import { isInLine } from './route.js';
import { lineWords } from './screens/waiting.js';

interface Kept {
  spot: Spot;
  shown: Shown;
}

const LOOK_SOON_S = 1;

let following: { spot: Spot; stop: () => void } | null = null;
let entering = false;
let joining = false;
let enterAfterMs = 0;
let told = '';

function isSame(a: Spot, b: Spot): boolean {
  return a.second === b.second && a.rank === b.rank;
}

function shownBefore(spot: Spot): Shown | null {
  if (model.line !== null) return model.line.shown;
  const found = kept<Kept>('line');
  return found?.spot && isSame(found.spot, spot) ? found.shown : null;
}

// Asks for the pass. The gate may still want a moment, when many return at once: then it says how long.
async function enter(): Promise<void> {
  if (entering || Date.now() < enterAfterMs) return;
  entering = true;
  try {
    const pass = await persist('reading', api.enterGate);
    if (model.bell) bellRing();
    if (model.me) learn({ ...model.me, pass });
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    if (error.status === 401) learn(null);
    enterAfterMs = Date.now() + (error.lookAgainS ?? 1) * 1000;
  } finally {
    entering = false;
  }
}

// Asking to go in takes a place in the line that there is now.
async function joinAnew(): Promise<void> {
  if (joining) return;
  joining = true;
  enterAfterMs = 0;
  try {
    await enter();
    await refresh();
  } finally {
    joining = false;
  }
}

function tell(shown: Shown): void {
  const telling = tellingOf(shown);
  if (telling === told || shown.phase === 'turn') return;
  told = telling;
  announce(lineWords(shown));
}

function heard(document: GateDocument, spot: Spot): number {
  if ((model.me?.place?.epoch ?? document.epoch) < document.epoch) {
    if (model.fresh) void joinAnew(); // a remembered place is asked for first
    return LOOK_SOON_S;
  }
  if (!isKnown(document, spot)) return LOOK_SOON_S;
  const shown = show(shownBefore(spot), document, spot, Date.now());
  newsHint(document.news);
  change({ line: { shown, message: document.message, doubt: false, seenAt: document.now * 1000 }, lineLost: false });
  keep('line', { spot, shown } satisfies Kept);
  tell(shown);
  if (shown.phase === 'turn') void enter();
  return lookAgainS(document, peopleAhead(document, spot));
}

function doubt(spot: Spot): void {
  const shown = shownBefore(spot);
  if (shown === null) {
    change({ lineLost: true });
    return;
  }
  change({ line: { message: '', seenAt: shown.atMs, ...model.line, shown, doubt: true } });
}

// A place that is gone before it was used went with the line.
function forgetPlace(me: Me): void {
  const waited = kept<Kept>('line')?.shown.phase;
  forget('line');
  if (me.state === 'intended' && waited !== undefined && waited !== 'turn') change({ lineAnew: true });
}

// Follows the line while the resident stands in it, and only then.
export function lineWatch(): void {
  const spot = isInLine(model) ? (model.me?.place ?? null) : null;
  if (spot === null && joining) return; // the new place is on its way
  if (spot === null ? following === null : following !== null && isSame(following.spot, spot)) return;
  following?.stop();
  following = null;
  told = '';
  if (spot === null) {
    if (model.me && !model.me.place) forgetPlace(model.me);
    change({ line: null, lineLost: false, bell: false });
    return;
  }
  change({ lineAnew: false });
  const ear = { heard: (document: GateDocument) => heard(document, spot), failed: () => doubt(spot), wantsHidden: () => model.bell };
  following = { spot, stop: follow(ear) };
}

export async function bellPress(): Promise<void> {
  change({ bell: model.bell ? false : await bellArm() });
}
