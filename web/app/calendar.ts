// calendar.ts - the published calendar's word on now and next, and whether people stand in line, looked for while somebody sees the page.
import { readCalendar, readGate } from './api.js';
import { change, model } from './model.js';

const LOOK_MS = 60_000;

let timer: ReturnType<typeof setTimeout> | undefined;

async function look(): Promise<void> {
  try {
    const [quiet, gate] = await Promise.all([readCalendar(), readGate()]);
    change({ quiet, gate });
  } catch {
    // It is advice: without it the page is whole.
    if (model.quiet === undefined) change({ quiet: null });
  }
}

// Looks now and, while the page is seen, every minute.
export function calendarWatch(): void {
  clearTimeout(timer);
  if (document.visibilityState !== 'visible') return;
  void look().finally(() => {
    timer = setTimeout(calendarWatch, LOOK_MS);
  });
}
