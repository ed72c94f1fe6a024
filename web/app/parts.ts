// parts.ts - the pieces that several screens are made of.
import { nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import type { Campaign } from './api.js';
import { html } from './markup.js';
import type { Task } from './model.js';
import { goBackTo, goTo, SCREENS } from './route.js';
import type { Path, Screen } from './model.js';
import { model } from './model.js';
import { icons } from './pictures.js';
import { videoPart } from './screens/video.js';
import type { Key, Values } from './words.js';
import { dateTimeText, languageNow, languageTag, word, wordParts } from './words.js';

export type Piece = TemplateResult | typeof nothing;

// A name as readers of the language of the page can read it, from "name=Name, ..."; where it has none, as it is.
function nameFrom(key: Key, name: string): string {
  const found = word(key).split(', ').find((one) => one.startsWith(`${name}=`));
  return found === undefined ? name : found.slice(name.length + 1);
}

// What was set aside for a resident, or given, keeps its points whatever the campaign gives to others later.
function ownPoints(campaign: Campaign): number {
  return model.me?.application?.points ?? (model.me?.points.pending || campaign.points);
}

// What the city gave in the reader's language, else in Japanese; `lang` says in which.
export function inLanguage(japanese: string, others: Record<string, string> | undefined): { text: string; lang: string } {
  const text = others?.[languageNow()];
  return text === undefined ? { text: japanese, lang: 'ja' } : { text, lang: languageTag() };
}

// What the server wrote into the page.
const NAMED = document.querySelector<HTMLMetaElement>("meta[name='application-name']");

// The campaign's name; as the page came with it as long as nothing else is known.
export function campaignName(): { text: string; lang: string } {
  const { campaign } = model;
  return campaign === null ? { text: NAMED?.content ?? '', lang: NAMED?.lang ?? 'ja' } : inLanguage(campaign.name, campaign.names);
}

// The words that most sentences need, from the campaign as it is.
export function campaignValues(): Values {
  const { campaign } = model;
  if (campaign === null) return {};
  return {
    campaign: campaignName().text,
    points: ownPoints(campaign),
    age: campaign.age_min,
    prefecture: nameFrom('campaign.places', campaign.prefecture),
    app: nameFrom('identity.apps', campaign.identity_app.name),
    opens: dateTimeText(campaign.opens),
    closes: dateTimeText(campaign.closes),
  };
}

export function say(key: Key): string {
  return word(key, campaignValues());
}

// The same, with each value kept in one piece where the line breaks.
export function sayWhole(key: Key, values = campaignValues()): TemplateResult {
  const piece = (part: string, index: number): TemplateResult =>
    index % 2 === 0 ? html`${part}` : html`<span class="whole">${part}</span>`;
  return html`<span>${wordParts(key, values).map(piece)}</span>`;
}

// The one heading of a screen; it takes the focus when the screen changes.
export function heading(text: string): TemplateResult {
  return html`<h1>${text}</h1>`;
}

// A link within the app: an ordinary one, so that it opens in a new tab when asked to. The look of `here` is the page's own.
export function link(path: Path, content: unknown, look = ''): TemplateResult {
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    goTo(path);
  };
  return html`<a class=${look} href=${path} aria-current=${look === 'here' ? 'page' : nothing} @click=${follow}>${content}</a>`;
}

export function outsideLink(address: string, text: string): TemplateResult {
  return html`<a class="outside" href=${address} target="_blank" rel="noopener noreferrer"
    >${text}<span class="hidden">${word('page.newWindow')}</span>${icons.outside}</a
  >`;
}

// The one thing to do. It stays where it is while the request is under way, and says so.
export function mainButton(text: string, task: Task, press: () => void, busyText = text, type = 'button'): TemplateResult {
  const busy = model.task === task;
  return html`<button class="button main" type=${type} aria-disabled=${busy ? 'true' : 'false'} @click=${press}>
    <span class=${busy ? 'working' : ''}>${busy ? busyText : text}</span>
  </button>`;
}

export type Tone = 'good' | 'warn' | 'info';

const TONE_ICON = { good: icons.check, warn: icons.warn, info: icons.info };

// What came of something, as the heading of its screen: the first thing that is read.
export function resultHeading(tone: Tone, text: string): TemplateResult {
  return html`<div class="result ${tone}">${TONE_ICON[tone]}${heading(text)}</div>`;
}

export function message(tone: Tone, title: string, body: unknown): TemplateResult {
  return html`<div class="message ${tone}">
    ${TONE_ICON[tone]}
    <div>
      <p class="title">${title}</p>
      <div class="body">${body}</div>
    </div>
  </div>`;
}

export function facts(rows: [string, unknown][]): TemplateResult {
  return html`<dl class="facts">
    ${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

// What is not yet in the balance. Verified, the points are set aside: the application is what is missing.
export function pendingPart(pending: number): Piece {
  if (pending === 0) return nothing;
  const key = model.me?.state === 'verified' ? 'card.points.reserved' : 'card.points.pending';
  return html`<p class="soft">${word(key, { points: pending })}</p>`;
}

const STEPS: readonly (Screen | 'done')[] = [...SCREENS, 'done'];

// The five screens, which of them are done, and where one is.
export function stepList(now: Screen | 'done'): TemplateResult {
  const at = STEPS.indexOf(now);
  const item = (step: Screen | 'done', index: number): TemplateResult => {
    const state = index < at ? 'is-done' : index === at ? 'is-now' : 'is-later';
    const said = index < at ? word('journey.step.isDone') : index === at ? word('journey.step.isNow') : '';
    return html`<li class=${state} aria-current=${index === at ? 'step' : nothing}>
      <span class="mark" aria-hidden="true">${index < at ? icons.tick : index + 1}</span>
      <div class="name">${word(`journey.step.${step}`)}</div>
      <div class="said">${said}</div>
    </li>`;
  };
  return html`<nav class="steps" aria-label=${word('journey.steps')}>
    <p class="of">${word('journey.of', { step: at + 1 })}</p>
    <ol>
      ${STEPS.map(item)}
    </ol>
  </nav>`;
}

// A screen of the journey: where one is, one decision, and the ways out of it.
export function journeyScreen(now: Screen | 'done', content: unknown): TemplateResult {
  const before = now === 'done' ? undefined : SCREENS[SCREENS.indexOf(now) - 1];
  return html`<div class="journey">
    ${stepList(now)}
    <div class="sheet">
      ${content} ${now === 'done' ? nothing : videoPart(now)}
      ${before === undefined
        ? nothing
        : html`<p class="aside">
            <button class="plain" type="button" @click=${() => goBackTo(before)}>${icons.back}${word('journey.back')}</button>
          </p>`}
    </div>
  </div>`;
}
