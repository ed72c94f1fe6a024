// pictures.ts - icons and drawings; colours come from the style sheet, words stand beside them.
import { html, svg } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

type Drawing = TemplateResult<2>;

function icon(shape: Drawing): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${shape}</svg>`;
}

export const icons = {
  card: icon(svg`<rect x="2.5" y="5" width="19" height="14" rx="2"/><path d="M2.5 9.5h19M6 14.5h4.5M15.5 13.5h3v3h-3z"/>`),
  pencil: icon(svg`<path d="M4 20l1-4.5L16 4.5a1.8 1.8 0 0 1 2.6 0l.9.9a1.8 1.8 0 0 1 0 2.6L8.5 19z"/><path d="M13.5 7l3.5 3.5"/>`),
  check: icon(svg`<circle cx="12" cy="12" r="9.5"/><path d="M7.5 12.3l3.2 3.2 6-6.6"/>`),
  clock: icon(svg`<circle cx="12" cy="12" r="9.5"/><path d="M12 6.5V12l4 2.5"/>`),
  info: icon(svg`<circle cx="12" cy="12" r="9.5"/><path d="M12 11v6M12 7.4v.2"/>`),
  warn: icon(svg`<path d="M12 3.5l9.5 16.5h-19z"/><path d="M12 10v4.5M12 17.2v.2"/>`),
  line: icon(svg`<path d="M2.5 9a14 14 0 0 1 19 0M6 12.7a9 9 0 0 1 12 0M9.3 16.2a4.2 4.2 0 0 1 5.4 0M12 19.6v.2M4 3.5l16 17"/>`),
  calendar: icon(svg`<rect x="3" y="5" width="18" height="16" rx="2"/><path d="M3 10h18M8 3v4M16 3v4"/>`),
  go: icon(svg`<path d="M9 5l7 7-7 7"/>`),
  back: icon(svg`<path d="M15 5l-7 7 7 7"/>`),
  tick: icon(svg`<path d="M5 12.5l4.5 4.5L19 7.5"/>`),
  coins: icon(svg`<circle cx="12" cy="12" r="9.5"/><path d="M10 17V7.5h2.8a2.9 2.9 0 0 1 0 5.8H10"/>`),
  look: icon(svg`<path d="M2.5 19L8 5.5 13.5 19M4.3 14.5h7.4M15 19l3.2-8 3.3 8M16 16.4h4.5"/>`),
  bell: icon(svg`<path d="M6 17V11a6 6 0 0 1 12 0v6l1.500 1.500h-15zM10 21a2.200 2.200 0 0 0 4 0M12 5V3"/>`),
  print: icon(svg`<path d="M7 8V3.5h10V8M7 17H4.5A1.5 1.5 0 0 1 3 15.5v-6A1.5 1.5 0 0 1 4.5 8h15A1.5 1.5 0 0 1 21 9.5v6a1.5 1.5 0 0 1-1.5 1.5H17"/><path d="M7 14h10v6.5H7z"/>`),
  copy: icon(svg`<rect x="8.5" y="8.5" width="12" height="12" rx="1.5"/><path d="M15.5 8.5v-4a1 1 0 0 0-1-1h-10a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h4"/>`),
  outside: icon(svg`<path d="M13.5 4H20v6.5M20 4l-9 9M10 5.5H5.5A1.5 1.5 0 0 0 4 7v11.500A1.5 1.5 0 0 0 5.5 20H17a1.5 1.5 0 0 0 1.5-1.500V14"/>`),
};

function picture(shape: Drawing): TemplateResult {
  return html`<svg class="picture" viewBox="0 0 160 112" aria-hidden="true" focusable="false">${shape}</svg>`;
}

// Before the jump: the page turns into the app, the card is read, the page is there again.
export const pictures = {
  open: picture(svg`
    <rect class="paper" x="18" y="12" width="50" height="88" rx="8"/>
    <path class="faint" d="M27 30h32M27 39h24M27 48h28"/>
    <rect class="strong" x="27" y="74" width="32" height="13" rx="6.5"/>
    <rect class="paper" x="94" y="12" width="50" height="88" rx="8"/>
    <rect class="tint" x="104" y="34" width="30" height="30" rx="7"/>
    <path class="line" d="M111 44h16v11h-16zM114 51.500h5"/>
    <path class="faint" d="M106 76h26M111 84h16"/>
    <path class="arrow" d="M72 56h17M83 49l7 7-7 7"/>`),
  touch: picture(svg`
    <rect class="paper" x="26" y="34" width="82" height="54" rx="6"/>
    <circle class="tint" cx="44" cy="55" r="9"/>
    <path class="faint" d="M60 50h34M60 59h24M36 76h30"/>
    <rect class="chip" x="82" y="68" width="15" height="12" rx="2"/>
    <rect class="screen" x="76" y="10" width="48" height="84" rx="8"/>
    <path class="wave" d="M91 46a13 13 0 0 1 18 0M86 40a20 20 0 0 1 28 0"/>
    <path class="dots" d="M86 66h.1M95.3 66h.1M104.6 66h.1M114 66h.1"/>`),
  back: picture(svg`
    <rect class="paper" x="22" y="12" width="50" height="88" rx="8"/>
    <rect class="tint" x="32" y="34" width="30" height="30" rx="7"/>
    <path class="line" d="M39 44h16v11h-16zM42 51.500h5"/>
    <rect class="paper" x="94" y="12" width="50" height="88" rx="8"/>
    <circle class="strong" cx="119" cy="44" r="14"/>
    <path class="tick" d="M112.5 44.500l4.5 4.5 9-9.5"/>
    <path class="faint" d="M104 71h30M108 80h22"/>
    <path class="arrow" d="M75 56h14M83 49l7 7-7 7"/>`),
};
