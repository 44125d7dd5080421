function e(e){return e.split(/[.-]/).map(e=>e.charAt(0).toUpperCase()+e.slice(1)).join(``)}function t(t){let n=e(t.id);return`import type { ${n} } from "durward";

export async function execute(input: ${n}.Input): Promise<${n}.Outcome> {
  console.log("hello from", input.trigger, ${t.user===`none`?`input.request.ip`:t.user===`known`?`input.user.email`:`input.user?.email`});
${t.async?`  // Nobody waits for this: what it throws is tried again.
  return { kind: "continue" };`:`  // Try: return { kind: "block", code: "not_today", message: "Please try again tomorrow." };
  return { kind: "continue" };`}
}
`}function n(e){return e.normalize(`NFKD`).toLowerCase().replace(/[^a-z0-9]+/g,`-`).replace(/^-+|-+$/g,``).slice(0,63).replace(/-+$/,``)}export{t as n,e as r,n as t};