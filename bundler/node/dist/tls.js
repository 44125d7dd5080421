"use strict";

// src/tls.js
module.exports = Object.assign(require("node:$absent")("tls"), { rootCertificates: [], DEFAULT_MIN_VERSION: "TLSv1.2", DEFAULT_MAX_VERSION: "TLSv1.3", checkServerIdentity: () => void 0 });
