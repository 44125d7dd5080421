// url: the package of that name for the old functions, the global classes for the rest.
"use strict";
const legacy = require("url/");
const { toASCII, toUnicode } = require("node:punycode");

module.exports = {
  Url: legacy.Url,
  parse: (address, ...rest) => legacy.parse(typeof address === "string" ? address : String(address), ...rest),
  format: (address, options) => (address instanceof URL ? formatURL(address, options) : legacy.format(address)),
  resolve: legacy.resolve,
  resolveObject: legacy.resolveObject,
  domainToASCII: toASCII,
  domainToUnicode: toUnicode,
  fileURLToPath: (address) => decodeURIComponent(new URL(address).pathname),
  pathToFileURL: (path) => new URL("file://" + encodeURI(path)),
  urlToHttpOptions: (u) => ({
    protocol: u.protocol, hostname: u.hostname, hash: u.hash, search: u.search, pathname: u.pathname, path: u.pathname + u.search, href: u.href,
    ...(u.port !== "" && { port: Number(u.port) }),
    ...((u.username || u.password) && { auth: `${decodeURIComponent(u.username)}:${decodeURIComponent(u.password)}` }),
  }),
  get URL() { return URL; },
  get URLSearchParams() { return URLSearchParams; },
};

function formatURL(address, { fragment = true, search = true, auth = true } = {}) {
  const copy = new URL(address.href);
  if (!fragment) copy.hash = "";
  if (!search) copy.search = "";
  if (!auth) copy.username = copy.password = "";
  return copy.href;
}
