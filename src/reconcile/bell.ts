/** Whoever thinks there is work rings; the bell carries no news, and a ring during a pass is heard right after it. */
export interface Bell {
  ring(): void;
  /** Resolves after a pass that began at or after this call has ended. */
  heard(): Promise<void>;
  /** Lets the pass that is under way end, and begins no other. */
  stop(): Promise<void>;
}

/** `begin` resolves when a pass may begin. */
export function hangBell(pass: () => Promise<void>, begin: () => Promise<void> = () => Promise.resolve()): Bell {
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let waiting: (() => void)[] = [];

  const run = async (): Promise<void> => {
    // Let what is ringing in this turn ring, so that a burst is one pass.
    await begin();
    do {
      again = false;
      const served = waiting;
      waiting = [];
      await pass();
      for (const resolve of served) resolve();
    } while (again && !stopped);
    running = undefined;
  };

  const ring = (): void => {
    if (stopped) return;
    if (running) again = true;
    else running = run();
  };

  return {
    ring,
    heard: () =>
      new Promise(resolve => {
        if (stopped) return resolve();
        waiting.push(resolve);
        ring();
      }),
    stop: async () => {
      stopped = true;
      await running;
      for (const resolve of waiting) resolve();
    },
  };
}
