/** Commands that stop things and let them go on: pause, resume. */
import { didYouMean } from '../../core/did-you-mean.ts';
import { AgentError } from '../../core/errors.ts';
import type { Client } from '../client.ts';
import type { Command } from '../command.ts';
import { textAt } from '../read.ts';
import { instanceTypes, listInstances, oneInstance } from '../resolve.ts';
import { pausedInstance } from '../show-status.ts';
import { harmless } from '../words.ts';

const scopes = 'SCOPE is all, kind:NAME, instance:NAME|ID (or just its name), or leaf:EXPECTATION:INSTANCE';

export const pause: Command = {
  name: 'pause',
  words: 'SCOPE',
  takes: [1, 1],
  about: 'puts up a stop sign: what it covers is looked at and judged, and nothing is done',
  more: scopes,
  flags: { why: { takes: 'TEXT', about: 'the reason, for whoever finds it' } },
  examples: ["diffo pause all --why 'maintenance until six'", 'diffo pause kind:networkInterface', 'diffo pause lo'],
  run: async ({ words: [word = ''], flags }, { client }) => {
    const why = flags.get('why');
    const scope = await scopeOf(client, word);
    await assertKind(client, scope);
    return {
      answer: await client.post('/diffo/v1/pause', { scope, ...(why === undefined ? {} : { why }) }),
      show: (_, screen) => `paused: ${harmless(word)}\ngo on: ${screen.command(`resume ${harmless(word)}`)}\n`,
    };
  },
};

export const resume: Command = {
  name: 'resume',
  words: 'SCOPE',
  takes: [1, 1],
  more: scopes,
  about: 'lets go on what is paused or stalled, of an instance its expectations too; diffo status shows stop signs',
  examples: ['diffo resume all', 'diffo resume lo'],
  run: async ({ words: [word = ''] }, { client }) => {
    const scope = await scopeOf(client, word);
    const paused = (await client.list('/diffo/v1/pause')).flatMap(each => textAt(each, 'scope') ?? []);
    // An instance goes on only when its expectations do, which an undo holds still one by one.
    const [, id] = /^instance:(.+)$/s.exec(scope) ?? [];
    const those = paused.filter(each => each === scope || (id !== undefined && pausedInstance(each) === id));
    for (const each of those) await client.post('/diffo/v1/resume', { scope: each });
    // What is stalled, or put off, has no stop sign and goes on by the same word.
    const isAlso = !those.includes(scope) && (await alsoGoesOn(client, scope));
    if (those.length === 0 && !isAlso) {
      const others = paused.length === 0 ? 'nothing is paused at all' : `paused are ${paused.join(', ')}`;
      throw new AgentError('notFound', `nothing is paused or stalled as ${word}; ${others}`);
    }
    return { answer: { resumed: isAlso ? [...those, scope] : those }, show: () => `goes on: ${harmless(word)}\n` };
  },
};

async function alsoGoesOn(client: Client, scope: string): Promise<boolean> {
  try {
    await client.post('/diffo/v1/resume', { scope });
    return true;
  } catch (error) {
    if (error instanceof AgentError && error.code === 'notFound') return false;
    throw error;
  }
}

async function scopeOf(client: Client, word: string): Promise<string> {
  if (word === 'all' || /^(kind:.|leaf:[^:]+:.)/.test(word)) return word;
  return `instance:${(await oneInstance(client, word.replace(/^instance:/, ''))).id}`;
}

/** A stop sign at a kind that does not exist would stop nothing, and nobody would know. */
async function assertKind(client: Client, scope: string): Promise<void> {
  const [, kind] = /^kind:(.+)$/.exec(scope) ?? [];
  if (kind === undefined) return;
  const declared = (await client.list('/diffo/v1/kinds')).flatMap(each => textAt(each, 'name') ?? []);
  if (declared.includes(kind)) return;
  const lists = await Promise.all(instanceTypes.map(type => listInstances(client, type)));
  const known = [...new Set([...declared, ...lists.flat().map(each => each.kind)])];
  if (known.includes(kind)) return;
  throw new AgentError('notFound', `there is no kind ${kind}${didYouMean(kind, known) || '; diffo kinds lists them'}`);
}
