//// fetch, again and again
//? request_limit time_limit thrown
for (;;) { try { await fetch(input.state.canary); } catch (e) { if (e instanceof ReferenceError) throw e; } }

//// fetch, ten thousand at once
//? request_limit pending_limit thrown
await Promise.allSettled(Array.from({ length: 10_000 }, () => fetch(input.state.canary)));

//// fetch with a body of a hundred megabytes
//? request_limit memory_limit time_limit thrown
await fetch(input.state.canary, { method: "POST", body: "x".repeat(1e8) });

//// fetch with a body that lies
//? thrown time_limit memory_limit
await fetch(input.state.canary, { method: "POST", body: { toString() { for (;;) {} } } });

//// fetch that is taken back at once
//= {"right":true}
for (let i = 0; i < 15; i++) {
  const stop = new AbortController();
  const answer = fetch(input.state.canary, { signal: stop.signal });
  stop.abort();
  await answer.catch(() => {});
}
return { kind: "continue", state: { right: true } };

//// fetch that nobody waits for
//? continue request_limit pending_limit
for (let i = 0; i < 15; i++) fetch(input.state.canary).catch(() => {});
return { kind: "continue" };

//// headers by the hundred thousand
//? thrown time_limit memory_limit request_limit
const headers = {};
for (let i = 0; i < 1e5; i++) headers["x-" + i] = "y".repeat(100);
await fetch(input.state.canary, { headers });

//// a cache that is filled
//? thrown time_limit memory_limit pending_limit request_limit
for (let i = 0; ; i++) await durward.cache.set("key" + i, "x".repeat(10_000), 3600);

//// a cache, ten thousand at once
//? thrown pending_limit memory_limit request_limit time_limit
await Promise.all(Array.from({ length: 10_000 }, (_, i) => durward.cache.set("key" + i, i, 60)));

//// a cache with a value of fifty megabytes
//? thrown memory_limit time_limit
await durward.cache.set("big", "x".repeat(5e7), 60);

//// a cache with keys that are none
//= {"right":true}
for (const key of ["", "x".repeat(1e5), "\u0000", null, undefined, {}, 1n, Symbol.iterator]) {
  try { await durward.cache.set(key, 1, 60); } catch {}
  try { await durward.cache.get(key); } catch {}
}
for (const ttl of [-1, NaN, Infinity, 1e300, "x", {}]) {
  try { await durward.cache.set("key", 1, ttl); } catch {}
}
return { kind: "continue", state: { right: true } };

//// a value that does not end
//? time_limit thrown
await durward.cache.set("key", { toJSON() { for (;;) {} } }, 60);

//// counters without end
//? thrown time_limit pending_limit memory_limit request_limit
for (let i = 0; ; i++) await durward.counter.hit("counter" + i, { window_seconds: 3600 });

//// counters, ten thousand at once
//? thrown pending_limit request_limit time_limit
await Promise.all(Array.from({ length: 10_000 }, () => durward.counter.hit("one", { window_seconds: 1 })));

//// counters with windows that are none
//= {"right":true}
for (const window_seconds of [0, -1, NaN, Infinity, 1e300, "x", null, {}]) {
  try { await durward.counter.hit("x", { window_seconds }); } catch {}
}
return { kind: "continue", state: { right: true } };

//// pending for ever
//? never_settles time_limit thrown
await Promise.race([new Promise(() => {}), fetch(input.state.hang)]);
await new Promise(() => {});

//// an answer that floods
//? thrown request_limit memory_limit
await (await fetch(input.state.flood)).text();
