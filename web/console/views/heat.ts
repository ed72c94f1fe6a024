// heat.ts - days by hours, as the verification reports draw them.
import { html } from 'lit/html.js';

import type { Heat } from '../api.js';
import type { Option } from '../chart.js';
import { axis, base, chart, colour } from '../chart.js';
import type { Bounds, Content } from '../parts.js';
import { boundsOf, boundsText, section, table } from '../parts.js';
import { dayText, numberText, word } from '../words.js';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

// An hour that others counted bears a mark, so that nobody takes it for one of ours.
function cell(hour: number, day: number, own: number, imported: number): object {
  if (own > 0 || imported === 0) return { value: [hour, day, own] };
  return { value: [hour, day, imported], label: { show: true, formatter: word('heat.mark'), color: colour('ink'), backgroundColor: colour('paper'), borderRadius: 2, padding: 2 } };
}

const hasImported = ({ days }: Heat): boolean => days.some(({ imported }) => imported.some((count) => count > 0));

function option(heat: Heat, [many, more, some]: Bounds): Option {
  const days = heat.days.map(({ start }) => dayText(start));
  const data = heat.days.flatMap(({ accesses, imported }, day) => accesses.map((count, hour) => cell(hour, day, count, imported[hour] ?? 0)));
  return {
    ...base(),
    grid: { left: 8, right: 8, top: 8, bottom: 44, containLabel: true },
    xAxis: { type: 'category', data: HOURS.map((hour) => word('hour', { hour })), ...axis({ splitLine: { show: false } }) },
    yAxis: { type: 'category', data: days, inverse: true, ...axis({ splitLine: { show: false } }) },
    visualMap: {
      type: 'piecewise',
      orient: 'horizontal',
      left: 'center',
      bottom: 0,
      itemGap: 8,
      textGap: 4, // five words beside each other fit on a telephone
      textStyle: { color: colour('ink') },
      pieces: [
        { gte: many, label: word('level.4'), color: colour('heat-4') },
        { gte: more, lt: many, label: word('level.3'), color: colour('heat-3') },
        { gte: some, lt: more, label: word('level.2'), color: colour('heat-2') },
        { gt: 0, lt: some, label: word('level.1'), color: colour('heat-1') },
        { value: 0, label: word('level.0'), color: colour('heat-0') },
      ],
    },
    series: [{ type: 'heatmap', data, itemStyle: { borderColor: colour('paper'), borderWidth: 1 } }],
  };
}

export function viewHeat(heat: Heat): Content {
  let [best, day, hour, total] = [0, 0, 0, 0];
  heat.days.forEach(({ accesses }, at) =>
    accesses.forEach((count, of) => {
      total += count;
      if (count > best) [best, day, hour] = [count, at, of];
    }),
  );
  const most = heat.days.reduce((sum, { imported }) => Math.max(sum, ...imported), best);
  const bounds = boundsOf(most, heat.settings);
  const start = heat.days[day]?.start ?? heat.from;
  const sentence = best > 0 ? word('heat.sentence', { day: dayText(start), hour, count: best, total }) : word(most > 0 ? 'heat.none.imported' : 'heat.none');
  const rows = heat.days.map(({ start, accesses, imported }) => [
    dayText(start),
    ...accesses.map((count, of) => (count === 0 && (imported[of] ?? 0) > 0 ? word('heat.other', { count: numberText(imported[of] ?? 0) }) : count)),
    accesses.reduce((sum, count) => sum + count, 0),
  ]);
  const legend = word('heat.legend', { bounds: boundsText(bounds) });
  const drawn = { ...option(heat, bounds), tooltip: { ...(base()['tooltip'] as object), formatter: (point: { value: number[] }) => {
    const [of = 0, at = 0, count = 0] = point.value;
    const others = (heat.days[at]?.accesses[of] ?? 0) === 0 && count > 0;
    return word(others ? 'heat.cell.imported' : 'heat.cell', { day: dayText(heat.days[at]?.start ?? heat.from), hour: of, count: numberText(count) });
  } } };
  const head = [word('heat.day'), ...HOURS.map((of) => word('hour', { hour: of })), word('table.total')];
  return html`<h1>${word('heat.title')}</h1><p class="lead">${sentence}</p>
    ${section(
      word('heat.chart'),
      chart(drawn, sentence, heat.days.length > 20 ? 'tall' : 'high'),
      table({ name: word('heat.title'), head, rows, note: hasImported(heat) ? `${legend}。${word('heat.imported')}` : legend }),
    )}`;
}
