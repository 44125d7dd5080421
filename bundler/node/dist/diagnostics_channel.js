"use strict";

// src/diagnostics_channel.js
var channel = (name) => ({ name, hasSubscribers: false, publish() {
}, subscribe() {
}, unsubscribe: () => false, bindStore() {
}, runStores: (_, f, self, ...args) => f.apply(self, args) });
var tracingChannel = () => ({ hasSubscribers: false, traceSync: (f, _, self, ...args) => f.apply(self, args), tracePromise: async (f, _, self, ...args) => f.apply(self, args) });
module.exports = { channel, tracingChannel, hasSubscribers: () => false, subscribe() {
}, unsubscribe: () => false };
