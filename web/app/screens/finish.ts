// finish.ts - the last screen: verified and ready to apply, not eligible, or done with a receipt.
import type { TemplateResult } from 'lit/html.js';

import { apply } from '../actions.js';
import { announce } from '../live.js';
import { html } from '../markup.js';
import { model } from '../model.js';
import { campaignName, facts, heading, journeyScreen, link, mainButton, message, resultHeading, say } from '../parts.js';
import { icons } from '../pictures.js';
import { dateTimeText, eraDateText, word } from '../words.js';
import { surveyAsk } from './survey.js';

export function verifiedScreen(): TemplateResult {
  return journeyScreen(
    'done',
    html`${resultHeading('good', word('result.verified.title'))}
      <p>${word('result.verified.body')}</p>
      <p class="lead">${word('verified.lead')}</p>
      ${mainButton(say('verified.action'), 'apply', () => void apply(), word('verified.sending'))}
      <p class="soft">${word('verified.note')}</p>`,
  );
}

const REASONS = ['age', 'outside', 'review'] as const;

export function refusedScreen(): TemplateResult {
  const reason = REASONS.find((name) => name === model.me?.identity?.outcome) ?? 'review';
  return html`<div class="sheet alone">
    ${heading(word(`refused.${reason}.title`))}
    <p class="lead">${say(`refused.${reason}.body`)}</p>
    ${message('info', word('refused.next'), html`<p>${say(`refused.${reason}.do`)}</p>`)}
    <p class="soft">${word('refused.kept')}</p>
    <p class="aside">${link('/', word('page.toHome'), 'button second')}</p>
  </div>`;
}

async function copy(receipt: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(receipt);
    announce(word('receipt.copied'), true);
  } catch {
    announce(word('receipt.copyFailed'), true);
  }
}

export function receiptScreen(): TemplateResult {
  const { me } = model;
  if (!me?.application) return html``;
  const { receipt, at, points } = me.application;
  const state = me.state === 'granted' ? 'granted' : 'applied';
  return html`<div class="sheet alone receipt">
    ${resultHeading('good', word('receipt.title'))}
    <p>${word(`receipt.${state}`, { points })}</p>
    <section class="slip" aria-labelledby="paper-title">
      <h2 id="paper-title">${word('receipt.paper')}</h2>
      ${facts([
        [word('receipt.number'), html`<span class="number">${receipt}</span>`],
        [word('receipt.at'), html`<span class="whole">${dateTimeText(at)}</span> <span class="soft whole">${word('receipt.era', { era: eraDateText(at) })}</span>`],
        [word('receipt.campaign'), html`<span lang=${campaignName().lang}>${campaignName().text}</span>`],
        [word('receipt.points'), word('receipt.pointsText', { points })],
        [word('receipt.state'), word(`receipt.state.${state}`)],
      ])}
    </section>
    <p class="soft">${word('receipt.anytime')}</p>
    <div class="choices">
      <button class="button second" type="button" @click=${() => print()}>${icons.print}${word('receipt.print')}</button>
      <button class="button second" type="button" @click=${() => void copy(receipt)}>
        ${icons.copy}${word('receipt.copy')}
      </button>
    </div>
    ${surveyAsk()}
    <p class="aside">${link('/', word('page.toHome'), 'button main')}</p>
  </div>`;
}

export function notOpenScreen(): TemplateResult {
  const state = model.campaign?.state === 'before' ? 'before' : 'closed';
  return html`<div class="sheet alone">
    ${heading(word(`notopen.${state}.title`))}
    <p class="lead">${say(`notopen.${state}.body`)}</p>
    <p class="aside">${link('/', word('page.toHome'), 'button second')}</p>
  </div>`;
}
