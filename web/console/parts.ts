// parts.ts - what the views are made of: figures, small lines, tables that can be taken along.
import type { TemplateResult } from 'lit/html.js';
import { html, nothing, svg } from 'lit/html.js';

import { numberText, word } from './words.js';

export type Content = TemplateResult | typeof nothing | string;
export type Cell = string | number | null;

const LINE_WIDTH = 160;
const LINE_HEIGHT = 36;

// A small line through the values; it repeats what text and tables say, so readers skip it.
function smallLine(values: number[]): Content {
  if (values.length < 2) return nothing;
  const top = Math.max(...values, 1);
  const x = (index: number): number => (index / (values.length - 1)) * (LINE_WIDTH - 4) + 2;
  const y = (value: number): number => LINE_HEIGHT - 3 - (value / top) * (LINE_HEIGHT - 6);
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const last = values.length - 1;
  return html`<svg class="small-line" viewBox="0 0 ${LINE_WIDTH} ${LINE_HEIGHT}" preserveAspectRatio="xMinYMid" aria-hidden="true">
    ${svg`<polyline points=${points} /><circle cx=${x(last)} cy=${y(values[last] ?? 0)} r="3" />`}
  </svg>`;
}

export interface Figure {
  title: string;
  value: number;
  unit: string;
  note: string; // since when, of what
  compare?: string;
  line?: number[];
  bad?: boolean;
}

export const figure = ({ title, value, unit, note, compare, line, bad }: Figure): Content => html`
  <div class="figure ${bad ? 'bad' : ''}" title=${`${title} ${numberText(value)}${unit} ${note}`}>
    <h3>${title}</h3>
    <p class="value"><span>${numberText(value)}</span><small>${unit}</small></p>
    ${line ? smallLine(line) : nothing}
    <p class="note">${note}</p>
    ${compare ? html`<p class="note">${compare}</p>` : nothing}
  </div>
`;

function save(name: string, head: string[], rows: Cell[][]): void {
  const quoted = (cell: Cell): string => {
    const text = cell === null ? '' : String(cell);
    const guarded = typeof cell === 'string' && /^[=+\-@\t]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
  };
  const lines = [head, ...rows].map((row) => row.map(quoted).join(','));
  // The mark by which spreadsheets know UTF-8.
  const blob = new Blob([`\uFEFF${lines.join('\r\n')}\r\n`], { type: 'text/csv;charset=utf-8' });
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: `${name}.csv` });
  link.click();
  URL.revokeObjectURL(link.href);
}

export interface Table {
  name: string; // in words: the caption and the file's name
  head: string[]; // in words
  rows: Cell[][];
  note?: string;
  open?: boolean;
}

const cellText = (cell: Cell): string => (cell === null ? '—' : typeof cell === 'number' ? numberText(cell) : cell);

const isNumber = (cell: Cell | undefined): boolean => typeof cell === 'number' || (typeof cell === 'string' && /^[+−]?[\d.—]+%?$/.test(cell));

function tableBody(table: Table): Content {
  const rows = table.rows.map(
    (row) => html`<tr>
      ${row.map((cell, index) =>
        index === 0
          ? html`<th scope="row">${cellText(cell)}</th>`
          : html`<td class=${isNumber(cell) ? 'num' : ''}>${cellText(cell)}</td>`,
      )}
    </tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${table.name}>
    <table>
      <caption class="hidden">${table.name}</caption>
      <thead><tr>${table.head.map((text, index) => html`<th scope="col" class=${isNumber(table.rows[0]?.[index]) ? 'num' : ''}>${text}</th>`)}</tr></thead>
      <tbody>${rows}</tbody>
    </table>
  </div>`;
}

// The table behind a chart, folded unless `open`; it can be saved as CSV.
export function table(table: Table): Content {
  if (table.rows.length === 0) return html`<p class="none">${word('table.none')}</p>`;
  const button = html`<button
    type="button"
    class="quiet"
    aria-label=${word('table.csv.label', { name: table.name })}
    @click=${() => save(table.name, table.head, table.rows)}
  >${word('table.csv')}</button>`;
  const note = table.note ? html`<p class="note">${table.note}</p>` : nothing;
  if (table.open) return html`<div class="table">${tableBody(table)}<div class="under">${note}${button}</div></div>`;
  return html`<div class="table folded">
    ${note}${button}
    <details><summary>${word('table.show')}</summary>${tableBody(table)}</details>
  </div>`;
}

// Who did something: operators by their names, and whoever sat at the machine itself.
export const doerText = (name: string): string => (name === '(command line)' ? word('log.commandLine') : name);

export const section = (title: string, ...content: Content[]): Content =>
  html`<section class="sheet"><h2>${title}</h2>${content}</section>`;

// The bounds that operators set, else those of the published legend where there are so many, else of a city's own size: three shares of the most.
const PUBLISHED = [8000, 3000, 1000] as const;
const SHARES = [0.75, 0.5, 0.25] as const;
export type Bounds = readonly [number, number, number];
export function boundsOf(most: number, settings: Record<string, number>): Bounds {
  const ordered = ['many', 'more', 'some'].map((name) => settings[`console.heat_${name}`] ?? 0);
  const [many = 0, more = 0, some = 0] = ordered;
  if (some > 0 && more > some && many > more) return [many, more, some];
  if (most >= PUBLISHED[1]) return PUBLISHED;
  const rounded = (share: number): number => Math.max(1, Number((most * share).toPrecision(2)));
  return [Math.max(rounded(SHARES[0]), 3), Math.max(rounded(SHARES[1]), 2), rounded(SHARES[2])];
}

// 4: very many ... 0: none.
export function levelOf(count: number, bounds: Bounds): number {
  const place = bounds.findIndex((least) => count >= least);
  return place >= 0 ? 4 - place : count > 0 ? 1 : 0;
}

export const boundsText = (bounds: Bounds): string => bounds.map(numberText).join(word('list.and'));
