// place.ts - where somebody stands and how long it will take, computed from the gate's public document.
//
// The document is the same for everybody and may come from a cache: nobody asks the server for a place.
// How it is read stands in src/gate/document.h. Nothing here knows a clock, a screen or the network.

// A place in line; `second` 0 is the draw for everybody who came before the opening.
export interface Spot {
  second: number;
  rank: number;
}

export interface GateDocument {
  state: 'open' | 'queueing' | 'paused' | 'closed';
  now: number;
  watermark: Spot;
  passed: number;
  waiting: number;
  nodes: number;
  epoch: number;
  pace_per_min: number;
  news: number; // another one when there are other announcements
  arrivals: [number, number][];
  wait: [number, number, number][];
  look_again_s: [number, number][];
  message: string;
}

export interface Wait {
  p50S: number;
  p90S: number;
}

const RANKS = 2 ** 32;
const LOOK_S_DEFAULT = 10;
const SET_BACK_S = 5;

// The value of a line through rising points, level before the first and after the last; null without points.
function valueAt(points: readonly (readonly number[])[], x: number, column: number): number | null {
  const after = points.findIndex((point) => (point[0] ?? 0) > x);
  const right = after === -1 ? undefined : points[after];
  const left = after === -1 ? points.at(-1) : points[after - 1];
  const y = (point: readonly number[]): number => point[column] ?? 0;
  if (left === undefined) return right === undefined ? null : y(right);
  if (right === undefined) return y(left);
  const share = (x - (left[0] ?? 0)) / ((right[0] ?? 0) - (left[0] ?? 0));
  return y(left) + share * (y(right) - y(left));
}

function keyOf(spot: Spot): number {
  return spot.second === 0 ? spot.rank / RANKS : spot.second;
}

export function turnHasCome({ watermark }: GateDocument, spot: Spot): boolean {
  return spot.second < watermark.second || (spot.second === watermark.second && spot.rank < watermark.rank);
}

// False for a document from before the end of the place's second: it does not know all who came in it. Where the
// server's clock was set back, places are of seconds to come, and no document is new enough.
export function isKnown(document: GateDocument, spot: Spot): boolean {
  return turnHasCome(document, spot) || document.now > spot.second || spot.second - document.now > SET_BACK_S;
}

export function peopleAhead(document: GateDocument, spot: Spot): number {
  if (turnHasCome(document, spot)) return 0;
  const { arrivals, nodes, passed } = document;
  const before = valueAt(arrivals, keyOf(spot), 1) ?? passed;
  if (spot.second === 0) return Math.max(before - passed, 0);
  const after = valueAt(arrivals, spot.second + 1, 1) ?? passed;
  return Math.max(before + Math.min(spot.rank * nodes, after - before) - passed, 0);
}

// The promised span, or null while nobody is let in and none can be given. It goes by the people ahead: in one second
// many may have come.
export function waitOf(document: GateDocument, spot: Spot): Wait | null {
  const { arrivals, passed, wait } = document;
  const byAhead = wait.map(([key, p50, p90]) => [(valueAt(arrivals, key, 1) ?? passed) - passed, p50, p90]);
  const ahead = peopleAhead(document, spot);
  const p50S = valueAt(byAhead, ahead, 1);
  const p90S = valueAt(byAhead, ahead, 2);
  return p50S === null || p90S === null ? null : { p50S, p90S: Math.max(p50S, p90S) };
}

// How long to leave the server alone with so many people ahead.
export function lookAgainS({ look_again_s }: GateDocument, ahead: number): number {
  const row = look_again_s.filter(([from]) => from <= ahead).at(-1);
  return row?.[1] ?? LOOK_S_DEFAULT;
}
