/**
 * `kill -9` at random moments of a run in which clients write and the loop acts: no answered write is lost, no effect is
 * doubled, the store is sound, and the agent is up again.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { describe, expect, test as it, onTestFailed, onTestFinished } from 'vitest';
import { callAgent, makeDirectory, until } from '../kit/agent.ts';
import { freeSpending } from '../kit/budgets.ts';
import { type Chance, chanceOf } from '../kit/chance.ts';
import { type Event, faultsOf, type ToldChange, tasksIn } from '../kit/history.ts';
import { makeNetns, type Netns, noNamespaces } from '../kit/netns.ts';
import { lookOn, type Onlooker } from '../kit/onlooker.ts';
import { type AgentProcess, lastingPort, launch } from '../kit/process.ts';

const kills = Number(process.env.DIFFO_KILLS ?? 200);
const seed = Number(process.env.DIFFO_SEED ?? Date.now() % 1_000_000);
const why = noNamespaces === undefined ? '' : ` (left out: ${noNamespaces})`;

const RESOURCES = '/tmf-api/resourceInventoryManagement/v5/resource';
const SERVICES = '/tmf-api/serviceInventory/v5/service';
const EXPECTATIONS = '/diffo/v1/expectations';

describe('the checker', () => {
  const task = (states: string[], more: object = {}): Event[] => [
    kept(1, { subject: 'task', id: 't', type: 'create', document: { state: states[0], step: step('10.0.0.1/32') } }),
    ...states.slice(1).map((state, i) => {
      const paths = [
        { path: '/state', new: state },
        ...Object.entries(more).map(([k, v]) => ({ path: `/${k}`, new: v })),
      ];
      return kept(i + 2, { subject: 'task', id: 't', type: 'attributeValueChange', paths });
    }),
  ];
  const step = (address: string) => ({ op: 'addAddress', args: { address }, summary: `add ${address}` });
  const kept = (seq: number, change: Partial<ToldChange> = {}): Event => ({
    event: 'kept',
    change: { cursor: `e.${seq}`, seq, subject: 'instance', id: 'i', type: 'create', ...change },
  });
  const told = (seq: number, change: Partial<ToldChange> = {}): Event =>
    ({ ...kept(seq, change), event: 'told' }) as Event;
  const sent = (write: number, content?: string, name = 'a'): Event => ({
    event: 'sent',
    write,
    name,
    ...(content === undefined ? {} : { content }),
  });
  const answered = (write: number, status = 200): Event => ({ event: 'answered', write, status });
  const found = (...contents: string[]): Event => ({
    event: 'found',
    things: contents.map(content => ({ name: 'a', content })),
  });
  const wanted = (write: number, name: string, effect?: string): Event => ({
    event: 'wanted',
    write,
    name,
    ...(effect === undefined ? {} : { effect }),
  });
  const became = (effect: string): Event => ({ event: 'became', effect });
  const lost = (effect: string): Event => ({ event: 'lost', effect });
  const outside = (did: string): Event => ({ event: 'outside', did });
  const restarted: Event = { event: 'restarted' };
  const added = [became('10.0.0.1/32'), ...task(['acknowledged', 'inProgress', 'done'])];

  it.each<[string, Event[]]>([
    ['a write that was answered is there', [sent(1, 'x'), answered(1), found('x')]],
    ['a write that was cut off is there', [sent(1, 'x'), found('x'), found('x')]],
    ['a write that was cut off is not there', [sent(1, 'x'), found(), found()]],
    ['a change that was cut off has not happened', [sent(1, 'x'), answered(1), sent(2, 'y'), found('x')]],
    ['a deletion that was answered', [sent(1, 'x'), answered(1), sent(2), answered(2, 204), found()]],
    ['a write that was refused left nothing', [sent(1, 'x'), answered(1), sent(2, 'y'), answered(2, 409), found('x')]],
    ['an effect with its task', added],
    [
      'an effect that was brought about, and its task found it there after a kill',
      [became('10.0.0.1/32'), ...task(['acknowledged', 'inProgress', 'acknowledged', 'done'])],
    ],
    [
      'an effect that was taken away from outside came again, by one task that was tried twice',
      [
        became('10.0.0.1/32'),
        outside('remove 10.0.0.1/32'),
        lost('10.0.0.1/32'),
        became('10.0.0.1/32'),
        ...task(['acknowledged', 'inProgress', 'acknowledged', 'inProgress', 'done']),
      ],
    ],
    ['a change told at once is kept', [told(1), kept(1), told(2), kept(2)]],
  ])('is content: %s', (_, history) => {
    expect(faultsOf(history)).toEqual([]);
  });

  it.each<[RegExp, Event[]]>([
    [/^a is gone and must be x$/, [sent(1, 'x'), answered(1), found()]],
    [/^a is x and must be y$/, [sent(1, 'x'), answered(1), sent(2, 'y'), answered(2), found('x')]],
    [/^a is y and must be x$/, [sent(1, 'x'), answered(1), sent(2, 'y'), answered(2, 409), found('y')]],
    [/^a is x and must be gone$/, [sent(1, 'x'), answered(1), sent(2), answered(2), found('x')]],
    [/^a is gone and must be x$/, [sent(1, 'x'), found('x'), found()]],
    [/^a is half and must be gone or x$/, [sent(1, 'x'), found('half')]],
    [/^a is there 2 times$/, [sent(1, 'x'), answered(1), found('x', 'x')]],
    [/^a is there, and nobody wrote it$/, [found('x')]],
    [/was added 2 times and taken away 0 times/, [...added, became('10.0.0.1/32')]],
    [/was taken away 1 times, from outside 0 times/, [...added, lost('10.0.0.1/32')]],
    [
      /came about 2 times, and tasks tried it 1 times/,
      [...added, outside('remove 10.0.0.1/32'), lost('10.0.0.1/32'), became('10.0.0.1/32')],
    ],
    [
      /1 tasks say they brought about 10.0.0.1\/32, it came about 0 times/,
      task(['acknowledged', 'inProgress', 'done']),
    ],
    [/the link went down 1 times, not all of them from outside/, [became('down')]],
    [/^up came about 1 times, and tasks tried it 0 times$/, [outside('down'), became('down'), became('up')]],
    [
      /^mtu 1400 came about after a restart, and before that it was no longer expected$/,
      [wanted(1, 'm', 'mtu 1400'), answered(1), wanted(2, 'm', 'mtu 1401'), answered(2), restarted, became('mtu 1400')],
    ],
    [
      /^10.0.0.1\/32 came about after a restart, and before that it was no longer expected$/,
      [wanted(1, 'a', '10.0.0.1/32'), answered(1), wanted(2, 'a'), answered(2, 204), restarted, ...added],
    ],
    [/^mtu 1400 returned/, [became('mtu 1400'), became('mtu 1401'), became('mtu 1400')]],
    [/^the task t was done 2 times$/, [...task(['acknowledged', 'inProgress', 'done', 'acknowledged', 'done'])]],
    [/^the task t went from done to inProgress$/, [...added, ...task(['done', 'inProgress'])]],
    [/^the task t is still under way after a restart$/, [{ event: 'unfinished', task: 't' }]],
    [
      /^"add 10.0.0.1\/32" failed: Address already assigned$/,
      task(['acknowledged', 'inProgress', 'terminatedWithError'], { error: 'Address already assigned' }),
    ],
    [/^the change after 1 is 3$/, [kept(1), kept(3)]],
    [/^the change after 1 is 1$/, [kept(1), kept(1)]],
    [/^change 1 was told as .* and is kept as /, [told(1, { id: 'other' }), kept(1)]],
    [/^two changes were told with the seq 1/, [told(1, { id: 'other' }), told(1), kept(1)]],
    [/^change 2 was told and is not kept$/, [kept(1), told(2)]],
  ])('notices: %s', (fault, history) => {
    expect(faultsOf(history)).toContainEqual(expect.stringMatching(fault));
  });
});

describe('killed at random moments', () => {
  // P25
  it.skipIf(noNamespaces !== undefined)(
    `${kills} times, the agent has lost no answered write, doubled no effect, and is up again${why}`,
    { timeout: 60_000 + kills * 6_000 },
    async () => {
      onTestFailed(() => console.error(`to see this again: DIFFO_SEED=${seed} DIFFO_KILLS=${kills}`));
      const run = await Run.begin(chanceOf(seed));
      for (let kill = 0; kill < kills; kill++) await run.untilKilled();
      await run.rest();
      expect(run.faults()).toEqual([]);
      run.report();
    },
  );
});

/** A thing as a client last knew it, for sure. */
interface Known {
  readonly path: string;
  readonly id: string;
  readonly name: string;
  readonly content: string;
  /** The address it expects, where it is an expectation of one. */
  readonly address?: string;
}

class Run {
  readonly history: Event[] = [];
  readonly #chance: Chance;
  readonly #netns: Netns;
  readonly #onlooker: Onlooker;
  readonly #settings: Readonly<Record<string, string>>;
  #agent: AgentProcess | undefined;
  #url = '';
  /** By name. What a kill left uncertain is not in it until it has been read again. */
  #known = new Map<string, Known>();
  /** The address of each expectation of one, by name. */
  readonly #addressOf = new Map<string, string>();
  #count = 0;
  #cursor = 0;
  #alive = false;
  #restartMs: number[] = [];
  #kills = 0;
  #images = 0;
  #sentNow: (() => void) | undefined;
  /** Answers that were not those that were asked for. */
  readonly #surprises: string[] = [];

  static async begin(chance: Chance): Promise<Run> {
    const netns = makeNetns();
    netns.veth('veth1', 'veth0');
    await netns.settle();
    const run = new Run(chance, netns, await lookOn(netns, 'veth1'), {
      profile: 'linux-host',
      data: makeDirectory(),
      http: `127.0.0.1:${await lastingPort()}`,
      'linux.netns': netns.name,
    });
    onTestFinished(() => run.#tidy());
    await run.#start();
    // It does in minutes what an agent does in months, and somebody changes things all the while.
    await run.#rule(freeSpending);
    await run.#rule({ id: 'restore', sort: 'outOfBand', policy: 'restore' });
    const veth1 = { for: { kind: 'networkInterface', name: 'veth1' }, mode: 'enforce' };
    const standing = { up: { administrativeState: 'unlocked' }, mtu: characteristic('mtu', 1500) };
    for (const [id, expected] of Object.entries(standing)) {
      await run.#write('POST', EXPECTATIONS, id, { ...veth1, id, expect: expected, why: id });
    }
    return run;
  }

  private constructor(chance: Chance, netns: Netns, onlooker: Onlooker, settings: Readonly<Record<string, string>>) {
    this.#chance = chance;
    this.#netns = netns;
    this.#onlooker = onlooker;
    this.#settings = settings;
  }

  /** One life of the agent: clients write, the loop acts, somebody interferes; then it is killed and started again. */
  async untilKilled(): Promise<void> {
    const chance = this.#chance;
    // Mostly all is read first; sometimes the clients are there at once, so that the kill comes right after the start.
    const isRead = chance.happens(0.75);
    if (isRead) await this.#read();
    this.#alive = true;
    const enoughSent = this.#afterSending(isRead ? chance.whole(1, 4) : 0);
    const others = [
      this.#follow(),
      this.#operate(),
      ...['r', 's', 't', 'u'].map((letter, i) => this.#client(i % 2 === 0 ? RESOURCES : SERVICES, letter)),
      ...(chance.happens(0.3) ? [wait(chance.whole(0, 60)).then(() => this.#interfere())] : []),
    ];
    await enoughSent;
    // Often while the loop acts for what was just sent.
    await wait(chance.whole(0, chance.happens(0.6) ? 40 : 150));
    this.#alive = false;
    await this.#kill();
    await Promise.all(others);
    if (chance.happens(0.25)) await this.#interfere();
    this.history.push(...(await this.#onlooker.seen()));
    this.history.push({ event: 'restarted' });
    if (this.#kills % 10 === 0) this.#checkImage();
    if (chance.happens(0.05)) await this.#killWhileStarting();
    await this.#start();
  }

  /** All has ended: what is expected is so, all is quiet, nothing is left, and the store is sound. */
  async rest(): Promise<void> {
    await this.#read();
    await until('nothing is outstanding', async () => (await this.#get('/diffo/v1/outstanding')).length === 0, 30_000);
    await until('no plan is under way', async () => {
      const plans = await this.#get('/diffo/v1/plans');
      return plans.every(({ state }: { state: string }) => !['approved', 'carryingOut', 'undoing'].includes(state));
    });
    this.history.push(...(await this.#onlooker.seen()));
    await wait(1_000);
    expect(await this.#onlooker.seen()).toEqual([]);
    expect(await this.#get('/diffo/v1/outstanding')).toEqual([]);
    await this.#read();

    const [link] = this.#netns.ipJson('addr show dev veth1');
    const addresses = (link?.addr_info ?? []) as { local: string; prefixlen: number }[];
    const there = addresses.map(each => `${each.local}/${each.prefixlen}`);
    const expectations = await this.#get(EXPECTATIONS);
    const mtu = expectations.find((each: { id: string }) => each.id === 'mtu').expect.resourceCharacteristic[0].value;
    expect(link).toMatchObject({ mtu, flags: expect.arrayContaining(['UP']) });
    const names: string[] = expectations.map((each: { why: string }) => each.why.split(' ')[0]);
    expect(there).toEqual(expect.arrayContaining(names.flatMap(name => this.#addressOf.get(name) ?? [])));
    for (const [id, { states }] of tasksIn(this.history)) {
      expect(`${id} ${states.at(-1)}`).toMatch(/ (done|terminatedWithError)$/);
    }

    expect(await this.#agent?.stop()).toBe(0);
    this.#checkImage();
  }

  faults(): readonly string[] {
    return [...faultsOf(this.history), ...this.#surprises];
  }

  /** The figures, for whoever reads the output. */
  report(): void {
    const of = (event: Event['event']) => this.history.filter(each => each.event === event);
    const answers = of('answered') as Extract<Event, { event: 'answered' }>[];
    const well = answers.filter(each => each.status < 300).length;
    const cut = of('sent').length - answers.length;
    const effects = this.history.filter(each => each.event === 'became' && each.effect !== 'down').length;
    const tasks = [...tasksIn(this.history).values()];
    const interrupted = tasks.filter(({ states }) => states.slice(1).includes('acknowledged')).length;
    const restart = this.#restartMs.toSorted((a, b) => a - b);
    const middle = Math.round(restart[Math.floor(restart.length / 2)] ?? 0);
    console.log(
      `${this.#kills} kills: ${well} writes answered, ${answers.length - well} refused, ${cut} cut off; ` +
        `${effects} effects, by ${tasks.length} tasks, ${interrupted} of them interrupted; ` +
        `${of('kept').length} changes; ${this.#images} images sound; ` +
        `up again in ${middle} ms (median), ${Math.round(restart.at(-1) ?? 0)} ms (longest)`,
    );
    expect(well).toBeGreaterThan(kills);
    // What was seen is enough to have shown a fault.
    expect(effects).toBeGreaterThan(kills / 2);
  }

  async #rule(body: object): Promise<void> {
    const { status } = await callAgent(this.#url, 'POST', '/diffo/v1/rules', body);
    expect(status).toBe(201);
  }

  async #start(): Promise<void> {
    this.#agent = launch(this.#settings);
    const { url, afterMs } = await this.#agent.ready;
    this.#url = url;
    this.#restartMs.push(afterMs);
  }

  async #kill(): Promise<void> {
    await this.#agent?.kill();
    this.#kills++;
  }

  async #killWhileStarting(): Promise<void> {
    this.#agent = launch(this.#settings);
    await wait(this.#chance.whole(50, 500));
    await this.#kill();
    this.history.push(...(await this.#onlooker.seen()));
    this.history.push({ event: 'restarted' });
  }

  /** Reads everything while no client writes. */
  async #read(): Promise<void> {
    const former = tasksIn(this.history);
    const paths = ['/diffo/v1/tasks', RESOURCES, SERVICES, EXPECTATIONS];
    const [tasks, ...lists] = await Promise.all([...paths.map(path => this.#get(path)), this.#readChanges()]);
    for (const { id, state } of tasks) {
      if (state === 'inProgress' && former.has(id)) this.history.push({ event: 'unfinished', task: id });
    }
    const things: Read[] = [];
    this.#known = new Map();
    for (const [i, path] of [RESOURCES, SERVICES, EXPECTATIONS].entries()) {
      for (const one of lists[i]) {
        const { name, content } = path === EXPECTATIONS ? readExpectation(one) : readInstance(one);
        // What was found on the element is not of the clients.
        if (name === '') continue;
        things.push({ name, content });
        this.#know({ path, id: one.id, name, content });
      }
    }
    this.history.push({ event: 'found', things });
  }

  async #readChanges(): Promise<void> {
    for (;;) {
      const rows: ToldChange[] = await this.#get(`/diffo/v1/changes?after=${this.#cursor}`);
      for (const change of rows) {
        this.history.push({ event: 'kept', change });
        this.#cursor = change.seq;
      }
      if (rows.length < 1_000) return;
    }
  }

  // What the clients do

  /** Lays, changes and withdraws expectations without end. */
  async #operate(): Promise<void> {
    const chance = this.#chance;
    await this.#layAddress();
    while (this.#alive) {
      const mine = [...this.#known.values()].filter(each => each.address !== undefined);
      const one = chance.pick(mine);
      const dice = chance.one();
      if (dice < 0.4) await this.#patchMtu();
      else if (!one) await this.#layAddress();
      else if (dice < 0.6 && mine.length > 25) await this.#withdraw(one);
      else if (dice < 0.8) {
        const body = { why: `${one.name} ${this.#count}`, priority: chance.whole(1, 101) };
        await this.#write('PATCH', one.path, one.name, body, one);
      } else
        await this.#write(
          'POST',
          EXPECTATIONS,
          one.name,
          { ...wishFor(one.name, 'none'), why: `${one.name} again` },
          one,
        );
      await wait(chance.whole(0, 12));
    }
  }

  async #layAddress(): Promise<void> {
    const n = ++this.#count;
    const address = this.#chance.happens(0.15) ? `fd00:64::${n.toString(16)}/128` : `10.64.${n >> 8}.${n & 255}/32`;
    const name = `x${n}`;
    this.#addressOf.set(name, address);
    await this.#write('POST', EXPECTATIONS, name, wishFor(name, address), undefined, address);
  }

  async #patchMtu(): Promise<void> {
    const mtu = this.#known.get('mtu');
    // Each value once; above what IPv6 needs.
    const value = 1_500 + ++this.#count;
    const body = { expect: characteristic('mtu', value), why: `mtu ${value}` };
    if (mtu) await this.#write('PATCH', EXPECTATIONS, 'mtu', body, mtu, `mtu ${value}`);
  }

  async #withdraw(one: Known): Promise<void> {
    await this.#write('DELETE', one.path, one.name, undefined, one);
    if (this.#alive && one.address !== undefined) await this.#remove(one.address);
  }

  /** Creates, changes and deletes things of its own without end. */
  async #client(path: string, letter: string): Promise<void> {
    const chance = this.#chance;
    while (this.#alive) {
      const mine = [...this.#known.values()].filter(each => each.name.startsWith(letter) && each.path === path);
      const one = chance.pick(mine);
      const dice = chance.one();
      if (!one || (dice < 0.5 && mine.length < 20)) {
        const name = `${letter}${++this.#count}`;
        const id = chance.happens(0.5) ? { id: name } : {};
        await this.#write('POST', path, name, { ...id, ...document(path, name, this.#count) });
      } else if (dice < 0.7) {
        const { name: _, ...body } = document(path, one.name, ++this.#count);
        await this.#write('PATCH', path, one.name, body, one);
      } else if (dice < 0.9) await this.#write('DELETE', path, one.name, undefined, one);
      // Refused: there is one of that id already.
      else await this.#write('POST', path, one.name, { id: one.id, ...document(path, one.name, ++this.#count) }, one);
      await wait(chance.whole(0, 6));
    }
  }

  /** Sends one write and notes what was sent and answered. `one` is what is written to, `effect` what it expects. */
  async #write(method: string, path: string, name: string, body?: object, one?: Known, effect?: string): Promise<void> {
    const write = ++this.#count;
    const content = method === 'DELETE' ? undefined : contentAfter(path, one?.content, body);
    this.history.push({ event: 'sent', write, name, ...(content === undefined ? {} : { content }) });
    if (effect !== undefined || method === 'DELETE') {
      this.history.push({ event: 'wanted', write, name, ...(effect === undefined ? {} : { effect }) });
    }
    if (path === EXPECTATIONS) this.#sentNow?.();
    try {
      const headers = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
      const asks = method === 'POST' ? path : `${path}/${one?.id}`;
      const answer = await callAgent(this.#url, method, asks, body, headers);
      this.history.push({ event: 'answered', write, status: answer.status });
      const isAsMeant = method === 'POST' && one ? answer.status === 409 : answer.status < 300;
      if (!isAsMeant) this.#surprises.push(`${method} ${asks}: ${answer.status} ${JSON.stringify(answer.body)}`);
      if (answer.status >= 300) return;
      if (content === undefined) this.#known.delete(name);
      else this.#know({ path, id: answer.body.id, name, content });
    } catch {
      // Cut off by the kill: nobody knows what became of it until all is read again.
      this.#known.delete(name);
    }
  }

  #know(thing: Omit<Known, 'address'>): void {
    const address = this.#addressOf.get(thing.name);
    this.#known.set(thing.name, { ...thing, ...(address === undefined ? {} : { address }) });
  }

  /** Follows the change list as it is told. */
  async #follow(): Promise<void> {
    try {
      const headers = { accept: 'text/event-stream' };
      const stream = await fetch(`${this.#url}/diffo/v1/changes?after=${this.#cursor}`, { headers });
      let text = '';
      for await (const part of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const events = (text + part).split('\n\n');
        text = events.pop() ?? '';
        for (const event of events) {
          const line = /^data: (.*)$/m.exec(event)?.[1];
          if (line !== undefined) this.history.push({ event: 'told', change: JSON.parse(line) });
        }
      }
    } catch {
      // Cut off by the kill.
    }
  }

  /** Somebody who is not the agent takes an address away, or the link down. */
  async #interfere(): Promise<void> {
    if (this.#chance.happens(0.35)) {
      this.history.push({ event: 'outside', did: 'down' });
      await outside('ip', ['-n', this.#netns.name, 'link', 'set', 'veth1', 'down']);
    } else {
      const address = this.#chance.pick([...this.#known.values()].flatMap(each => each.address ?? []));
      if (address !== undefined) await this.#remove(address);
    }
  }

  async #remove(address: string): Promise<void> {
    try {
      await outside('ip', ['-n', this.#netns.name, 'addr', 'del', address, 'dev', 'veth1']);
      this.history.push({ event: 'outside', did: `remove ${address}` });
    } catch {
      // It was not there.
    }
  }

  /** Resolves when so many writes of expectations have been sent. */
  #afterSending(writes: number): Promise<void> {
    if (writes === 0) return Promise.resolve();
    let left = writes;
    return new Promise(resolve => {
      this.#sentNow = () => {
        if (--left === 0) resolve();
      };
    });
  }

  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects to find in an answer
  async #get(path: string): Promise<any> {
    const answer = await callAgent(this.#url, 'GET', path);
    expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBe(200);
    return answer.body;
  }

  /** The store as the last end left it. */
  #checkImage(): void {
    const copy = join(makeDirectory(), 'copy');
    mkdirSync(copy);
    for (const file of ['diffo.sqlite', 'diffo.sqlite-wal']) {
      const from = join(this.#settings.data ?? '', file);
      if (existsSync(from)) copyFileSync(from, join(copy, file));
    }
    const db = new Database(join(copy, 'diffo.sqlite'));
    try {
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(db.pragma('foreign_key_check')).toEqual([]);
      const [first, last, count] = db
        .prepare('SELECT min(seq), max(seq), count(*) FROM change')
        .raw()
        .get() as number[];
      expect(count).toBe((last ?? 0) - (first ?? 0) + 1);
    } finally {
      db.close();
    }
    this.#images++;
  }

  /** The helpers of a killed agent end when they have something to say; nothing of ours stays in the namespace. */
  async #tidy(): Promise<void> {
    await this.#agent?.kill();
    this.#netns.ip('link del veth1');
  }
}

const outside = promisify(execFile);

const characteristic = (name: string, value: unknown) => ({ resourceCharacteristic: [{ name, value }] });

/** An expectation named in its `why`, under an id of the client's choice. */
function wishFor(name: string, address: string) {
  return {
    id: name,
    for: { kind: 'networkInterface', name: 'veth1' },
    expect: characteristic('ipAddress', { $contains: [address] }),
    mode: 'enforce',
    why: name,
  };
}

const lineSpecification = { id: 'line', '@type': 'ServiceSpecificationRef', '@referredType': 'ServiceSpecification' };

/** A resource or service that bears the mark of its last write in two places. */
function document(path: string, name: string, mark: number) {
  const array = path === RESOURCES ? 'resourceCharacteristic' : 'serviceCharacteristic';
  return {
    '@type': path === RESOURCES ? 'Resource' : 'Service',
    name,
    ...(path === SERVICES ? { state: 'active', serviceSpecification: lineSpecification } : {}),
    description: `mark ${mark}`,
    [array]: [{ '@type': 'StringCharacteristic', name: 'mark', valueType: 'string', value: `mark ${mark}` }],
  };
}

interface Read {
  readonly name: string;
  readonly content: string;
}

// biome-ignore lint/suspicious/noExplicitAny: an entity of either kind
function readInstance(one: any): Read {
  const [mark] = one.resourceCharacteristic ?? one.serviceCharacteristic ?? [];
  return {
    name: mark?.name === 'mark' ? one.name : '',
    content: JSON.stringify({ description: one.description, mark: mark?.value }),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: an expectation as JSON
function readExpectation({ expect: expected, mode, priority, why: reason }: any): Read {
  return { name: String(reason).split(' ')[0] ?? '', content: JSON.stringify({ expected, mode, priority, reason }) };
}

/** What a thing will be when a write has been laid over it. */
function contentAfter(path: string, before: string | undefined, body: object | undefined): string {
  if (path !== EXPECTATIONS) return readInstance({ name: '', ...body }).content;
  const { expected, mode, priority, reason } = before === undefined ? { priority: 50 } : JSON.parse(before);
  return readExpectation({ expect: expected, mode, priority, why: reason, ...body }).content;
}
