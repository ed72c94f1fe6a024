// calendar.ts - the published calendar's word on now and next, looked for while somebody sees the page.
import { readCalendar } from './api.js';
import { change } from './model.js';

const LOOK_MS = 300_000;

let timer: ReturnType<typeof setTimeout> | undefined;

async function look(): Promise<void> {
  try {
    change({ quiet: await readCalendar() });
  } catch {
    // It is advice: without it the page is whole.
  }
}

// Looks now and, while the page is seen, every five minutes.
export function calendarWatch(): void {
  clearTimeout(timer);
  if (document.visibilityState !== 'visible') return;
  void look().finally(() => {
    timer = setTimeout(calendarWatch, LOOK_MS);
  });
}
