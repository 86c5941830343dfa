/** Firmware profiles: those shipped stand inside the program, others are files. */
import { readFileSync } from 'node:fs';
import { AgentError, sentence } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Finding } from '../core/profile/finding.ts';
import { type FirmwareProfile, readProfile } from '../core/profile/profile.ts';
import { tmfProfiles } from '../tmf/comparators/profiles.ts';
import { tmfKeyedArrays } from '../tmf/keyed-arrays.ts';
import { hashOf } from './profile-copy.ts';

/** Read when chosen; each was checked when the program was built. */
const shipped: Readonly<Record<string, () => Promise<{ readonly default: unknown }>>> = {
  'linux-host': () => import('../../firmware-profiles/linux-host.json', { with: { type: 'json' } }),
  inventory: () => import('../../firmware-profiles/inventory.json', { with: { type: 'json' } }),
  simulator: () => import('../../firmware-profiles/simulator.json', { with: { type: 'json' } }),
  'olt-shelf': () => import('../../firmware-profiles/olt-shelf.yaml'),
  'cpe-router': () => import('../../firmware-profiles/cpe-router.yaml'),
  'exec-example': () => import('../../firmware-profiles/exec-example.yaml'),
  'frr-router': () => import('../../firmware-profiles/frr-router.yaml'),
};

export const shippedProfiles: readonly string[] = Object.keys(shipped);

/** Undefined when it is a file that is meant. Throws `invalid` for a name that can only be that of a shipped one. */
export async function loadShipped(nameOrFile: string): Promise<FirmwareProfile | undefined> {
  const load = Object.hasOwn(shipped, nameOrFile) ? shipped[nameOrFile] : undefined;
  if (load) return readProfile((await load()).default, nameOrFile);
  if (/[./]/.test(nameOrFile)) return undefined;
  const names = shippedProfiles.join(', ');
  throw new AgentError('invalid', `there is no profile "${nameOrFile}"; shipped are ${names}, others are files`);
}

/** What a file says, and the hash of its text; or all that is wrong with it. */
export type CheckedFile =
  | { readonly profile: FirmwareProfile; readonly good: { readonly hash: string; readonly source: Json } }
  | { readonly profile: undefined; readonly findings: readonly Finding[] };

/** What was checked before is not checked again, which saves loading all that checks. */
export async function checkFile(
  file: string,
  settings: readonly string[],
  known?: { readonly hash: string; readonly source: Json },
): Promise<CheckedFile> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { profile: undefined, findings: [{ pointer: '', message: `it cannot be read: ${sentence(error)}` }] };
  }
  const hash = hashOf(text);
  const before = known?.hash === hash ? fromCopy(known.source, file) : undefined;
  if (known && before) return { profile: before, good: { hash, source: known.source } };
  const { checkText, formOf } = await import('../core/profile/check-text.ts');
  const { profile, findings, source } = await checkText(text, formOf(file), {
    settings,
    keyed: tmfKeyedArrays,
    profiles: tmfProfiles,
  });
  return profile && source !== undefined ? { profile, good: { hash, source } } : { profile: undefined, findings };
}

/** What was found good once; undefined when this agent reads it otherwise than the one that kept it. */
export function fromCopy(source: Json, file: string): FirmwareProfile | undefined {
  try {
    return readProfile(source, file);
  } catch (error) {
    if (error instanceof AgentError) return undefined;
    throw error;
  }
}
