// identity.ts - the jump to the identity app, and every way of coming back from it.
import { nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import { identify, move } from '../actions.js';
import type { Me, Outcome } from '../api.js';
import { html } from '../markup.js';
import { model } from '../model.js';
import { heading, journeyScreen, mainButton, message, resultHeading, say } from '../parts.js';
import { isCalled } from '../route.js';
import { clockText, dateTimeText, word } from '../words.js';
import { assistedPart } from './assisted.js';
import { confirmScreen } from './confirm.js';
import { onPhone, troubleshooting } from './help.js';
import { threePictures } from './steps.js';

type Failure = Exclude<Outcome, 'verified' | 'age' | 'outside' | 'review'>;
type Result = Failure | 'unknown' | 'unfinished';

const FAILURES: readonly Failure[] = ['cancelled', 'card_trouble', 'certificate', 'busy', 'linked_elsewhere', 'other'];

// What came of the last try. The server's word goes before what the address said.
function lastResult(me: Me): Result | null {
  const said = FAILURES.find((outcome) => outcome === me.identity?.outcome);
  if (said !== undefined) return said;
  if (model.returned === 'unknown') return 'unknown';
  return me.state === 'authenticating' && model.task !== 'identify' ? 'unfinished' : null;
}

function resultPart(result: Result, me: Me): TemplateResult {
  const at = result === 'unknown' || result === 'unfinished' ? undefined : me.identity?.at;
  return html`${resultHeading('warn', word(`result.${result}.title`))}
    <p class="lead">${word(`result.${result}.body`)}</p>
    ${at === undefined ? nothing : html`<p class="soft">${word('result.at', { time: dateTimeText(at) })}</p>`}`;
}

function firstTime(): TemplateResult {
  return html`${heading(say('identity.title'))}
    ${model.lineAnew ? message('warn', word('line.reason.anew'), html`<p>${word('line.anew.body')}</p>`) : nothing}
    <p class="lead">${say('identity.lead')}</p>
    ${threePictures()}`;
}

// The turn has come: until when it is kept, and that nothing is lost afterwards.
function myTurn(me: Me): TemplateResult {
  return html`${resultHeading('good', word('line.turn.title'))}
    ${me.pass ? html`<p class="lead">${word('line.turn.until', { time: clockText(me.pass.until) })}</p>` : nothing}
    <p class="lead">${say('identity.lead')}</p>`;
}

function introduction(me: Me, result: Result | null): TemplateResult {
  if (result !== null) return resultPart(result, me);
  return isCalled(me) ? myTurn(me) : firstTime();
}

// The card belongs to an account from before; with the card in hand, one press moves there.
function linkedElsewhere(me: Me): TemplateResult {
  const inTime = me.identity?.may_move === true;
  return journeyScreen(
    'identity',
    html`${heading(word('result.linked_elsewhere.title'))}
      <p class="lead">${word(inTime ? 'result.linked_elsewhere.body' : 'result.linked_elsewhere.late')}</p>
      ${inTime
        ? mainButton(word('result.linked_elsewhere.action'), 'move', () => void move())
        : mainButton(say('identity.action'), 'identify', () => void identify(), say('identity.opening'))}`,
  );
}

export function identityScreen(): TemplateResult {
  const { me } = model;
  if (!me) return html``;
  if (me.confirmation !== null && model.task !== 'identify') return confirmScreen(me.confirmation);
  const result = lastResult(me);
  if (result === 'linked_elsewhere') return linkedElsewhere(me);
  const again = result !== null;
  return journeyScreen(
    'identity',
    html`${introduction(me, result)}
      ${mainButton(say('identity.action'), 'identify', () => void identify(), say('identity.opening'))}
      <details ?open=${again}>
        <summary>${word('identity.help')}</summary>
        ${troubleshooting()}
      </details>
      ${isCalled(me) ? nothing : assistedPart()} ${onPhone()}`,
  );
}
