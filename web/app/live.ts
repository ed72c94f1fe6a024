// live.ts - tells a screen reader what changed, politely; and shows it for a moment when nothing else does.
import { withoutReadings } from './markup.js';
import { change, model } from './model.js';

// The same words twice in a row are a change only when something stands between them.
const AGAIN = '\u00a0';

export function announce(words: string, visible = false): void {
  const text = withoutReadings(words);
  const said = model.said.text === text ? text + AGAIN : text;
  change({ said: { text: said, visible } });
}
