// people.ts - participants by day, by age and by municipality; and the telephone.
import { html, nothing } from 'lit/html.js';

import type { Calls, CallsRow, Participants } from '../api.js';
import type { Option } from '../chart.js';
import { axis, base, chart, colour, counted, legend } from '../chart.js';
import type { Content } from '../parts.js';
import { section, table } from '../parts.js';
import { dateTimeText, dayText, numberText, shareText, word, wordOr, words } from '../words.js';

const PLACES_DRAWN = 20;

function growth({ days, openings }: Participants): Option {
  const line = (name: string, values: number[], ink: string): object => ({
    type: 'line', name, data: values, showSymbol: values.length < 2, lineStyle: { width: 3 }, color: colour(ink),
    endLabel: { show: true, formatter: name, color: colour('ink') }, labelLayout: { moveOverlap: 'shiftY' },
  });
  return {
    ...base(),
    grid: { left: 8, right: 120, top: 16, bottom: 8, containLabel: true },
    tooltip: { ...(base()['tooltip'] as object), trigger: 'axis' },
    xAxis: { type: 'category', data: days.map(({ start }) => dayText(start)), ...axis() },
    yAxis: { type: 'value', ...axis({ axisLabel: { color: colour('soft'), formatter: (value: number) => numberText(value) } }) },
    series: [
      ...(openings > 0 ? [line(word('people.openings'), days.map((day) => day.openings), 'soft')] : []),
      line(word('people.users'), days.map(({ users }) => users), 'edge'),
      line(word('people.verified'), days.map(({ verified }) => verified), 'action'),
      line(word('people.granted'), days.map(({ granted }) => granted), 'good'),
    ],
  };
}

function bars(names: string[], values: number[]): Option {
  return {
    ...base(),
    grid: { left: 8, right: 64, top: 8, bottom: 8, containLabel: true },
    xAxis: { type: 'value', show: false },
    yAxis: { type: 'category', inverse: true, data: names, ...axis({ axisLabel: { color: colour('ink') } }) },
    series: [{
      type: 'bar', data: values, barMaxWidth: 22, itemStyle: { color: colour('action') },
      label: { show: true, position: 'right', color: colour('ink'), formatter: counted },
    }],
  };
}

const bandName = (band: string): string => (band === '' ? word('people.unknown') : wordOr(`band.${band}`, band));

function bands({ bands, verified }: Participants): Content {
  const known = bands.filter(({ band, verified }) => band !== '' || verified > 0);
  const title = word('people.bands');
  return section(
    title,
    chart(bars(known.map(({ band }) => bandName(band)), known.map(({ verified }) => verified)), title, 'high'),
    table({
      name: title,
      head: words('people.band', 'people.verified', 'people.share'),
      rows: known.map((one) => [bandName(one.band), one.verified, shareText(one.verified, verified)]),
      note: word('people.bands.note', { verified }),
    }),
  );
}

function places({ places, population_date }: Participants): Content {
  const title = word('people.places');
  const named = places.map((place) => ({ ...place, name: place.name || word('people.unknown') }));
  const drawn = named.slice(0, PLACES_DRAWN);
  const rate = (verified: number, population: number): string => (population > 0 ? ((verified / population) * 1000).toFixed(1) : '—');
  return section(
    title,
    chart(bars(drawn.map(({ name }) => name), drawn.map(({ verified }) => verified)), title, drawn.length > 8 ? 'tall' : 'high'),
    table({
      name: title,
      head: words('people.place', 'people.verified', 'people.population', 'people.per_thousand'),
      rows: named.map(({ name, verified, population }) => [name, verified, population || null, rate(verified, population)]),
      note: word('people.places.note', { date: population_date }),
    }),
  );
}

// Who registered long before the campaign would press its days together: the curve begins a few days before the first
// identity check, the table with the first of all.
const DAYS_BEFORE = 3;
function drawnDays(people: Participants): { shown: Participants; before: number } {
  const first = people.days.findIndex(({ verified }) => verified > 0);
  const from = Math.max(0, first - DAYS_BEFORE);
  return { shown: { ...people, days: people.days.slice(from) }, before: people.days[from - 1]?.users ?? 0 };
}

export function viewParticipants(people: Participants): Content {
  const { users, verified, granted, days } = people;
  const title = html`<h1>${word('people.title')}</h1>`;
  if (users === 0) return html`${title}<p class="lead">${word('people.none')}</p>`;
  const { shown, before } = drawnDays(people);
  const sentence = word('people.sentence', { users, verified, share: shareText(verified, users), granted });
  return html`${title}<p class="lead">${sentence}</p>
    ${section(
      word('people.days'),
      chart(growth(shown), sentence, 'high'),
      table({
        name: word('people.days'),
        head: words('people.date', 'people.openings', 'people.users', 'people.verified', 'people.applied', 'people.granted'),
        rows: days.map((day) => [dayText(day.start), day.openings, day.users, day.verified, day.applied, day.granted]),
        note: word('people.days.note') + (before > 0 ? word('people.days.before', { before, from: dayText(shown.days[0]?.start ?? '') }) : ''),
      }),
    )}
    <div class="pair">${bands(people)} ${places(people)}</div>`;
}

function answered(rows: CallsRow[]): Option {
  return {
    ...base(),
    legend: legend(),
    grid: { left: 8, right: 16, top: 44, bottom: 8, containLabel: true },
    tooltip: { ...(base()['tooltip'] as object), trigger: 'axis' },
    xAxis: { type: 'category', data: rows.map(({ start }) => dayText(start)), ...axis() },
    yAxis: { type: 'value', minInterval: 1, ...axis() },
    series: [
      { type: 'bar', name: word('calls.offered'), data: rows.map(({ offered }) => offered), color: colour('edge') },
      { type: 'bar', name: word('calls.answered'), data: rows.map(({ answered }) => answered), color: colour('action') },
    ],
  };
}

const callsRows = (rows: CallsRow[], name: (at: string) => string): (string | number | null)[][] =>
  rows.map((row) => [name(row.start), row.offered, row.answered, row.abandoned, row.answered === null ? '—' : shareText(row.answered, row.offered)]);

export function viewCalls({ total: [total], days, half_hours }: Calls): Content {
  const title = html`<h1>${word('calls.title')}</h1>`;
  if (!total) return html`${title}<p class="lead">${word('calls.none')}</p>`;
  const rate = total.answered === null ? '—' : shareText(total.answered, total.offered);
  const sentence = word('calls.sentence', { offered: total.offered, answered: total.answered ?? '—', rate });
  const head = words('calls.start', 'calls.offered', 'calls.answered', 'calls.abandoned', 'calls.rate');
  return html`${title}<p class="lead">${sentence}</p>
    ${section(
      word('calls.days'),
      chart(answered(days), sentence, 'high'),
      table({ name: word('calls.days'), head: head, rows: callsRows(days, dayText), note: word('calls.days.note') }),
    )}
    ${half_hours.length > 0 ? section(word('calls.half_hours'), table({ name: word('calls.half_hours'), head: head, rows: callsRows(half_hours, dateTimeText) })) : nothing}`;
}
