/** Firmware profiles: those shipped stand inside the program, others are files. */
import { readFileSync } from 'node:fs';
import inventory from '../../firmware-profiles/inventory.json' with { type: 'json' };
import linuxHost from '../../firmware-profiles/linux-host.json' with { type: 'json' };
import simulator from '../../firmware-profiles/simulator.json' with { type: 'json' };
import { AgentError, sentence } from '../core/errors.ts';
import { type FirmwareProfile, readProfile } from '../core/profile/profile.ts';

const shipped: Readonly<Record<string, unknown>> = { 'linux-host': linuxHost, inventory, simulator };

/** A shipped profile by its name, or any by its file. Throws `invalid` with every finding and its place. */
export function loadProfile(nameOrFile: string): FirmwareProfile {
  if (Object.hasOwn(shipped, nameOrFile)) return readProfile(shipped[nameOrFile], nameOrFile);
  if (!/[./]/.test(nameOrFile)) {
    const names = Object.keys(shipped).join(', ');
    throw new AgentError('invalid', `there is no profile "${nameOrFile}"; shipped are ${names}, others are files`);
  }
  let text: string;
  try {
    text = readFileSync(nameOrFile, 'utf8');
  } catch (error) {
    throw new AgentError('invalid', `the profile ${nameOrFile} cannot be read: ${sentence(error)}`, { cause: error });
  }
  return readProfile(parse(text, nameOrFile), nameOrFile);
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AgentError('invalid', `the profile ${file} is not JSON: ${whereInText(text, sentence(error))}`, {
      cause: error,
    });
  }
}

/** V8 names a position in the text; a person needs the line. */
function whereInText(text: string, message: string): string {
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined || message.includes('line ')) return message;
  const before = text.slice(0, Number(position)).split('\n');
  return `${message} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}
