// shown.ts - what a waiting person reads: numbers that come to rest, and never grow without a reason.
//
// The gate's numbers move every second and are estimates. What is shown changes every few seconds at
// most; people ahead and the span only shrink, and where they must grow the reason is shown with them.
import type { GateDocument, Spot, Wait } from './place.js';
import { peopleAhead, turnHasCome, waitOf } from './place.js';

// draw: before the opening. still: nobody is let in for the moment. turn: this person may go in.
export type Phase = 'draw' | 'waiting' | 'still' | 'turn' | 'closed';

// Why a number grew. slower: fewer people are let in. recount: the people were counted again. anew: the operator
// began the line anew, and a new place was taken.
export type Reason = 'slower' | 'recount' | 'anew';

// In whole minutes; `unknown` while none can be given.
export interface Span {
  kind: 'soon' | 'within' | 'minutes' | 'hours' | 'unknown';
  low: number;
  high: number;
}

export interface Shown {
  phase: Phase;
  ahead: number;
  span: Span;
  // When the turn will be, in seconds since 1970; 0 while it cannot be said.
  turnAtS: number;
  // How much of the way is done, 0 to 1.
  progress: number;
  reason: Reason | null;
  // When it was shown, in milliseconds of this device, and when the reason appeared.
  atMs: number;
  reasonMs: number;
  epoch: number;
  aheadFirst: number;
}

const REST_MS = 5_000;
const REASON_MS = 60_000;
// Whoever looks away for a while must still read that the place is another one.
const ANEW_MS = 30 * 60_000;
// What the estimate may be off before it counts as a delay: a tenth, and at least a minute.
const DELAY_SHARE = 0.1;
const DELAY_S_MIN = 60;
// Places are known within 1 % of the line.
const RECOUNT_SHARE = 0.1;
const RECOUNT_MIN = 20;
const DIGITS = 3;
const MILESTONES_MIN = [2, 5, 10, 20, 30, 60, 120, 240];

function stepOf(minutes: number): number {
  if (minutes < 10) return 1;
  if (minutes < 60) return 5;
  return minutes < 180 ? 10 : 30;
}

function spanBetween(low: number, high: number): Span {
  if (high <= 1) return { kind: 'soon', low: 0, high: 1 };
  if (low === 0) return { kind: 'within', low, high };
  return { kind: high < 60 ? 'minutes' : 'hours', low, high };
}

// From the median, rounded down, to the ninetieth percentile, rounded up.
export function spanOf(wait: Wait | null): Span {
  if (wait === null) return { kind: 'unknown', low: 0, high: 0 };
  const lowStep = stepOf(wait.p50S / 60);
  const highStep = stepOf(wait.p90S / 60);
  const low = Math.floor(wait.p50S / 60 / lowStep) * lowStep;
  return spanBetween(low, Math.max(Math.ceil(wait.p90S / 60 / highStep) * highStep, low + lowStep));
}

// Three digits: the places are not known more exactly, and a calm number is read more easily.
function rounded(people: number): number {
  const unit = 10 ** Math.max(Math.ceil(Math.log10(Math.max(people, 1))) - DIGITS, 0);
  return Math.ceil(people / unit) * unit;
}

function clockOf(nowS: number, wait: Wait | null): number {
  if (wait === null) return 0;
  const unit = (wait.p50S > 20 * 60 ? 5 : 1) * 60;
  return Math.ceil((nowS + wait.p50S) / unit) * unit;
}

function phaseOf(document: GateDocument, spot: Spot): Phase {
  if (document.state === 'closed') return spot.second === 0 ? 'draw' : 'closed';
  if (turnHasCome(document, spot)) return 'turn';
  return document.state === 'paused' ? 'still' : 'waiting';
}

interface Settled {
  span: Span;
  turnAtS: number;
  slower: boolean;
}

// Keeps the span while the new one is not shorter, and takes a longer one only when it is clearly longer.
function settle(before: Shown | null, wait: Wait | null, nowS: number): Settled {
  const fresh = { span: spanOf(wait), turnAtS: clockOf(nowS, wait), slower: false };
  if (before === null || wait === null || before.span.kind === 'unknown') return fresh;
  const allowed = Math.max(before.span.high * 60 * DELAY_SHARE, DELAY_S_MIN);
  const late = before.turnAtS <= nowS ? wait.p50S > DELAY_S_MIN : nowS + wait.p50S > before.turnAtS + allowed;
  if (late || wait.p90S > before.span.high * 60 + allowed) return { ...fresh, slower: true };
  return {
    span: spanBetween(Math.min(fresh.span.low, before.span.low), Math.min(fresh.span.high, before.span.high)),
    turnAtS: before.turnAtS <= nowS ? fresh.turnAtS : Math.min(fresh.turnAtS, before.turnAtS),
    slower: false,
  };
}

function settleAhead(before: Shown | null, people: number): { ahead: number; recount: boolean } {
  if (before === null) return { ahead: rounded(people), recount: false };
  const recount = people > before.ahead * (1 + RECOUNT_SHARE) + RECOUNT_MIN;
  return { ahead: recount ? rounded(people) : Math.min(rounded(people), before.ahead), recount };
}

function reasonOf(anew: boolean, recount: boolean, slower: boolean): Reason | null {
  if (anew) return 'anew';
  return recount ? 'recount' : slower ? 'slower' : null;
}

// The next thing to show after `before`; the same object while the numbers rest.
export function show(last: Shown | null, document: GateDocument, spot: Spot, nowMs: number): Shown {
  const phase = phaseOf(document, spot);
  if (last !== null && last.phase === phase && nowMs - last.atMs < REST_MS) return last;
  const before = last?.epoch === document.epoch ? last : null;
  const people = peopleAhead(document, spot);
  const { ahead, recount } = settleAhead(before, people);
  const wait = phase === 'waiting' ? waitOf(document, spot) : null;
  const { span, turnAtS, slower } = settle(before, wait, document.now);
  const said = reasonOf(last !== null && before === null, recount, slower);
  const kept = before !== null && nowMs - before.reasonMs < (before.reason === 'anew' ? ANEW_MS : REASON_MS);
  const old = kept ? before.reason : null;
  const aheadFirst = Math.max(before?.aheadFirst ?? 0, ahead, 1);
  return {
    phase,
    ahead,
    span,
    turnAtS,
    progress: phase === 'turn' ? 1 : 1 - ahead / aheadFirst,
    reason: phase === 'waiting' ? (old === 'anew' ? old : (said ?? old)) : null,
    atMs: nowMs,
    reasonMs: said === null || old === 'anew' ? (before?.reasonMs ?? 0) : nowMs,
    epoch: document.epoch,
    aheadFirst,
  };
}

// Changes when a screen reader should speak: another phase, a new reason, or a milestone of the way.
export function tellingOf({ phase, reason, reasonMs, span }: Shown): string {
  const milestone = MILESTONES_MIN.findIndex((minutes) => span.high <= minutes);
  return [phase, reason ?? '', reason === null ? 0 : reasonMs, span.kind === 'unknown' ? 'unknown' : milestone].join(' ');
}
