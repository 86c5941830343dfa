/** `diffo peers` and `diffo identity`, for people. */
import type { Json } from '../core/json.ts';
import { listAt, numberAt, part, textAt } from './read.ts';
import type { Screen } from './screen.ts';
import { table } from './tables.ts';
import { ago, count, moment } from './words.ts';

const heads = ['NAME', 'IS', 'OVER', 'ANSWERED', 'TO SEND'].map(head => ({ head }));

export function peersText(peers: readonly Json[], screen: Screen): string {
  if (peers.length === 0) {
    return `no peers are configured; ${screen.command('identity')} tells what a peer needs to know, the setting peers names them\n`;
  }
  const { paint, now } = screen;
  const rows = peers.map(peer => {
    const presence = textAt(peer, 'presence') ?? '?';
    const answered = textAt(peer, 'answeredAt');
    const lag = numberAt(peer, 'lag') ?? 0;
    return [
      textAt(peer, 'name') ?? '?',
      { text: presence, paint: presence === 'alive' ? paint.good : paint.doubtful },
      textAt(peer, 'carrier') ?? '',
      answered === undefined ? 'not yet' : ago(answered, now),
      lag > 0 ? count(lag, 'row') : part(peer, 'agreed') === true ? 'nothing, both agree' : 'nothing',
    ];
  });
  return `${table(heads, rows, screen)}${peers.flatMap(peer => troubles(peer, screen)).join('')}`;
}

/** What a person may have to see to, a line each. */
function troubles(peer: Json, { paint, now }: Screen): readonly string[] {
  const name = textAt(peer, 'name') ?? '?';
  const down = listAt(peer, 'links').flatMap(link => {
    const why = textAt(link, 'lastError');
    if (part(link, 'up') === true || why === undefined) return [];
    return [`no ${textAt(link, 'carrier')} since ${moment(textAt(link, 'since'), now)}: ${why}`];
  });
  const last = textAt(peer, 'lastError', 'because');
  const refused = part(peer, 'refused') ?? {};
  const counts = Object.entries(refused).map(([reason, n]) => `${n} ${reason}`);
  const apart = listAt(peer, 'in', 'quarantine').map(
    row => `cannot take its ${textAt(row, 'key')}: ${textAt(row, 'message')}`,
  );
  const alarm = textAt(peer, 'alarm');
  return [
    ...(alarm === undefined ? [] : [alarm]),
    ...down,
    ...(last === undefined || last === alarm ? [] : [`${moment(textAt(peer, 'lastError', 'at'), now)}: ${last}`]),
    ...(counts.length === 0 ? [] : [`refused of its messages: ${counts.join(', ')}`]),
    ...apart,
  ].map(each => `  ${paint.doubtful(`${name}: ${each}`)}\n`);
}

export function identityText(identity: Json, screen: Screen): string {
  const node = textAt(identity, 'node') ?? '?';
  const key = textAt(identity, 'publicKey') ?? '?';
  return [
    `${screen.paint.bold(node)} in the realm ${textAt(identity, 'realm') ?? '?'}\n`,
    `  public key ${key}\n`,
    'a peer names it in its setting peers:\n',
    `  ${node}=${key}\n`,
  ].join('');
}
