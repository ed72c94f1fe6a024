// booking.ts - the offers to come back at a booked time, looked for while the resident stands in line.
import { enterGate, readBookings, Trouble } from './api.js';
import { announce } from './live.js';
import { change, learn, model } from './model.js';
import { isInLine } from './route.js';
import { word } from './words.js';

const LOOK_MS = 30_000;
const ENTER_AGAIN_MS = 1_500;

let timer: ReturnType<typeof setTimeout> | undefined;

async function look(): Promise<void> {
  const before = model.bookings?.mine ?? null;
  try {
    const bookings = await readBookings();
    change({ bookings });
    if (before !== null && bookings.mine === null && isInLine(model)) announce(word('booking.over'), true);
  } catch {
    // An offer beside the line: without it the line goes on.
  }
}

// Looks at once when the line begins, and every half a minute while it lasts.
export function bookingWatch(): void {
  if (!isInLine(model)) {
    clearTimeout(timer);
    timer = undefined;
    return;
  }
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    bookingWatch();
  }, LOOK_MS);
  void look();
}

let entering = false;

// Asks to be let in by the booking, again and again: the gate may want a moment, when many come at once. A booking whose
// time is over opens nothing any more.
export async function bookingEnter(): Promise<void> {
  if (entering) return;
  entering = true;
  try {
    const pass = await enterGate();
    if (model.me) learn({ ...model.me, pass });
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    await look();
    setTimeout(() => {
      if (isInLine(model) && model.bookings?.mine) void bookingEnter();
    }, ENTER_AGAIN_MS);
  } finally {
    entering = false;
  }
}
