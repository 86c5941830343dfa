/** Loaded into an agent under fuzz: collects garbage every second, so that what is measured is what it keeps. */
setInterval(() => globalThis.gc(), 1_000).unref();
