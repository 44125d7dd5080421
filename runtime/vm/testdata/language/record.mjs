// Records in answers.txt what each expression of expressions.txt comes to here:
//
//	TZ=UTC LC_ALL=C node record.mjs
//
// It has been run with Node 20. What it writes is to be read before it is kept: where Node knows more than the standard demands, the standard counts.
import { readFileSync, writeFileSync } from "node:fs";
import { answer } from "./show.js";

const lines = readFileSync(new URL("expressions.txt", import.meta.url), "utf8").split("\n");
let out = "";
for (const line of lines) {
  if (line === "" || line.startsWith("# ")) continue;
  let run;
  try {
    run = (0, eval)(`"use strict"; async () => (${line})`);
  } catch (error) {
    run = () => { throw error; };
  }
  out += `${line}\n\t${await answer(run)}\n`;
}
writeFileSync(new URL("answers.txt", import.meta.url), out);
