// Records what Node.js answers to the cases in platform.txt: node platform.mjs > platform.golden.json
import { readFileSync } from "node:fs";

const AsyncFunction = (async () => {}).constructor;
const answers = {};
for (const block of readFileSync(new URL("platform.txt", import.meta.url), "utf8").trim().split(/\n\n+/)) {
  const [name, ...code] = block.split("\n");
  try {
    answers[name] = { value: await new AsyncFunction(code.join("\n"))() };
  } catch (error) {
    answers[name] = { throws: error.name };
  }
}
console.log(JSON.stringify(answers, null, 2));
