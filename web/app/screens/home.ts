// home.ts - one banner with one next step, and what helps before and after it.
import { nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import type { Application, Campaign, Me } from '../api.js';
import { html } from '../markup.js';
import type { Model } from '../model.js';
import { model } from '../model.js';
import type { Piece } from '../parts.js';
import { campaignName, link, message, pendingPart, say, sayWhole } from '../parts.js';
import { icons } from '../pictures.js';
import { isCalled, isInLine } from '../route.js';
import { clockText, dateTimeText, numberText, word } from '../words.js';
import { checklist } from './checklist.js';
import { helpList, onPhone, troubleshooting } from './help.js';
import { spanText } from './waiting.js';
import { signOutPart } from './end.js';
import { quietPart } from './quiet.js';

type Tone = 'green' | 'orange' | 'blue' | 'gray';

interface Texts {
  state: string;
  title: string;
  body: string;
}

type BannerName = 'verify' | 'continue' | 'confirm' | 'apply' | 'applied' | 'granted' | 'refused' | 'before' | 'closed';

// What a banner says; the state of one that was only begun is that of one that was not.
function textsOf(name: BannerName): Texts {
  const state = say(`banner.${name === 'continue' ? 'verify' : name}.state`);
  return { state, title: say(`banner.${name}.title`), body: say(`banner.${name}.body`) };
}

function inside(icon: unknown, { state, title, body }: Texts): TemplateResult {
  return html`<span class="badge">${icon}</span>
    <span class="text">
      <span class="state">${state}</span>
      <strong>${title}</strong>
      <span class="body">${body}</span>
    </span>`;
}

// A banner that is the next step: all of it can be pressed, and it looks so.
function banner(tone: Tone, icon: unknown, texts: Texts, go = word('banner.go')): TemplateResult {
  const content = html`${inside(icon, texts)} <span class="go">${go}${icons.go}</span>`;
  return html`<div class="banner ${tone}">${link('/journey', content, 'area')}</div>`;
}

// A banner that tells and asks for nothing.
function told(tone: Tone, icon: unknown, name: BannerName, more: Piece = nothing): TemplateResult {
  return html`<div class="banner ${tone}">
    <div class="area">${inside(icon, textsOf(name))}</div>
    ${more}
  </div>`;
}

function doneBanner(me: Me, application: Application): TemplateResult {
  const name = me.state === 'granted' ? 'granted' : 'applied';
  const receipt = html`<dl class="receipt-line">
      <div><dt>${word('banner.receipt')}</dt><dd class="number">${application.receipt}</dd></div>
      <div><dt>${word('banner.at')}</dt><dd>${dateTimeText(application.at)}</dd></div>
    </dl>
    ${link('/journey', html`${word('banner.toReceipt')}${icons.go}`, 'to-receipt')}`;
  return told('blue', name === 'granted' ? icons.check : icons.clock, name, receipt);
}

function calledTexts(me: Me): Texts {
  const body = me.pass ? word('line.turn.until', { time: clockText(me.pass.until) }) : word('banner.verify.body');
  return { state: word('banner.verify.state'), title: word('line.turn.title'), body };
}

function lineTexts({ line }: Model): Texts {
  const state = word('line.homeState');
  if (line === null) return { state, title: word('line.title'), body: word('line.closable') };
  const { phase, span, ahead } = line.shown;
  const title = phase === 'waiting' ? spanText(span) : word(`line.${phase}.title`);
  return { state, title, body: word('line.homeBody', { ahead }) };
}

// In line, or at the front of it: the place itself is what the resident comes to see.
function lineBanner(me: Me): TemplateResult {
  if (isInLine(model)) return banner('green', icons.clock, lineTexts(model), word('line.homeGo'));
  return banner('green', icons.clock, calledTexts(me));
}

// A journey that was begun says so; its colour stays, because its state stays.
function verifyBanner(me: Me | null): TemplateResult {
  const begun = me !== null && (me.began || me.state !== 'registered');
  const name = !begun ? 'verify' : me.confirmation === null ? 'continue' : 'confirm';
  return banner('green', icons.card, textsOf(name));
}

function bannerNow(me: Me | null, campaign: Campaign): TemplateResult {
  if (me?.application) return doneBanner(me, me.application);
  if (me?.state === 'refused') return banner('gray', icons.info, textsOf('refused'));
  if (campaign.state === 'before') return told('gray', icons.calendar, 'before');
  if (campaign.state === 'closed') return told('gray', icons.info, 'closed');
  if (me?.state === 'verified') return banner('orange', icons.pencil, textsOf('apply'));
  if (me?.place && (isInLine(model) || isCalled(me))) return lineBanner(me);
  return verifyBanner(me);
}

const STAGES = ['identity', 'apply', 'receive'] as const;

function stageOf(me: Me | null): number {
  if (me?.state === 'granted') return STAGES.length;
  if (me?.application) return 2;
  return me?.state === 'verified' ? 1 : 0;
}

// Where am I: the whole way in three words, said as well as drawn.
function stages(me: Me | null): TemplateResult {
  const at = stageOf(me);
  return html`<ol class="stages" aria-label=${word('stage.label')}>
    ${STAGES.map((stage, index) => {
      const state = index < at ? 'done' : index === at ? 'now' : 'later';
      return html`<li class="is-${state}" aria-current=${index === at ? 'step' : nothing}>
        <span class="mark" aria-hidden="true">${index < at ? icons.tick : index + 1}</span>
        <div class="name">${word(`stage.${stage}`)}</div>
        <div class="said">${word(`stage.${state}`)}</div>
      </li>`;
    })}
  </ol>`;
}

function hint(me: Me | null): Piece {
  if (me?.state !== 'authenticating' || me.confirmation !== null) return nothing;
  return html`<section class="hint">
    ${message('warn', word('home.hint'), html`<p>${word('home.hintBody')}</p>`)}
    <details>
      <summary>${word('identity.help')}</summary>
      ${troubleshooting()}
    </details>
  </section>`;
}

function pointsCard(me: Me): TemplateResult {
  const { balance, pending } = me.points;
  return html`<section class="card points">
    <h2>${word('card.points')}</h2>
    <p class="big"><strong>${numberText(balance)}</strong> ${word('card.points.unit', { points: balance })}</p>
    ${pendingPart(pending)}
    <p>${link('/points', html`${word('card.points.more')}${icons.go}`, 'more')}</p>
  </section>`;
}

// Before anything is done the checklist helps; afterwards it would only ask for more.
function checklistWanted(me: Me | null, campaign: Campaign): boolean {
  const over = me?.application || me?.state === 'refused' || me?.state === 'verified';
  return !over && campaign.state !== 'closed';
}

// Before the campaign and after it nobody is anywhere on the way, but for those who are through.
function isUnderWay(me: Me | null, campaign: Campaign): boolean {
  return me?.state !== 'refused' && (campaign.state === 'open' || Boolean(me?.application));
}

export function home(): TemplateResult {
  const { campaign } = model;
  const me = model.me ?? null;
  if (campaign === null) return html``;
  const over = Boolean(me?.application) || me?.state === 'refused' || campaign.state === 'closed';
  const points = me === null ? nothing : pointsCard(me);
  const wanted = checklistWanted(me, campaign);
  return html`<div class="home">
    <section class="hero">
      <h1 lang=${campaignName().lang}>${campaignName().text}</h1>
      <p class="lead">${sayWhole('home.lead')}</p>
      <p class="period"><b>${word('home.period')}</b> ${sayWhole('home.periodText')}</p>
    </section>
    <div class="lead-part">
      ${bannerNow(me, campaign)} ${isUnderWay(me, campaign) ? stages(me) : nothing} ${hint(me)} ${over ? nothing : quietPart()}
    </div>
    ${wanted
      ? html`<div class="side-part">${points} ${checklist()} ${onPhone()}</div>
          <div class="help-part">${helpList()} ${me === null ? nothing : signOutPart(me)}</div>`
      : html`<div class="side-part">${points} ${helpList()} ${me === null ? nothing : signOutPart(me)}</div>`}
  </div>`;
}
