/** `diffo profile check FILE`: every mistake in a firmware profile, found without an agent. */
import { AgentError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { Command } from '../command.ts';
import { whereWrong } from '../json-place.ts';
import { listAt, textAt } from '../read.ts';
import { readFile } from './sources.ts';

export const profile: Command = {
  name: 'profile',
  words: 'check FILE',
  takes: [2, 2],
  about: 'checks a firmware profile: every finding with its place; exit 2 if there is any',
  examples: ['diffo profile check firmware-profiles/linux-host.json'],
  run: async ({ words: [check, file = ''] }) => {
    if (check !== 'check') throw new AgentError('invalid', `say diffo profile check FILE, not "profile ${check}"`);
    const findings = await findingsOf(readFile(file));
    return {
      answer: { file, ok: findings.length === 0, findings },
      show: answer =>
        listAt(answer, 'findings')
          .map(each => `${textAt(answer, 'file')}: ${textAt(each, 'pointer') || '/'}: ${textAt(each, 'message')}\n`)
          .join('') || `${textAt(answer, 'file')}: no findings\n`,
      exit: findings.length === 0 ? 0 : 2,
    };
  },
};

async function findingsOf(text: string): Promise<readonly { pointer: string; message: string }[]> {
  let source: Json;
  try {
    source = JSON.parse(text);
  } catch {
    return [{ pointer: '', message: `not JSON: ${whereWrong(text)}` }];
  }
  // Brings zod along, which every other command does without.
  const { checkProfile } = await import('../../core/profile/check.ts');
  return checkProfile(source).findings.map(({ pointer, message }) => ({ pointer, message }));
}
