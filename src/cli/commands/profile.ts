/** `diffo profile`: every mistake in a firmware profile, found without an agent; and an agent's own, read again. */
import { AgentError } from '../../core/errors.ts';
import { asJson, type Json } from '../../core/json.ts';
import type { KnownAround } from '../../core/profile/check.ts';
import type { Finding } from '../../core/profile/finding.ts';
import type { Command, CommandParts, Given, Said } from '../command.ts';
import { listAt, numberAt, textAt } from '../read.ts';
import { jsonText } from '../words.ts';
import { readFile } from './sources.ts';

export const profile: Command = {
  name: 'profile',
  words: 'check FILE | print FILE | reload',
  takes: [1, 2],
  about: 'checks a firmware profile: every finding with its place, exit 2 if there is any',
  more: 'print writes a profile with nothing short and nothing left out; reload has the agent read its own file again.',
  flags: { as: { takes: 'FORM', about: 'how print writes it: json or typescript' } },
  examples: ['diffo profile check firmware-profiles/linux-host.json', 'diffo profile reload'],
  run: async ({ words: [what, file], flags }: Given, { client, io }: CommandParts): Promise<Said> => {
    if (what === 'check' && file !== undefined) return saidOf(file, await findingsOf(file, io));
    if (what === 'reload' && file === undefined) {
      const answer = await client.post('/diffo/v1/profile/reload', {});
      return { answer, show: reloadText };
    }
    if (what === 'print' && file !== undefined) return printed(file, flags.get('as') ?? 'json');
    const given = [what, file].filter(each => each !== undefined).join(' ');
    throw new AgentError('invalid', `say diffo profile check FILE, print FILE or reload, not "profile ${given}"`);
  },
};

function saidOf(file: string, findings: readonly Finding[]): Said {
  return {
    answer: { file, ok: findings.length === 0, findings: findings.map(asJson) },
    show: answer =>
      listAt(answer, 'findings')
        .map(each => `${placeText(textAt(answer, 'file') ?? '', each)}: ${findingText(each)}\n`)
        .join('') || `${textAt(answer, 'file')}: no findings\n`,
    exit: findings.length === 0 ? 0 : 2,
  };
}

async function printed(file: string, form: string): Promise<Said> {
  if (form !== 'json' && form !== 'typescript') {
    throw new AgentError('invalid', `a profile is printed as json or typescript, not as "${form}"`);
  }
  const { checkText, formOf } = await import('../../core/profile/check-text.ts');
  const { findings, source } = await checkText(readFile(file), formOf(file), await known());
  if (findings.length > 0) return saidOf(file, findings);
  const { canonicalProfile } = await import('../../core/profile/canonical.ts');
  const { builderText } = await import('../../core/profile/builder-text.ts');
  const answer = canonicalProfile(source, file);
  return {
    answer,
    show: () =>
      form === 'json' ? `${jsonText(answer, 2)}\n` : builderText(answer, 'diffo-edge/src/core/profile/builder.ts'),
  };
}

async function findingsOf(file: string, { settings }: CommandParts['io']): Promise<readonly Finding[]> {
  const text = readFile(file);
  // Brings zod along, which every other command does without.
  const { checkText, formOf } = await import('../../core/profile/check-text.ts');
  const around = { ...(await known()), ...(settings === undefined ? {} : { settings }) };
  return (await checkText(text, formOf(file), around)).findings;
}

/** As compilers say it, so that an editor jumps there. */
function placeText(file: string, finding: Json): string {
  const [line, column] = [numberAt(finding, 'line'), numberAt(finding, 'column')];
  return line === undefined ? file : `${file}:${line}:${column}`;
}

function findingText(finding: Json): string {
  const [expected, nearest] = [textAt(finding, 'expected'), textAt(finding, 'nearest')];
  return [
    textAt(finding, 'message') ?? '',
    ...(expected === undefined ? [] : [`expected ${expected}`]),
    ...(nearest === undefined ? [] : [`did you mean ${nearest}?`]),
  ].join('; ');
}

function reloadText(answer: Json): string {
  const parts = listAt(answer, 'restartFor').map(String);
  const rest = parts.length === 0 ? '' : `; ${parts.join(', ')} are taken up by the next start`;
  return `the profile ${textAt(answer, 'name')} was read again from ${textAt(answer, 'file')}${rest}\n`;
}

/** Read when it is asked for: the tables of all types are nothing to most commands. */
async function known(): Promise<Required<Pick<KnownAround, 'keyed' | 'profiles'>>> {
  const { tmfKeyedArrays: keyed } = await import('../../tmf/keyed-arrays.ts');
  const { tmfProfiles: profiles } = await import('../../tmf/comparators/profiles.ts');
  return { keyed, profiles };
}
