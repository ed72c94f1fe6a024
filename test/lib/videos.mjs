// videos.mjs - a folder with one film for the identity check, as an operator would make it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { freshDirectory } from "./juncho.mjs";

// One grey dot.
const POSTER = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==", "base64");

function captions(...cues) {
  return `WEBVTT\n\n${cues.map((words, at) => `00:0${at}.000 --> 00:0${at + 1}.000\n${words}\n`).join("\n")}`;
}

export function videosFolder({ film, file = "card.mp4" }) {
  const folder = freshDirectory();
  const write = (name, content) => writeFileSync(join(folder, name), content);
  write(file, film);
  write("card.png", POSTER);
  write("card.ja.vtt", captions("カードをあてます。", "待ちます。"));
  write("card.en.vtt", captions("Hold the card.", "Wait."));
  write("videos.json", JSON.stringify({
    videos: [{
      name: "card",
      step: "identity",
      file,
      poster: "card.png",
      captions: { ja: "card.ja.vtt", en: "card.en.vtt" },
      title: { ja: "カードのあて方", en: "How to hold the card" },
    }],
  }));
  return folder;
}
