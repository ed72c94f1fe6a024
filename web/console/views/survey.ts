// survey.ts - what residents answered, each share with its interval and of how many.
import { html } from 'lit/html.js';

import type { Share, Survey } from '../api.js';
import type { Option } from '../chart.js';
import { axis, base, chart, colour } from '../chart.js';
import type { Content } from '../parts.js';
import { section, table } from '../parts.js';
import { shareText, word, words } from '../words.js';

const percent = (share: number | null): string => (share === null ? '—' : shareText(share, 1));
const interval = ({ low, high }: Share): string => (low === null || high === null ? '—' : `${percent(low)}–${percent(high)}`);

type Question = Survey['questions'][number];

function option({ choices }: Question): Option {
  return {
    ...base(),
    grid: { left: 8, right: 72, top: 8, bottom: 8, containLabel: true },
    xAxis: { type: 'value', show: false, max: 1 },
    yAxis: { type: 'category', inverse: true, data: choices.map(({ text }) => text), ...axis({ axisLabel: { color: colour('ink') } }) },
    series: [{
      type: 'bar', barMaxWidth: 22, data: choices.map(({ share }) => share ?? 0), itemStyle: { color: colour('action') },
      label: { show: true, position: 'right', color: colour('ink'), formatter: ({ value }: { value: number }) => percent(value) },
    }],
  };
}

function question(one: Question): Content {
  if (one.answered === 0) return section(one.text, html`<p>${word('survey.question.none')}</p>`);
  const top = one.top ? word('survey.top', { share: percent(one.top.share), interval: interval(one.top) }) : '';
  const bottom = one.bottom ? word('survey.bottom', { share: percent(one.bottom.share), interval: interval(one.bottom) }) : '';
  const note = word(one.kind === 'many' ? 'survey.note.many' : 'survey.note', { answered: one.answered });
  return section(
    one.text,
    html`<p>${top}${bottom}</p>`,
    chart(option(one), one.text, one.choices.length > 4 ? 'high' : 'low'),
    table({
      name: one.text,
      head: words('survey.choice', 'survey.count', 'survey.share', 'survey.interval'),
      rows: one.choices.map((choice) => [choice.text, choice.count, percent(choice.share), interval(choice)]),
      note,
    }),
  );
}

export function viewSurvey({ answers, verified, questions }: Survey): Content {
  const title = html`<h1>${word('survey.title')}</h1>`;
  if (answers === 0) return html`${title}<p class="lead">${word('survey.none')}</p>`;
  return html`${title}<p class="lead">${word('survey.sentence', { answers, verified, rate: shareText(answers, verified) })}</p>
    ${questions.map(question)}`;
}
