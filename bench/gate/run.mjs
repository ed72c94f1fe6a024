// run.mjs - the parts of bench/gate, one after the other; see run.sh and README.md.
import { readFileSync } from "node:fs";

import { documentPart, joinPart, ticketsPart } from "./load.mjs";
import { memoryPart, orderPart, pacePart } from "./promises.mjs";

const PARTS = {
  document: documentPart,
  tickets: ticketsPart,
  join: joinPart,
  memory: memoryPart,
  order: orderPart,
  pace: pacePart,
};

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(PARTS)) {
  if (!(name in PARTS)) throw new Error(`no such part: ${name} (${Object.keys(PARTS).join(" ")})`);
  console.log(`\n== ${name}; load average ${readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3).join(" ")}`);
  await PARTS[name]();
}
process.exit(0);
