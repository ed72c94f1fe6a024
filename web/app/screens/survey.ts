// survey.ts - a few questions after the receipt; what was begun is kept, what was sent may be changed.
import { nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import { surveyAgain, surveyMark, surveySend } from '../actions_survey.js';
import type { Question } from '../api.js';
import { html } from '../markup.js';
import { model } from '../model.js';
import { heading, link, mainButton, resultHeading } from '../parts.js';
import type { Piece } from '../parts.js';
import { dateTimeText, word } from '../words.js';

function choice(question: Question, number: number, text: string): TemplateResult {
  const marked = model.survey.draft[question.name] ?? [];
  return html`<label class="option">
    <input
      type=${question.kind === 'many' ? 'checkbox' : 'radio'}
      name=${question.name}
      .checked=${marked.includes(number)}
      @change=${(event: Event) => surveyMark(question, number, (event.target as HTMLInputElement).checked)}
    />
    <span>${text}</span>
  </label>`;
}

function questionPart(question: Question, index: number, count: number): TemplateResult {
  return html`<fieldset class="question">
    <legend>
      <span class="of">${word('survey.of', { number: index + 1, count })}</span>
      <span class="text">${question.text}</span>
      ${question.kind === 'many' ? html`<span class="soft">${word('survey.many')}</span>` : nothing}
    </legend>
    <div class="marks">${question.choices.map(({ number, text }) => choice(question, number, text))}</div>
  </fieldset>`;
}

function form(questions: Question[]): TemplateResult {
  const send = (event: Event): void => {
    event.preventDefault();
    void surveySend();
  };
  return html`<form class="survey" @submit=${send}>
    ${questions.map((question, index) => questionPart(question, index, questions.length))}
    ${mainButton(word(model.survey.sent ? 'survey.change' : 'survey.send'), 'survey', () => {}, word('survey.sending'), 'submit')}
    <p class="soft">${word('survey.note')}</p>
  </form>`;
}

function skeleton(): TemplateResult {
  return html`<div class="bones" role="img" aria-label=${word('page.loading')}><i></i><i></i></div>`;
}

function home(): TemplateResult {
  return html`<p class="aside">${link('/', word('page.toHome'), 'button second')}</p>`;
}

function told(title: string, text: string): TemplateResult {
  return html`<div class="sheet alone">${heading(title)}<p class="lead">${text}</p>${home()}</div>`;
}

function thanks(): TemplateResult {
  const closes = dateTimeText(model.campaign?.closes ?? 0);
  return html`<div class="sheet alone">
    ${resultHeading('good', word('survey.thanks'))}
    <p class="lead">${word('survey.thanks.body')}</p>
    <p class="soft">${word('survey.thanks.change', { closes })}</p>
    <div class="choices">
      <button class="button second" type="button" @click=${() => surveyAgain()}>${word('survey.again')}</button>
      ${link('/', word('page.toHome'), 'button main')}
    </div>
  </div>`;
}

export function surveyScreen(): TemplateResult {
  const { me, campaign, survey } = model;
  if (!me?.application) return told(word('survey.title'), word('survey.early'));
  if (campaign !== null && campaign.state !== 'open') return told(word('survey.title'), word('survey.closed'));
  if (survey.thanks) return thanks();
  return html`<div class="sheet alone">
    ${heading(word('survey.title'))}
    <p class="lead">${word('survey.lead')}</p>
    ${survey.questions === null ? skeleton() : form(survey.questions)} ${home()}
  </div>`;
}

// The way to it from the receipt and from home, while there is something to say.
export function surveyAsk(): Piece {
  if (!model.me?.application || model.campaign?.state !== 'open') return nothing;
  return html`<section class="card survey-ask" aria-labelledby="survey-title">
    <h2 id="survey-title">${word('survey.ask')}</h2>
    <p>${word('survey.ask.body')}</p>
    ${link('/survey', word('survey.ask.action'), 'button second')}
  </section>`;
}
