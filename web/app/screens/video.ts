// video.ts - a film of the city's at its step, and in writing what is said in it. Nothing of it is loaded before it is opened.
import { nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';

import type { Video } from '../api.js';
import { html } from '../markup.js';
import { change, model } from '../model.js';
import type { Screen } from '../model.js';
import { tagOf, word } from '../words.js';

// What is folded away does not go on playing.
function unfolded(event: Event, name: string): void {
  const details = event.target as HTMLDetailsElement;
  if (!details.open) details.querySelector('video')?.pause();
  else if (!model.filmsSeen.includes(name)) change({ filmsSeen: [...model.filmsSeen, name] });
}

// Browsers fetch these even for a film that nobody plays, so they come when it is unfolded.
function tracks(video: Video): TemplateResult[] {
  return video.captions.map(
    ({ language, label, src }) =>
      html`<track
        kind="captions"
        src=${src}
        srclang=${tagOf(language)}
        label=${label}
        ?default=${language === video.transcript_language}
      />`,
  );
}

function film(video: Video): TemplateResult {
  const seen = model.filmsSeen.includes(video.name);
  return html`<video
    controls
    playsinline
    preload="none"
    src=${video.src}
    poster=${seen ? video.poster : nothing}
    aria-label=${video.title}
  >
    ${seen ? tracks(video) : nothing}
  </video>`;
}

export function videoPart(step: Screen): TemplateResult[] {
  return model.videos
    .filter((video) => video.step === step)
    .map(
      (video) => html`<details class="film" @toggle=${(event: Event) => unfolded(event, video.name)}>
        <summary>${word('video.watch', { title: video.title })}</summary>
        ${film(video)}
        <details>
          <summary>${word('video.transcript')}</summary>
          <p class="transcript" lang=${tagOf(video.transcript_language)}>${video.transcript}</p>
        </details>
      </details>`,
    );
}
