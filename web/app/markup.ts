// markup.ts - lit's html, with readings: a text with 漢字《かんじ》 (two brackets behind a word) becomes ruby where it is content, and loses the
// reading where it is the value of an attribute.
import { html as plainHtml, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import { cutReadings, withoutReadings } from '../shared/readings.js';

export { withoutReadings };

// What a word counts stays in its line: 35分, 25〜35分, 4,120人.
const COUNT = /(?:\d[\d,]*〜)?\d[\d,]*$/;

// One element, for the parent may lay its children out one by one.
function ruby(text: string): TemplateResult {
  const { words, rest } = cutReadings(text);
  const parts = words.map(({ before, breaks, word, reading }) => {
    const [count = ''] = COUNT.exec(before) ?? [];
    const lead = before.slice(0, before.length - count.length);
    const drawn = plainHtml`<ruby>${word}<rp>(</rp><rt>${reading}</rt><rp>)</rp></ruby>`;
    if (count !== '') return plainHtml`${lead}<span class="counted">${count}${drawn}</span>`;
    return plainHtml`${lead}${breaks ? plainHtml`<wbr>` : nothing}${drawn}`;
  });
  return plainHtml`<span>${parts}${rest}</span>`;
}

const insideTag = new WeakMap<TemplateStringsArray, boolean[]>();

// For each value of a template whether it stands in a tag: the text before it opened one and has not closed it.
function placesOf(strings: TemplateStringsArray): boolean[] {
  let places = insideTag.get(strings);
  if (places === undefined) {
    let inside = false;
    places = strings.map((text) => {
      const open = text.lastIndexOf('<');
      const close = text.lastIndexOf('>');
      if (open !== close) inside = open > close;
      return inside;
    });
    insideTag.set(strings, places);
  }
  return places;
}

export function html(strings: TemplateStringsArray, ...values: unknown[]): TemplateResult {
  if (!values.some((value) => typeof value === 'string' && value.includes('《'))) return plainHtml(strings, ...values);
  const places = placesOf(strings);
  const drawn = values.map((value, index) => {
    if (typeof value !== 'string') return value;
    return places[index] === true ? withoutReadings(value) : ruby(value);
  });
  return plainHtml(strings, ...drawn);
}
