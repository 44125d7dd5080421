//go:build !race

package matrix_test

// use is an action that uses a package, and what it is to return.
type use struct {
	does string // for the table
	code string // of the module, in which input.stub is the stub's address and input.port its port
	want string // JSON
	// cannot says why the package does not work, if that is known. Then the action must fail.
	cannot string
	// refused is what the bundler says of it, if it cannot be bundled at all.
	refused string
}

// claims are those that the tokens of the cases have.
const claims = `const claims = { sub: "ann", role: "admin" };`

// echoed is what the stub's answer is reduced to.
const echoed = `const pick = (d) => [d.method, d.path, d.body];`

const key = `const key = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\nOF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n-----END PRIVATE KEY-----\n";`

var uses = map[string]use{
	"@noble/hashes": {"SHA-256 and HMAC of known texts",
		`import { sha256 } from "@noble/hashes/sha2.js"; import { hmac } from "@noble/hashes/hmac.js"; import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
		export function execute() { return [bytesToHex(sha256(utf8ToBytes("abc"))).slice(0, 16), bytesToHex(hmac(sha256, utf8ToBytes("key"), utf8ToBytes("The quick brown fox jumps over the lazy dog"))).slice(0, 16)] }`,
		`["ba7816bf8f01cfea","f7bc83f430538424"]`, "", ""},
	"@segment/analytics-node": {"sends an event to the stub and waits until it is there",
		`import { Analytics } from "@segment/analytics-node";
		export async function execute(input) { const seen = []; const a = new Analytics({ writeKey: "k", host: input.stub, path: "/batch", flushAt: 1 });
		a.on("error", (e) => seen.push(String(e.reason || e))); a.on("http_request", (r) => seen.push(JSON.parse(r.body).batch[0].event));
		await new Promise((done) => a.track({ userId: "ann", event: "login" }, done)); await a.closeAndFlush(); return seen }`,
		`["login"]`, "", ""},
	"@sendgrid/mail": {"sends a mail to the stub",
		`import mail from "@sendgrid/mail";
		export async function execute(input) { mail.setApiKey("SG.x"); mail.client.setDefaultRequest("baseUrl", input.stub + "/"); const [r] = await mail.send({ to: "a@example.com", from: "b@example.com", subject: "s", text: "t" }); return r.statusCode }`,
		`202`, "", ""},
	"@slack/web-api": {"posts a message to the stub",
		`import { WebClient } from "@slack/web-api";
		export async function execute(input) { const c = new WebClient("xoxb-1", { slackApiUrl: input.stub + "/api/", retryConfig: { retries: 0 } }); const r = await c.chat.postMessage({ channel: "C1", text: "hi there" }); return [r.ok, r.path, r.body, r.authorization] }`,
		`[true,"/api/chat.postMessage","channel=C1&text=hi%20there","Bearer xoxb-1"]`, "", ""},
	"@slack/webhook": {"posts a message to the stub",
		`import { IncomingWebhook } from "@slack/webhook";
		export async function execute(input) { return await new IncomingWebhook(input.stub + "/slack/").send({ text: "hi" }) }`,
		`{"text":"ok"}`, "", ""},
	"@xmldom/xmldom": {"reads and writes XML",
		`import { DOMParser, XMLSerializer } from "@xmldom/xmldom";
		export function execute() { const d = new DOMParser().parseFromString("<a><b x='1'>t</b></a>", "text/xml"); const b = d.getElementsByTagName("b")[0]; b.setAttribute("y", "2"); return [b.textContent, new XMLSerializer().serializeToString(d)] }`,
		`["t","<a><b x=\"1\" y=\"2\">t</b></a>"]`, "", ""},
	"ajv": {"validates against a schema, which needs a function compiled from text",
		`import Ajv from "ajv";
		export function execute() { const v = new Ajv().compile({ type: "object", properties: { n: { type: "integer" } }, required: ["n"] }); return [v({ n: 1 }), v({ n: "1" })] }`,
		`[true,false]`, "compiles schemas to code with the Function constructor, and code from strings is not allowed in actions; compile with ajv's standalone mode beforehand, or use zod", ""},
	"auth0": {"reads a user from the stub, with a token by client credentials",
		`import { ManagementClient } from "auth0";
		export async function execute(input) { const m = new ManagementClient({ domain: "tenant.example", token: "t", fetch: (url, init) => fetch(String(url).replace("https://tenant.example", input.stub), init) }); const u = await m.users.get("auth0|1"); return [u.method, u.path, u.authorization] }`,
		`["GET","/api/v2/users/auth0%7C1","Bearer t"]`, "", ""},
	"axios": {"posts JSON, follows a redirect, tells of a status",
		`import axios from "axios"; ` + echoed + `
		export async function execute(input) { const c = axios.create({ baseURL: input.stub }); const a = await c.post("/x", { a: 1 }, { params: { q: "1 2" } }); const b = await c.get("/redirect"); let status; try { await c.get("/teapot") } catch (e) { status = [e.response.status, e.code, axios.isAxiosError(e)] } return [pick(a.data), a.status, b.data.path, status] }`,
		`[["POST","/x?q=1+2","{\"a\":1}"],200,"/landed",[418,"ERR_BAD_REQUEST",true]]`, "", ""},
	"bcryptjs": {"hashes a password and compares it",
		`import bcrypt from "bcryptjs";
		export async function execute() { const h = await bcrypt.hash("secret", 4); return [h.length, await bcrypt.compare("secret", h), bcrypt.compareSync("other", h), bcrypt.compareSync("password", "$2b$04$abcdefghijklmnopqrstuu8SGZ1TcIBL2WcNnOcC7jJrc8GPvNaxO")] }`,
		`[60,true,false,false]`, "", ""},
	"crypto-js": {"SHA-256, HMAC, and AES there and back",
		`import C from "crypto-js";
		export function execute() { return [C.SHA256("abc").toString().slice(0, 16), C.HmacSHA256("m", "k").toString(C.enc.Base64).length, C.AES.decrypt(C.AES.encrypt("text", "pass").toString(), "pass").toString(C.enc.Utf8)] }`,
		`["ba7816bf8f01cfea",44,"text"]`, "", ""},
	"date-fns": {"adds and formats dates",
		`import { addDays, format, differenceInDays, parseISO } from "date-fns";
		export function execute() { const d = parseISO("2024-02-28T12:00:00Z"); return [format(addDays(d, 2), "yyyy-MM-dd EEEE"), differenceInDays(parseISO("2024-03-01"), parseISO("2024-02-01"))] }`,
		`["2024-03-01 Friday",29]`, "", ""},
	"dayjs": {"adds and formats dates, with a plugin",
		`import dayjs from "dayjs"; import utc from "dayjs/plugin/utc"; dayjs.extend(utc);
		export function execute() { return [dayjs.utc("2024-02-28").add(2, "day").format("YYYY-MM-DD"), dayjs.utc("2024-01-01").isBefore("2024-01-02")] }`,
		`["2024-03-01",true]`, "", ""},
	"fast-xml-parser": {"reads and writes XML",
		`import { XMLParser, XMLBuilder } from "fast-xml-parser";
		export function execute() { return [new XMLParser({ ignoreAttributes: false }).parse("<a x='1'><b>2</b></a>"), new XMLBuilder().build({ a: { b: 1 } })] }`,
		`[{"a":{"b":2,"@_x":"1"}},"<a><b>1</b></a>"]`, "", ""},
	"got": {"posts JSON and follows a redirect",
		`import got from "got"; ` + echoed + `
		export async function execute(input) { const a = await got.post(input.stub + "/x", { json: { a: 1 } }).json(); const b = await got(input.stub + "/redirect").json(); return [pick(a), b.path] }`,
		`[["POST","/x","{\"a\":1}"],"/landed"]`, "looks at the prototypes of asynchronous generators while it loads, and the JavaScript engine has no such generators; use ky or fetch", ""},
	"handlebars": {"renders a template, which needs a function compiled from text",
		`import H from "handlebars";
		export function execute() { return H.compile("Hello {{name}}")({ name: "Ann" }) }`,
		`"Hello Ann"`, "compiles templates to code with the Function constructor, and code from strings is not allowed in actions; precompile the templates, or use mustache", ""},
	"ip": {"tells networks",
		`import ip from "ip";
		export function execute() { return [ip.cidrSubnet("192.168.1.0/24").contains("192.168.1.7"), ip.isPrivate("10.0.0.1"), ip.toLong("1.2.3.4")] }`,
		`[true,true,16909060]`, "", ""},
	"ipaddr.js": {"tells networks and ranges",
		`import ipaddr from "ipaddr.js";
		export function execute() { return [ipaddr.parse("192.168.1.7").match(ipaddr.parseCIDR("192.168.0.0/16")), ipaddr.parse("::1").range(), ipaddr.process("::ffff:1.2.3.4").toString()] }`,
		`[true,"loopback","1.2.3.4"]`, "", ""},
	"jose": {"signs and verifies with HS256 and ES256, refuses another key",
		`import { SignJWT, jwtVerify, importPKCS8, exportJWK, importJWK, generateKeyPair } from "jose"; ` + claims + key + `
		export async function execute() { const k = new TextEncoder().encode("a secret of more than 32 bytes....");
		const a = (await jwtVerify(await new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h").sign(k), k)).payload.role;
		const p = await importPKCS8(key, "ES256", { extractable: true }); const { d, ...pub } = await exportJWK(p); const t = await new SignJWT(claims).setProtectedHeader({ alg: "ES256" }).sign(p);
		const b = (await jwtVerify(t, await importJWK(pub, "ES256"))).payload.sub; const other = await generateKeyPair("ES256");
		let c; try { await jwtVerify(t, other.publicKey) } catch (e) { c = e.code } return [a, b, c] }`,
		`["admin","ann","ERR_JWS_SIGNATURE_VERIFICATION_FAILED"]`, "", ""},
	"jsonpath-plus": {"finds by a path with a filter",
		`import { JSONPath } from "jsonpath-plus";
		export function execute() { const json = { users: [{ n: "a", age: 3 }, { n: "b", age: 9 }] }; return [JSONPath({ path: "$.users[*].n", json }), JSONPath({ path: "$.users[?(@.age>5)].n", json, eval: "safe" })] }`,
		`[["a","b"],["b"]]`, "", ""},
	"jsonwebtoken": {"signs and verifies with HS256, ES256 and a key pair, refuses another key",
		`import jwt from "jsonwebtoken"; import { createPublicKey, generateKeyPairSync } from "node:crypto"; ` + claims + key + `
		export function execute() { const a = jwt.verify(jwt.sign(claims, "secret", { expiresIn: "1h" }), "secret").role; const t = jwt.sign(claims, key, { algorithm: "ES256" });
		const b = jwt.verify(t, createPublicKey(key)).sub; const pem = createPublicKey(key).export({ type: "spki", format: "pem" }); const c = jwt.verify(t, pem, { algorithms: ["ES256"] }).sub;
		let d; try { jwt.verify(t, generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey) } catch (e) { d = e.message }
		let f; try { jwt.verify(jwt.sign(claims, "secret", { expiresIn: -1 }), "secret") } catch (e) { f = e.name } return [a, b, c, d, f] }`,
		`["admin","ann","ann","invalid signature","TokenExpiredError"]`, "", ""},
	"ky": {"posts JSON, follows a redirect, tells of a status",
		`import ky from "ky"; ` + echoed + `
		export async function execute(input) { const a = await ky.post(input.stub + "/x", { json: { a: 1 } }).json(); const b = await ky.get(input.stub + "/redirect").json(); let s; try { await ky.get(input.stub + "/teapot") } catch (e) { s = e.response.status } return [pick(a), b.path, s] }`,
		`[["POST","/x","{\"a\":1}"],"/landed",418]`, "", ""},
	"libphonenumber-js": {"reads and formats numbers",
		`import { parsePhoneNumber, isValidPhoneNumber } from "libphonenumber-js";
		export function execute() { const p = parsePhoneNumber("8 (800) 555-35-35", "RU"); return [p.number, p.country, p.formatInternational(), isValidPhoneNumber("123", "US")] }`,
		`["+78005553535","RU","+7 800 555 35 35",false]`, "", ""},
	"lodash": {"groups, merges, picks by path",
		`import _ from "lodash";
		export function execute() { return [_.groupBy([1.2, 1.8, 2.1], Math.floor), _.merge({ a: { b: 1 } }, { a: { c: 2 } }), _.get({ a: [{ b: 3 }] }, "a[0].b"), _.camelCase("Foo bar"), _.chunk([1, 2, 3], 2)] }`,
		`[{"1":[1.2,1.8],"2":[2.1]},{"a":{"b":1,"c":2}},3,"fooBar",[[1,2],[3]]]`, "", ""},
	"luxon": {"adds and formats dates",
		`import { DateTime, Duration } from "luxon";
		export function execute() { const d = DateTime.fromISO("2024-02-28T10:00:00Z", { zone: "utc" }); return [d.plus({ days: 2 }).toISODate(), d.toFormat("yyyy/MM/dd HH:mm"), Duration.fromObject({ minutes: 90 }).as("hours")] }`,
		`["2024-03-01","2024/02/28 10:00",1.5]`, "", ""},
	"mixpanel": {"sends an event to the stub",
		`import Mixpanel from "mixpanel";
		export async function execute(input) { const m = Mixpanel.init("token", { host: "127.0.0.1:" + input.port, protocol: "http" }); return await new Promise((done) => m.track("login", { distinct_id: "ann" }, (e) => done(e ? String(e) : "sent"))) }`,
		`"sent"`, "", ""},
	"ms": {"reads and writes durations", `import ms from "ms"; export function execute() { return [ms("2 days"), ms(60000), ms("1h")] }`, `[172800000,"1m",3600000]`, "", ""},
	"mustache": {"renders a template",
		`import M from "mustache"; export function execute() { return M.render("Hello {{name}}{{#a}}, {{.}}{{/a}} {{{raw}}}", { name: "A&B", a: [1, 2], raw: "<b>" }) }`,
		`"Hello A&amp;B, 1, 2 <b>"`, "", ""},
	"nanoid": {"makes identifiers",
		`import { nanoid, customAlphabet } from "nanoid"; export function execute() { return [nanoid().length, /^[ab]{8}$/.test(customAlphabet("ab", 8)()), nanoid() !== nanoid()] }`,
		`[21,true,true]`, "", ""},
	"njwt": {"signs and verifies",
		`import n from "njwt"; export function execute() { const t = n.create({ sub: "ann" }, "secret", "HS256").compact(); let e; try { n.verify(t, "other") } catch (x) { e = x.message } return [n.verify(t, "secret").body.sub, e] }`,
		`["ann","Signature verification failed"]`, "", ""},
	"node-fetch": {"posts and follows a redirect",
		`import fetch from "node-fetch"; ` + echoed + `
		export async function execute(input) { const a = await (await fetch(input.stub + "/x", { method: "POST", body: JSON.stringify({ a: 1 }) })).json(); const r = await fetch(input.stub + "/redirect"); return [pick(a), (await r.json()).path, r.redirected, (await fetch(input.stub + "/teapot")).status] }`,
		`[["POST","/x","{\"a\":1}"],"/landed",true,418]`, "", ""},
	"openid-client": {"discovers the stub and gets a token by client credentials",
		`import * as client from "openid-client";
		export async function execute(input) { const c = await client.discovery(new URL(input.stub), "id", "secret", undefined, { execute: [client.allowInsecureRequests] }); const t = await client.clientCredentialsGrant(c, { scope: "s" });
		const v = client.randomPKCECodeVerifier(); return [t.access_token, c.serverMetadata().token_endpoint === input.stub + "/token", (await client.calculatePKCECodeChallenge(v)).length] }`,
		`["at",true,43]`, "", ""},
	"otplib": {"makes and checks one-time passwords",
		`import { generate, verify, generateSecret } from "otplib";
		export async function execute() { const secret = generateSecret(); const token = await generate({ secret }); return [token.length, (await verify({ secret, token })).valid, (await verify({ secret, token: token === "000000" ? "000001" : "000000" })).valid] }`,
		`[6,true,false]`, "", ""},
	"qs": {"reads and writes queries",
		`import qs from "qs"; export function execute() { return [qs.parse("a[b]=1&c[]=2&c[]=3"), qs.stringify({ a: { b: "1 2" }, c: [3] })] }`,
		`[{"a":{"b":"1"},"c":["2","3"]},"a%5Bb%5D=1%202&c%5B0%5D=3"]`, "", ""},
	"semver": {"compares versions",
		`import semver from "semver"; export function execute() { return [semver.satisfies("1.4.2", "^1.2"), semver.inc("1.2.3", "minor"), semver.sort(["2.0.0", "1.10.0", "1.9.0"]), semver.valid("x")] }`,
		`[true,"1.3.0",["1.9.0","1.10.0","2.0.0"],null]`, "", ""},
	"stripe": {"makes a customer at the stub, checks the signature of a webhook",
		`import Stripe from "stripe";
		export async function execute(input) { const s = new Stripe("sk_test_1", { host: "127.0.0.1", port: input.port, protocol: "http" }); const c = await s.customers.create({ email: "a@example.com" });
		const header = await s.webhooks.generateTestHeaderStringAsync({ payload: '{"id":"evt_1","object":"event"}', secret: "whsec" }); const e = await s.webhooks.constructEventAsync('{"id":"evt_1","object":"event"}', header, "whsec"); return [c.id, c.path, c.body, e.id] }`,
		`["id_1","/v1/customers","email=a%40example.com","evt_1"]`, "", ""},
	"totp-generator": {"makes the password of a moment",
		`import { TOTP } from "totp-generator"; export async function execute() { return (await TOTP.generate("JBSWY3DPEHPK3PXP", { timestamp: 1465324707000 })).otp }`,
		`"341128"`, "", ""},
	"tweetnacl": {"signs, and seals a box",
		`import nacl from "tweetnacl"; export function execute() { const k = nacl.sign.keyPair(), m = new Uint8Array([1, 2]); const s = nacl.sign.detached(m, k.secretKey); const n = nacl.randomBytes(24), key = nacl.randomBytes(32); return [nacl.sign.detached.verify(m, s, k.publicKey), Array.from(nacl.secretbox.open(nacl.secretbox(m, n, key), n, key))] }`,
		`[true,[1,2]]`, "", ""},
	"twilio": {"sends a message to the stub, checks the signature of a webhook",
		`import twilio from "twilio";
		export async function execute(input) { const client = twilio("AC1", "token"); const own = client.httpClient; client.httpClient = { request: (o) => own.request({ ...o, uri: o.uri.replace("https://api.twilio.com", input.stub) }) };
		const m = await client.messages.create({ to: "+1", from: "+2", body: "hi" }); return [m.sid, m.status, twilio.validateRequest("12345", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "https://mycompany.com/myapp.php?foo=1&bar=2", { CallSid: "CA1234567890ABCDE", Caller: "+14158675309", Digits: "1234", From: "+14158675309", To: "+18005551212" })] }`,
		`["SM1","queued",true]`, "its bundle is larger than what an action may have: it loads the whole interface of Twilio at once; call that with fetch", "The bundle is too large"},
	"uuid": {"makes and checks identifiers",
		`import { v4, v5, v7, validate } from "uuid"; export function execute() { return [validate(v4()), v5("hello.example.com", v5.DNS), v7().length] }`,
		`[true,"fdda765f-fc57-5604-a269-52a7df8164ec",36]`, "", ""},
	"validator": {"checks addresses and numbers",
		`import v from "validator"; export function execute() { return [v.isEmail("a@example.com"), v.isEmail("a@"), v.isURL("https://example.com"), v.isMobilePhone("123", "en-US"), v.isUUID("fdda765f-fc57-5604-a269-52a7df8164ec")] }`,
		`[true,false,true,false,true]`, "", ""},
	"xpath": {"finds in a tree by expressions",
		`import xpath from "xpath";
		export function execute() { const text = { nodeType: 3, nodeName: "#text", data: "hi", nodeValue: "hi", childNodes: [] }; return [xpath.parse("1 + 2 * 3").evaluateNumber(), xpath.parse("concat('a', 'b')").evaluateString(), xpath.isTextNode(text)] }`,
		`[7,"ab",true]`, "", ""},
	"zod": {"validates and explains",
		`import { z } from "zod";
		export function execute() { const s = z.object({ email: z.email(), age: z.number().int().min(18), name: z.string().regex(new RegExp("^\\p{L}+$", "u")) }); const r = s.safeParse({ email: "x", age: 3, name: "Zoë" }); return [s.safeParse({ email: "a@example.com", age: 20, name: "Zoë" }).success, r.error.issues.map((i) => i.path[0])] }`,
		`[true,["email","age"]]`, "", ""},
}
