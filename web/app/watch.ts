// watch.ts - notices by itself what happened elsewhere: another tab, another browser, the ledger.
import { countAccess, hearOtherTabs, refresh } from './actions.js';
import { change, model } from './model.js';
import { calendarWatch } from './calendar.js';
import { newsListen } from './news.js';

const LOOK_MS_FIRST = 5_000;
const LOOK_MS_MAX = 60_000;
const LOOK_AGAIN_MS_MIN = 1_000;

// True while something may happen that this page does not do itself: the return from the provider in
// another browser, or points that are still on their way.
function isAwaiting(): boolean {
  return model.me?.state === 'authenticating' || model.me?.state === 'applied';
}

let lookMs = LOOK_MS_FIRST;
let timer: ReturnType<typeof setTimeout> | undefined;

// Looks less and less often, and not at all while nobody sees the page.
export function watchAgain(): void {
  const wanted = isAwaiting() && document.visibilityState === 'visible' && model.task === null;
  if (wanted === (timer !== undefined)) return;
  if (!wanted) {
    clearTimeout(timer);
    timer = undefined;
    return;
  }
  timer = setTimeout(() => {
    timer = undefined;
    lookMs = Math.min(lookMs * 1.5, LOOK_MS_MAX);
    void refresh().finally(watchAgain);
  }, lookMs);
}

function cameBack(): void {
  if (document.visibilityState !== 'visible') return;
  lookMs = LOOK_MS_FIRST;
  if (Date.now() - model.seenAt > LOOK_AGAIN_MS_MIN) void refresh();
  watchAgain();
}

export function watch(): void {
  hearOtherTabs();
  newsListen();
  calendarWatch();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') countAccess();
    calendarWatch();
    cameBack();
  });
  addEventListener('focus', cameBack);
  addEventListener('online', () => void refresh());
  addEventListener('pageshow', (event) => {
    // Back from the provider by the browser's own button: the page still stands as it was left.
    if (!event.persisted) return;
    change({ now: Date.now() });
    void refresh();
  });
}
