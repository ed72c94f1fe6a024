// funnel.ts - how far people come, where they leave, by both readings of a published share.
import { html } from 'lit/html.js';

import type { Funnel } from '../api.js';
import type { Option } from '../chart.js';
import { axis, base, chart, colour, counted } from '../chart.js';
import type { Content } from '../parts.js';
import { section, table } from '../parts.js';
import type { Key } from '../words.js';
import { numberText, shareText, word, words } from '../words.js';

const name = (step: string): string => word(`step.${step}` as Key);

function option(funnel: Funnel): Option {
  return {
    ...base(),
    grid: { left: 8, right: 72, top: 8, bottom: 8, containLabel: true },
    xAxis: { type: 'value', show: false },
    yAxis: { type: 'category', inverse: true, data: funnel.steps.map(({ step }) => name(step)), ...axis({ axisLabel: { color: colour('ink'), fontSize: 14 } }) },
    series: [
      {
        type: 'bar',
        barMaxWidth: 34,
        itemStyle: { color: colour('action') },
        data: funnel.steps.map(({ reached }) => reached),
        label: { show: true, position: 'right', color: colour('ink'), formatter: counted },
      },
    ],
  };
}

function outcomes(funnel: Funnel): Content {
  const told = Object.entries(funnel.outcomes);
  const missing = Math.max(0, funnel.jumps - told.reduce((sum, [, count]) => sum + count, 0));
  return section(
    word('funnel.outcomes'),
    table({
      name: word('funnel.outcomes'),
      head: words('funnel.outcome', 'funnel.count', 'funnel.share'),
      rows: told.map(([outcome, count]) => [word(`outcome.${outcome}` as Key), count, shareText(count, funnel.jumps)]),
      note: word('funnel.outcomes.note', { jumps: funnel.jumps, missing }),
      open: true,
    }),
  );
}

export function viewFunnel(funnel: Funnel): Content {
  const entered = funnel.steps[0]?.reached ?? 0;
  const title = html`<h1>${word('funnel.title')}</h1>`;
  if (entered === 0) return html`${title}<p class="lead">${word('funnel.none')}</p>`;
  const rows = funnel.steps.map(({ step, reached }, index) => {
    const next = funnel.steps[index + 1];
    const went = next ? next.reached : reached;
    return { step, reached, went, left: Math.max(0, reached - went) };
  });
  const worst = rows.reduce((one, other) => (other.left > one.left ? other : one));
  const done = rows.at(-1)?.reached ?? 0;
  const sentence = word('funnel.sentence', {
    entered, done, share: shareText(done, entered), worst: name(worst.step), worstShare: shareText(worst.left, worst.reached),
  });
  return html`${title}<p class="lead">${sentence}</p>
    ${section(
      word('funnel.chart'),
      chart(option(funnel), sentence, 'low'),
      table({
        name: word('funnel.title'),
        head: words('funnel.step', 'funnel.reached', 'funnel.went_on', 'funnel.left', 'funnel.of_step', 'funnel.of_entered'),
        rows: rows.map(({ step, reached, went, left }) => [name(step), reached, went, left, shareText(left, reached), shareText(left, entered)]),
        note: word('funnel.note', { entered: numberText(entered) }),
        open: true,
      }),
    )}
    ${outcomes(funnel)}`;
}
