// frame.ts - what stands around every screen: the name, the settings, and what is under way.
import { nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import { html } from './markup.js';
import type { Waiting } from './model.js';
import { model } from './model.js';
import type { Piece } from './parts.js';
import { campaignName, inLanguage, link, message } from './parts.js';
import { icons } from './pictures.js';
import type { View } from './route.js';
import { viewNow } from './route.js';
import { consentScreen, intentScreen, procedureScreen, registerScreen } from './screens/steps.js';
import { notOpenScreen, receiptScreen, refusedScreen, verifiedScreen } from './screens/finish.js';
import { hantPart } from './screens/hant.js';
import { home } from './screens/home.js';
import { identityScreen } from './screens/identity.js';
import { news } from './screens/news.js';
import { pointsScreen } from './screens/points.js';
import { returnScreen } from './screens/return.js';
import { surveyScreen } from './screens/survey.js';
import { waitingScreen } from './screens/waiting.js';
import { settingsButton, settingsDialog } from './screens/settings.js';
import { dateTimeText, word } from './words.js';

function loading(): TemplateResult {
  return html`<div class="bones" role="img" aria-label=${word('page.loading')}><i></i><i></i><i></i></div>`;
}

const SCREENS: Record<View, () => TemplateResult> = {
  loading,
  home,
  register: registerScreen,
  consent: consentScreen,
  procedure: procedureScreen,
  intent: intentScreen,
  identity: identityScreen,
  verified: verifiedScreen,
  refused: refusedScreen,
  receipt: receiptScreen,
  notopen: notOpenScreen,
  points: pointsScreen,
  survey: surveyScreen,
  return: returnScreen,
  waiting: waitingScreen,
};

function countdown({ retryAt }: Waiting): string {
  const seconds = Math.ceil((retryAt - model.now) / 1000);
  return seconds > 0 ? word('waiting.countdown', { seconds }) : word('waiting.again');
}

// Something waits to be sent again: what it is, that nothing is lost, and when.
function waiting(now: Waiting): TemplateResult {
  const body = html`<p>${word(`waiting.${now.kind}.body`)}</p>
    <p class="soft" aria-hidden="true">${countdown(now)}</p>
    ${model.fresh || !model.me ? nothing : html`<p>${word('waiting.seen', { time: dateTimeText(model.seenAt) })}</p>`}`;
  return message('warn', word(`waiting.${now.kind}.title`), body);
}

function trouble(): Piece {
  const now = model.sending ?? model.reading;
  if (now !== null) return html`<div class="trouble">${waiting(now)}</div>`;
  if (model.slow) {
    const body = html`<p>${word('waiting.slow.body')}</p>`;
    return html`<div class="trouble">${message('info', word('waiting.slow.title'), body)}</div>`;
  }
  if (model.notice === null) return nothing;
  return html`<div class="trouble">${message('warn', word(model.notice.title), word(model.notice.body))}</div>`;
}

// What the live region says about the above; it changes with the kind, not with every second.
export function troubleWords(): string {
  const now = model.sending ?? model.reading;
  if (now !== null) return `${word(`waiting.${now.kind}.title`)} ${word(`waiting.${now.kind}.body`)}`;
  if (model.slow) return `${word('waiting.slow.title')} ${word('waiting.slow.body')}`;
  if (model.notice === null) return '';
  return `${word(model.notice.title)} ${word(model.notice.body)}`;
}

function header(): TemplateResult {
  const { text: name, lang } = campaignName();
  return html`<header class="top">
    <div class="inner">
      ${link('/', html`<img src="/icon.svg" alt="" width="32" height="32" /><span lang=${lang}>${name}</span>`, 'brand')}
      <nav aria-label=${word('page.nav')}>
        ${link('/', word('page.home'), model.path === '/' ? 'here' : '')}
        ${link('/points', word('page.points'), model.path === '/points' ? 'here' : '')}
        <a href="/faq">${word('faq.title')}</a>
      </nav>
      ${settingsButton()}
    </div>
  </header>`;
}

function sandboxStrip(): Piece {
  if (!model.campaign?.sandbox) return nothing;
  return html`<aside class="sandbox">
    <div class="inner">${icons.info}<p><b>${word('sandbox.title')}</b> ${word('sandbox.body')}</p></div>
  </aside>`;
}

// The call centre, where the city says a number.
function contact(): Piece {
  const phone = model.campaign?.contact?.phone;
  if (!phone) return nothing;
  const hours = inLanguage(model.campaign?.contact?.hours ?? '', model.campaign?.contact?.hours_in).text;
  return html`<p>${word('page.contact')} <a href=${`tel:${phone.replace(/[^\d+]/g, '')}`}>${phone}</a> ${hours}</p>`;
}

// On a telephone the head has no room for these, so they stand at the foot of every screen.
function footer(): TemplateResult {
  return html`<footer class="bottom">
    <div class="inner">
      <nav aria-label=${word('page.more')}>
        <ul>
          <li>${link('/', word('page.home'))}</li>
          <li>${link('/points', word('page.points'))}</li>
          <li><a href="/faq">${word('faq.title')}</a></li>
          <li><a href="/calendar">${word('page.calendar')}</a></li>
          <li><a href="/report">${word('page.report')}</a></li>
          <li><a href="/accessibility">${word('page.accessibility')}</a></li>
        </ul>
      </nav>
      ${contact()}
      <p>${word('page.madeWith')}</p>
    </div>
  </footer>`;
}

export function frame(): TemplateResult {
  const view = viewNow();
  return html`
    <a class="skip" href="#main">${word('page.skip')}</a>
    ${sandboxStrip()} ${header()}
    <main id="main" tabindex="-1" class="view-${view}">${hantPart()} ${news()} ${trouble()} ${SCREENS[view]()}</main>
    ${footer()}
    ${settingsDialog()}
    <div class=${model.said.visible && model.said.text !== '' ? 'toast' : 'hidden'} aria-live="polite" aria-atomic="true">
      ${model.said.text}
    </div>
  `;
}

