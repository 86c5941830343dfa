/** The profiles that ship: checked before they are bundled, those in YAML turned into JSON. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { checkText, formOf } from '../src/core/profile/check-text.ts';
import { findingText } from '../src/core/profile/finding.ts';
import { tmfProfiles } from '../src/tmf/comparators/profiles.ts';
import { tmfKeyedArrays } from '../src/tmf/keyed-arrays.ts';

const folder = join(import.meta.dirname, '../firmware-profiles');

export const shippedYaml: RegExp = /firmware-profiles\/[^/]+\.yaml$/;

/** Bundles a profile in YAML as the JSON that it says. */
export const yamlProfiles: Plugin = {
  name: 'profiles in YAML',
  setup: ({ onLoad }) => {
    onLoad({ filter: shippedYaml }, async ({ path }) => ({ contents: await jsonOfProfile(path), loader: 'json' }));
  },
};

/** The profile as JSON text; throws with every finding. */
export async function jsonOfProfile(file: string): Promise<string> {
  const { findings, source } = await checkText(readFileSync(file, 'utf8'), formOf(file), {
    keyed: tmfKeyedArrays,
    profiles: tmfProfiles,
  });
  const [first] = findings.map(each => `${file}:${each.line}:${each.column}: ${findingText(each)}`);
  if (first !== undefined || source === undefined) throw new Error(first ?? `${file} says nothing`);
  return JSON.stringify(source);
}

export async function checkShippedProfiles(): Promise<void> {
  for (const name of readdirSync(folder)) {
    if (/\.(json|yaml)$/.test(name)) await jsonOfProfile(join(folder, name));
  }
}
