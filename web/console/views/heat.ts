// heat.ts - days by hours, as the verification reports draw them.
import { html } from 'lit/html.js';

import type { Heat } from '../api.js';
import type { Option } from '../chart.js';
import { axis, base, chart, colour } from '../chart.js';
import type { Bounds, Content } from '../parts.js';
import { boundsOf, boundsText, section, table } from '../parts.js';
import { dayText, numberText, word } from '../words.js';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

function option(heat: Heat, [many, more, some]: Bounds): Option {
  const days = heat.days.map(({ start }) => dayText(start));
  const data = heat.days.flatMap(({ accesses }, day) => accesses.map((count, hour) => [hour, day, count]));
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
  const bounds = boundsOf(best, heat.settings);
  const start = heat.days[day]?.start ?? heat.from;
  const sentence = best > 0 ? word('heat.sentence', { day: dayText(start), hour, count: best, total }) : word('heat.none');
  const rows = heat.days.map(({ start, accesses }) => [
    dayText(start), ...accesses, accesses.reduce((sum, count) => sum + count, 0),
  ]);
  const drawn = { ...option(heat, bounds), tooltip: { ...(base()['tooltip'] as object), formatter: (point: { value: number[] }) => {
    const [of = 0, at = 0, count = 0] = point.value;
    return word('heat.cell', { day: dayText(heat.days[at]?.start ?? heat.from), hour: of, count: numberText(count) });
  } } };
  const head = [word('heat.day'), ...HOURS.map((of) => word('hour', { hour: of })), word('table.total')];
  return html`<h1 tabindex="-1">${word('heat.title')}</h1><p class="lead">${sentence}</p>
    ${section(
      word('heat.title'),
      chart(drawn, sentence, heat.days.length > 20 ? 'tall' : 'high'),
      table({ name: word('heat.title'), head, rows, note: word('heat.legend', { bounds: boundsText(bounds) }) }),
    )}`;
}
