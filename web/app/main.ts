// main.ts - starts the app: reads the address, draws, asks the server, and keeps drawing.
import { render } from 'lit/html.js';

import { begin, countAccess, refresh } from './actions.js';
import { surveyOpen } from './actions_survey.js';
import { bookingWatch } from './booking.js';
import { frame, troubleWords } from './frame.js';
import { lineWatch } from './line.js';
import { campaignName } from './parts.js';
import { announce } from './live.js';
import { headingText, readFrom } from '../shared/heading.js';
import { lookApply, lookFollow, lookKept } from '../shared/look.js';
import { withoutReadings } from './markup.js';
import { change, model, modelOnChange } from './model.js';
import { persistTick } from './persist.js';
import type { View } from './route.js';
import { routeStart, SCREENS, viewNow } from './route.js';
import { videosOpen } from './videos.js';
import { watch, watchAgain } from './watch.js';
import { languageIsGuess, languageLate, languageNow, languageStart, word } from './words.js';

const root = document.getElementById('app') as HTMLElement;

let drawn: View | null = null;
let troubleSaid = '';

// A new screen: its name in the title, the reader at its heading, the page at its top.
function arrive(view: View, byResident: boolean): void {
  const title = root.querySelector('h1');
  const campaign = campaignName().text;
  const screen = view === 'home' || title === null ? word('home.title') : headingText(title);
  document.title = withoutReadings(word('page.title', { screen, campaign }));
  if (!byResident) return;
  scrollTo(0, 0);
  readFrom(title);
}

function sayTrouble(): void {
  const words = troubleWords();
  if (words === troubleSaid) return;
  troubleSaid = words;
  announce(words);
}

function draw(): void {
  render(frame(), root);
  const view = viewNow();
  if (view !== drawn && view !== 'loading') {
    // At the first screen the reader starts at the top of the page, unless a result waits.
    arrive(view, drawn !== null || model.returned !== null);
    if (view === 'points' && drawn !== null) void refresh();
    drawn = view;
  }
  if (view === 'survey') void surveyOpen();
  if (SCREENS.some((screen) => screen === view)) videosOpen();
  if (view === 'consent' && model.me && !model.me.began) begin();
  sayTrouble();
  persistTick();
  lineWatch();
  bookingWatch();
  watchAgain();
}

function look(): void {
  const chosen = lookKept();
  lookApply(chosen);
  change({ look: chosen });
}

await languageStart();
change({ language: languageNow(), hant: languageIsGuess() });
const again = (): void => void languageLate().then((there) => there && change({ language: languageNow() }));
again();
addEventListener('online', again);
lookFollow(() => model.look, look);
modelOnChange(draw);
routeStart();
root.replaceChildren();
draw();
watch();
countAccess();
void refresh();
// Where it is not to be had the app works all the same, but for opening without a line.
navigator.serviceWorker?.register('/worker.js').catch(() => {});
