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
// So long after a place was given every document knows it.
const OLD_S = 5;

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

// False for a document that is older than the place: it does not know who came in that second.
export function isKnown(document: GateDocument, spot: Spot): boolean {
  const last = document.arrivals.at(-1)?.[0] ?? 0;
  return turnHasCome(document, spot) || last > spot.second || document.now > spot.second + OLD_S;
}

export function peopleAhead(document: GateDocument, spot: Spot): number {
  if (turnHasCome(document, spot)) return 0;
  const { arrivals, nodes, passed } = document;
  const before = valueAt(arrivals, keyOf(spot), 1) ?? passed;
  if (spot.second === 0) return Math.max(before - passed, 0);
  const after = valueAt(arrivals, spot.second + 1, 1) ?? passed;
  return Math.max(before + Math.min(spot.rank * nodes, after - before) - passed, 0);
}

// The promised span, or null while nobody is let in and none can be given.
export function waitOf({ wait }: GateDocument, spot: Spot): Wait | null {
  const p50S = valueAt(wait, keyOf(spot), 1);
  const p90S = valueAt(wait, keyOf(spot), 2);
  return p50S === null || p90S === null ? null : { p50S, p90S: Math.max(p50S, p90S) };
}

// How long to leave the server alone with so many people ahead.
export function lookAgainS({ look_again_s }: GateDocument, ahead: number): number {
  const row = look_again_s.filter(([from]) => from <= ahead).at(-1);
  return row?.[1] ?? LOOK_S_DEFAULT;
}
