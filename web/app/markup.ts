// markup.ts - lit's html, with readings: a text with 漢字《かんじ》 (two brackets behind a word) becomes ruby where it is content, and loses the
// reading where it is the value of an attribute.
import { html as plainHtml } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

const READING = /([\p{Script=Han}\u3005\u3006\u30f6]+)《([^》]+)》/gu;

// The text alone, for titles, attributes and announcements.
export function withoutReadings(text: string): string {
  return text.replace(READING, '$1');
}

// One element, for the parent may lay its children out one by one.
function ruby(text: string): TemplateResult {
  const parts: unknown[] = [];
  let at = 0;
  for (const match of text.matchAll(READING)) {
    parts.push(text.slice(at, match.index), plainHtml`<ruby>${match[1]}<rp>(</rp><rt>${match[2]}</rt><rp>)</rp></ruby>`);
    at = match.index + match[0].length;
  }
  return plainHtml`<span>${parts}${text.slice(at)}</span>`;
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
