// videos.ts - the city's films, asked for once at the first screen that may show one.
import { readVideos } from './api.js';
import { change } from './model.js';
import { languageNow } from './words.js';

let asked = '';

// A film is an extra: where the list is not to be had the screen stands without it.
export function videosOpen(): void {
  const language = languageNow();
  if (asked === language) return;
  asked = language;
  readVideos(language).then(
    (videos) => {
      if (asked === language) change({ videos });
    },
    () => {},
  );
}
