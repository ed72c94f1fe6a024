// relief.ts - answers that were read beside the calls of the same hours: what may be said of it, and no more.
import { html, nothing } from 'lit/html.js';

import type { Relief, ReliefHour, ReliefTopic } from '../api.js';
import type { Option } from '../chart.js';
import { axis, base, chart, colour, labels, legend } from '../chart.js';
import type { Content } from '../parts.js';
import { section, table } from '../parts.js';
import { clockText, dateTimeText, dayText, shareText, word, words } from '../words.js';

const PER = 1000;
const OPENINGS_MIN = 20; // as in src/guidance/relief.h

// Per 1,000 openings of the app; null where too few came, or nobody counted.
function rate(count: number | null, { openings }: ReliefHour): number | null {
  return count === null || openings < OPENINGS_MIN ? null : Math.round((count / openings) * PER * 10) / 10;
}

function drawn(hours: ReliefHour[]): Option {
  // On a telephone a whole date in one line has no room below its hour.
  const twoLines = (_: string, at: number): string => [dayText, clockText].map((text) => text(hours[at]?.start ?? '')).join('\n');
  const line = (name: string, shade: string, shape: string, of: (hour: ReliefHour) => number | null): object => ({
    type: 'line', name, color: colour(shade), symbol: shape, symbolSize: 6, connectNulls: false, data: hours.map((hour) => rate(of(hour), hour)),
  });
  return {
    ...base(),
    legend: legend(),
    grid: { left: 8, right: 72, top: 44, bottom: 8, containLabel: true },
    tooltip: { ...(base()['tooltip'] as object), trigger: 'axis' },
    xAxis: { type: 'category', data: hours.map(({ start }) => dateTimeText(start)), ...axis(), axisLabel: { ...labels(), formatter: twoLines } },
    yAxis: { type: 'value', ...axis() },
    series: [line(word('relief.reads'), 'action', 'circle', ({ reads }) => reads), line(word('relief.calls'), 'warn', 'rect', ({ calls }) => calls)],
  };
}

const signed = (value: number | null): string => (value === null ? '—' : (value < 0 ? '−' : '+') + Math.abs(value).toFixed(2));

function sentence({ verdict, lag_hours, lags }: Relief): string {
  const lag = lags[lag_hours];
  const when = word(lag_hours === 0 ? 'relief.at_once' : 'relief.later', { hours: lag_hours });
  const values = { when, r: signed(lag?.r ?? null), low: signed(lag?.low ?? null), high: signed(lag?.high ?? null), pairs: lag?.pairs ?? 0 };
  return word(`relief.verdict.${verdict}`, values);
}

const nameOf = ({ name }: ReliefTopic): string => name || word('relief.rest');

// What the figures of the topic with most calls are, and nothing about why.
function topicSentence({ calls, topics }: Relief): string {
  const known = topics.reduce((sum, topic) => sum + topic.calls, 0);
  const [most] = [...topics].sort((a, b) => b.calls - a.calls);
  if (!most || known === 0) return word('relief.topics.noCalls');
  const { reads, searches, helped, did_not_help: not } = most;
  const values = { topic: nameOf(most), calls: most.calls, known, share: shareText(most.calls, known), reads, searches, helped, asked: helped + not };
  const answers = word(most.has_answers ? 'relief.topics.answers' : 'relief.topics.noAnswers', values);
  return word('relief.topics.most', values) + answers + word('relief.topics.known', { all: calls, known });
}

function byTopic(relief: Relief): Content {
  const topics = relief.topics.filter((topic) => topic.reads + topic.searches + topic.helped + topic.did_not_help + topic.calls > 0);
  if (topics.length === 0) return nothing;
  return section(
    word('relief.topics'),
    html`<p>${topicSentence(relief)}</p>`,
    table({
      name: word('relief.topics'),
      head: words('relief.topic', 'relief.reads.count', 'relief.searches.first', 'answers.helped', 'answers.didNotHelp', 'answers.share', 'relief.calls.count', 'relief.words'),
      rows: [...topics]
        .sort((a, b) => b.calls - a.calls || b.reads - a.reads)
        .map((topic) => {
          const { reads, searches, helped, did_not_help: not, calls } = topic;
          return [nameOf(topic), reads, searches, helped, not, shareText(helped, helped + not), calls, topic.words.join('、')];
        }),
      note: word('relief.topics.note'),
      open: true,
    }),
    table({
      name: word('relief.topics.hours'),
      head: words('relief.hour', 'relief.topic', 'relief.reads.count', 'relief.calls.count'),
      rows: relief.hours.flatMap(({ start, reads_by_topic: reads, calls_by_topic: calls }) =>
        relief.topics.flatMap((topic, at) => (reads[at] || calls[at] ? [[dateTimeText(start), nameOf(topic), reads[at] ?? 0, calls[at] ?? 0]] : [])),
      ),
      note: word('relief.topics.hours.note'),
    }),
  );
}

export function viewRelief(relief: Relief): Content {
  const { hours, lags } = relief;
  const title = html`<h1>${word('relief.title')}</h1>`;
  if (hours.length === 0) return html`${title}<p class="lead">${word('relief.empty')}</p>`;
  const lead = sentence(relief);
  const sums = hours.reduce((sum, hour) => ({ reads: sum.reads + hour.reads, searches: sum.searches + hour.searches, calls: sum.calls + (hour.calls ?? 0) }), { reads: 0, searches: 0, calls: 0 });
  return html`${title}<p class="lead">${lead}</p>
    <p class="note">${word('relief.sums', sums)}</p>
    ${section(
      word('relief.rates'),
      chart(drawn(hours), lead, 'high'),
      table({
        name: word('relief.rates'),
        head: words('relief.hour', 'relief.openings', 'relief.reads.count', 'relief.searches', 'relief.calls.count', 'relief.reads', 'relief.calls'),
        rows: hours.map((hour) => [dateTimeText(hour.start), hour.openings, hour.reads, hour.searches, hour.calls, rate(hour.reads, hour), rate(hour.calls, hour)]),
        note: word('relief.rates.note'),
      }),
    )}
    ${section(
      word('relief.lags'),
      table({
        name: word('relief.lags'),
        head: words('relief.lag', 'relief.pairs', 'relief.r', 'relief.low', 'relief.high'),
        rows: lags.map(({ hours: lag, pairs, r, low, high }) => [lag === 0 ? word('relief.at_once') : word('relief.later', { hours: lag }), pairs, signed(r), signed(low), signed(high)]),
        note: word('relief.lags.note'),
        open: true,
      }),
    )}
    ${byTopic(relief)}`;
}
