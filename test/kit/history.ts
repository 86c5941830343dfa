/**
 * What was seen of a run in which the agent was killed again and again, and which promises it breaks. Pure: the clients,
 * an onlooker at the element and a follower of the change list each add what they see, in the order they see it.
 */
import { type TaskState, taskTransitions } from '../../src/core/task.ts';

export type Event =
  /** A client sends a write: what the thing of that name is to be; without content it is to be gone. */
  | { readonly event: 'sent'; readonly write: number; readonly name: string; readonly content?: string }
  /** The agent answered it; a write that has no answer was cut off by a kill. */
  | { readonly event: 'answered'; readonly write: number; readonly status: number }
  /** Everything that is there, read while nobody writes. */
  | { readonly event: 'found'; readonly things: readonly { readonly name: string; readonly content: string }[] }
  /** What is expected of the element from the given write on; without a value it is expected no more. */
  | { readonly event: 'wanted'; readonly write: number; readonly name: string; readonly effect?: string }
  /** The element changed: `10.0.0.1/32` is there, or is not any more; `mtu 1400`, `up`, `down` are so now. */
  | { readonly event: 'became'; readonly effect: string }
  | { readonly event: 'lost'; readonly effect: string }
  /** Somebody who is not the agent did this: `remove 10.0.0.1/32`, `down`. */
  | { readonly event: 'outside'; readonly did: string }
  /** The agent was killed, and what it had begun on the element has ended; it is started again. */
  | { readonly event: 'restarted' }
  /** A task that began before the last restart and is still said to be under way. */
  | { readonly event: 'unfinished'; readonly task: string }
  /** A change as a follower was told of it at once, and as it is read later. */
  | { readonly event: 'told'; readonly change: ToldChange }
  | { readonly event: 'kept'; readonly change: ToldChange };

export interface ToldChange {
  readonly cursor: string;
  readonly seq: number;
  readonly subject: string;
  readonly id: string;
  readonly type: string;
  readonly paths?: readonly { readonly path: string; readonly old?: unknown; readonly new?: unknown }[];
  // biome-ignore lint/suspicious/noExplicitAny: a document of any subject
  readonly document?: any;
}

export type History = readonly Event[];

/** What breaks a promise, a sentence each; none for a good run. */
export function faultsOf(history: History): readonly string[] {
  return [...writeFaults(history), ...effectFaults(history), ...taskFaults(history), ...sequenceFaults(history)];
}

/** Answered writes stay, refused ones leave nothing, those cut off are there whole or not at all. */
function writeFaults(history: History): string[] {
  const faults: string[] = [];
  const possible = new Map<string, ReadonlySet<string | undefined>>();
  const flying = new Map<
    number,
    { name: string; content: string | undefined; before: ReadonlySet<string | undefined> }
  >();
  for (const each of history) {
    if (each.event === 'sent') {
      const before = possible.get(each.name) ?? new Set([undefined]);
      flying.set(each.write, { name: each.name, content: each.content, before });
      possible.set(each.name, new Set([...before, each.content]));
    } else if (each.event === 'answered') {
      const write = flying.get(each.write);
      if (!write) continue;
      flying.delete(each.write);
      possible.set(write.name, each.status < 300 ? new Set([write.content]) : write.before);
    } else if (each.event === 'found') {
      // Nobody writes now: what has no answer will get none.
      flying.clear();
      const found = Map.groupBy(each.things, thing => thing.name);
      for (const [name, things] of found) {
        if (things.length > 1) faults.push(`${name} is there ${things.length} times`);
        if (!possible.has(name)) faults.push(`${name} is there, and nobody wrote it`);
      }
      for (const [name, contents] of possible) {
        const content = found.get(name)?.[0]?.content;
        if (!contents.has(content)) {
          const may = [...contents].map(one => one ?? 'gone').join(' or ');
          faults.push(`${name} is ${content ?? 'gone'} and must be ${may}`);
        }
        possible.set(name, new Set([content]));
      }
    }
  }
  return faults;
}

/** Each effect comes once, and again only when somebody else took it away; each has a task that brought it about. */
function effectFaults(history: History): string[] {
  const faults: string[] = [];
  const count = counter();
  const attempts = counter();
  const claims = counter();
  for (const task of tasksIn(history).values()) {
    const effect = effectOf(task.step);
    attempts.add(effect, task.states.filter(state => state === 'inProgress').length);
    if (task.states.includes('done') && !task.already) claims.add(effect, 1);
  }
  for (const each of history) {
    if (each.event === 'became') count.add(`become ${each.effect}`, 1);
    else if (each.event === 'lost') count.add(`lose ${each.effect}`, 1);
    else if (each.event === 'outside') count.add(`outside ${each.did}`, 1);
    else continue;
    if (each.event !== 'became' || !isAddress(each.effect)) continue;
    const [times, losses] = [count.of(`become ${each.effect}`), count.of(`lose ${each.effect}`)];
    if (times > losses + 1) faults.push(`${each.effect} was added ${times} times and taken away ${losses} times`);
  }
  const downs = count.of('become down');
  if (downs > count.of('outside down')) faults.push(`the link went down ${downs} times, not all of them from outside`);
  for (const [what, times] of count.all) {
    const [verb = '', effect = ''] = split(what);
    if (verb === 'lose') {
      const taken = count.of(`outside remove ${effect}`) + (effect.includes(':') ? downs : 0);
      if (times > taken) faults.push(`${effect} was taken away ${times} times, from outside ${taken} times`);
    }
    if (verb === 'become' && effect !== 'down' && times > attempts.of(effect)) {
      faults.push(`${effect} came about ${times} times, and tasks tried it ${attempts.of(effect)} times`);
    }
  }
  for (const [effect, times] of claims.all) {
    const seen = count.of(`become ${effect}`);
    if (times > seen) faults.push(`${times} tasks say they brought about ${effect}, it came about ${seen} times`);
  }
  return [...faults, ...staleFaults(history)];
}

/** What was changed or withdrawn, and answered, before a restart is not brought about after it; a value never returns. */
function staleFaults(history: History): string[] {
  const faults: string[] = [];
  const answered = new Map<number, number>();
  for (const each of history) if (each.event === 'answered') answered.set(each.write, each.status);
  const wanted = new Map<string, string | undefined>();
  const over = new Set<string>();
  const overBeforeRestart = new Set<string>();
  const values = new Set<string>();
  for (const each of history) {
    if (each.event === 'wanted' && (answered.get(each.write) ?? 500) < 300) {
      const former = wanted.get(each.name);
      if (former !== undefined && former !== each.effect) over.add(former);
      wanted.set(each.name, each.effect);
    }
    if (each.event === 'restarted') for (const effect of over) overBeforeRestart.add(effect);
    if (each.event !== 'became') continue;
    if (overBeforeRestart.has(each.effect)) {
      faults.push(`${each.effect} came about after a restart, and before that it was no longer expected`);
    }
    if (!each.effect.startsWith('mtu ')) continue;
    if (values.has(each.effect)) faults.push(`${each.effect} returned, and nobody expects it again`);
    values.add(each.effect);
  }
  return faults;
}

/** A task moves as its table says, is done at most once, is not tried on what is there already, and is not left behind. */
function taskFaults(history: History): string[] {
  const faults: string[] = [];
  for (const each of history) {
    if (each.event === 'unfinished') faults.push(`the task ${each.task} is still under way after a restart`);
  }
  for (const [id, { states, step, error }] of tasksIn(history)) {
    states.forEach((state, i) => {
      const before = states[i - 1];
      if (before === undefined || Object.values(taskTransitions[before]).includes(state)) return;
      // Its effect was found there before it was begun again.
      if (before === 'acknowledged' && state === 'done') return;
      faults.push(`the task ${id} went from ${before} to ${state}`);
    });
    const done = states.filter(state => state === 'done').length;
    if (done > 1) faults.push(`the task ${id} was done ${done} times`);
    // Nobody else does what tasks do, so the element has no reason to refuse: it would be an effect that is there already.
    if (error !== undefined && !/^(not started: |expectation \S+ was (changed|withdrawn)$)/.test(error)) {
      faults.push(`"${step.summary}" failed: ${error}`);
    }
  }
  return faults;
}

/** The change list has every seq once; who was told of a change at once reads the same later. */
function sequenceFaults(history: History): string[] {
  const faults: string[] = [];
  const told = new Map<number, string>();
  let last = 0;
  for (const each of history) {
    if (each.event === 'told') {
      const text = JSON.stringify(each.change);
      const before = told.get(each.change.seq) ?? text;
      if (before !== text) faults.push(`two changes were told with the seq ${each.change.seq}: ${before} and ${text}`);
      told.set(each.change.seq, text);
    }
    if (each.event !== 'kept') continue;
    const { seq } = each.change;
    if (seq !== last + 1) faults.push(`the change after ${last} is ${seq}`);
    last = seq;
    const before = told.get(seq);
    const text = JSON.stringify(each.change);
    if (before !== undefined && before !== text)
      faults.push(`change ${seq} was told as ${before} and is kept as ${text}`);
  }
  for (const seq of told.keys()) if (seq > last) faults.push(`change ${seq} was told and is not kept`);
  return faults;
}

interface SeenTask {
  readonly step: { readonly op: string; readonly args: Readonly<Record<string, unknown>>; readonly summary: string };
  /** Each state it was in, in order. */
  readonly states: TaskState[];
  already: boolean;
  error: string | undefined;
}

/** The lives of the tasks as the change list tells them. */
export function tasksIn(history: History): ReadonlyMap<string, SeenTask> {
  const tasks = new Map<string, SeenTask>();
  for (const each of history) {
    if (each.event !== 'kept' || each.change.subject !== 'task') continue;
    const { id, type, document, paths = [] } = each.change;
    if (type === 'create') {
      tasks.set(id, { step: document.step, states: [document.state], already: false, error: undefined });
    }
    const task = tasks.get(id);
    for (const { path, new: value } of paths) {
      if (path === '/state') task?.states.push(value as TaskState);
      if (path === '/already' && task) task.already = value === true;
      if (path === '/error' && task) task.error = String(value);
    }
  }
  return tasks;
}

/** What a step makes of the element, in the words of `became`. */
function effectOf({ op, args }: SeenTask['step']): string {
  switch (op) {
    case 'addAddress':
      return String(args.address);
    case 'setMtu':
      return `mtu ${args.mtu}`;
    case 'setAdministrativeState':
      return args.to === 'unlocked' ? 'up' : 'down';
    default:
      return op;
  }
}

const isAddress = (effect: string): boolean => effect.includes('/');

/** The first word, and the rest. */
function split(text: string): readonly [string, string] {
  const blank = text.indexOf(' ');
  return [text.slice(0, blank), text.slice(blank + 1)];
}

function counter() {
  const all = new Map<string, number>();
  return {
    all: all as ReadonlyMap<string, number>,
    add: (name: string, times: number): void => void all.set(name, (all.get(name) ?? 0) + times),
    of: (name: string): number => all.get(name) ?? 0,
  };
}
