/** What the page's policy knows the page's own styles by. The element hides it from scripts that read attributes, and tells it to those of the page. */
export const nonce = document.querySelector<HTMLElement>("meta[property=csp-nonce]")?.nonce ?? "";

declare global {
  var __webpack_nonce__: string;
}

// Where libraries look for it: those that lock scrolling, and the code editor.
globalThis.__webpack_nonce__ = nonce;
