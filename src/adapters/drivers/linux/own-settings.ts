/** What a firmware profile may say to the linux driver. */
import * as z from 'zod';
import { AgentError } from '../../../core/errors.ts';
import type { JsonObject } from '../../../core/json.ts';
import { egressForm } from './craft/egress.ts';
import { nftablesForm } from './craft/nft-table.ts';
import { sysctlForm } from './craft/sysctl.ts';

const form = z.strictObject({
  /** The network namespace; absent: the agent's own. */
  netns: z.string().exactOptional(),
  /** Interfaces that are acted on although something else manages them. */
  takeOver: z.array(z.string().min(1)).exactOptional(),
  /** Beside SSH's and the agent's own: TCP ports by which people reach this machine. */
  lifelinePorts: z.array(z.number().int().min(1).max(65_535)).exactOptional(),
  /** The settings of the kernel that are seen, and may be changed. */
  sysctl: sysctlForm.exactOptional(),
  /** Where those that are to last are written. */
  sysctlFile: z.string().startsWith('/').exactOptional(),
  /** Whether the rate at which interfaces send is seen, and may be changed. */
  egressRate: egressForm.exactOptional(),
  nftables: nftablesForm.exactOptional(),
});

export type LinuxSettings = z.output<typeof form>;

/** Throws `invalid` with the place. */
export function readLinuxSettings(settings: JsonObject): LinuxSettings {
  const read = form.safeParse(settings);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const pointer = (issue?.path ?? []).map(part => `/${String(part)}`).join('');
  throw new AgentError('invalid', `the settings of the linux driver cannot be used: ${pointer}: ${issue?.message}`, {
    pointer,
  });
}
