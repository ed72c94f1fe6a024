// steps.ts - registration and the first three screens: consent, procedure, intent.
import type { TemplateResult } from 'lit/html.js';

import { register, takeStep } from '../actions.js';
import { html } from '../markup.js';
import { campaignName, facts, heading, journeyScreen, link, mainButton, say, sayWhole } from '../parts.js';
import { pictures } from '../pictures.js';
import { word } from '../words.js';

const TERMS = ['one', 'data', 'browser', 'misuse', 'stop'] as const;
const PICTURES = ['open', 'touch', 'back'] as const;

export function registerScreen(): TemplateResult {
  return html`<div class="sheet alone">
    ${heading(word('register.title'))}
    <p class="lead">${word('register.lead')}</p>
    <h2>${word('register.terms')}</h2>
    <ul class="terms">
      ${TERMS.map((name) => html`<li>${word(`register.term.${name}`)}</li>`)}
    </ul>
    ${mainButton(word('register.action'), 'register', () => void register())}
    <p class="aside">${link('/', word('register.later'))}</p>
  </div>`;
}

export function consentScreen(): TemplateResult {
  return journeyScreen(
    'consent',
    html`${heading(word('consent.title'))}
      <p class="lead">${word('consent.lead')}</p>
      ${facts([
        [word('consent.get.title'), say('consent.get.body')],
        [word('consent.keep.title'), say('consent.keep.body')],
        [word('consent.never.title'), say('consent.never.body')],
      ])}
      ${mainButton(word('consent.action'), 'consent', () => void takeStep('consent'))}
      <p class="aside">${link('/', word('consent.later'))}</p>`,
  );
}

// What will happen, in three pictures.
export function threePictures(): TemplateResult {
  return html`<ol class="pictures">
    ${PICTURES.map(
      (name) => html`<li>
        ${pictures[name]}
        <div>
          <h2>${say(`picture.${name}.title`)}</h2>
          <p>${say(`picture.${name}.body`)}</p>
        </div>
      </li>`,
    )}
  </ol>`;
}

export function procedureScreen(): TemplateResult {
  return journeyScreen(
    'procedure',
    html`${heading(word('procedure.title'))}
      <p class="lead">${word('procedure.lead')}</p>
      ${threePictures()} ${mainButton(word('procedure.action'), 'procedure', () => void takeStep('procedure'))}`,
  );
}

export function intentScreen(): TemplateResult {
  return journeyScreen(
    'intent',
    html`${heading(word('intent.title'))}
      <p class="lead">${word('intent.lead')}</p>
      ${facts([
        [word('intent.campaign'), html`<span lang=${campaignName().lang}>${campaignName().text}</span>`],
        [word('intent.points'), say('intent.pointsText')],
        [word('intent.who'), say('intent.whoText')],
        [word('intent.period'), sayWhole('home.periodText')],
      ])}
      <p>${word('intent.own')}</p>
      ${mainButton(word('intent.action'), 'intent', () => void takeStep('intent'))}`,
  );
}
