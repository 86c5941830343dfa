/**
 * Which interfaces something else on the machine manages, as it writes down itself: NetworkManager, systemd-networkd,
 * netifd. What it manages it would put back, or lose, so it is left alone unless the operator says otherwise.
 */
import { readdir, readFile } from 'node:fs/promises';

export interface Managed {
  readonly name: string;
  readonly ifindex: number;
}

/** Who manages each interface, by name. `root`: where the machine's files are, `''` for its own. */
export async function managersOf(root: string, links: readonly Managed[]): Promise<ReadonlyMap<string, string>> {
  const [networkManager, networkd, netifd] = await Promise.all([
    byIndex(`${root}/run/NetworkManager/devices`, isManagedByNetworkManager, links),
    byIndex(`${root}/run/systemd/netif/links`, isManagedByNetworkd, links),
    netifdDevices(root),
  ]);
  const found = new Map<string, string>();
  for (const { name } of links) {
    if (networkManager.has(name)) found.set(name, 'NetworkManager');
    else if (networkd.has(name)) found.set(name, 'systemd-networkd');
    else if (netifd.has(name)) found.set(name, 'netifd');
  }
  return found;
}

/** Both keep a file for each interface, named by its index. */
async function byIndex(
  folder: string,
  isManaged: (text: string) => boolean,
  links: readonly Managed[],
): Promise<ReadonlySet<string>> {
  const files = new Set(await readdir(folder).catch(() => []));
  const names = new Set<string>();
  await Promise.all(
    links.map(async ({ name, ifindex }) => {
      if (!files.has(String(ifindex))) return;
      if (isManaged(await readFile(`${folder}/${ifindex}`, 'utf8').catch(() => ''))) names.add(name);
    }),
  );
  return names;
}

/** A key file: `[device]` with `managed=true`. */
function isManagedByNetworkManager(text: string): boolean {
  return /^managed=(true|1)$/m.test(text);
}

/** What networkd has a file for, or is about to; `unmanaged`, `pending` and `initialized` are not, or not yet. */
function isManagedByNetworkd(text: string): boolean {
  return /^ADMIN_STATE=(configuring|configured|failed|linger)$/m.test(text);
}

/** OpenWrt: the devices that an interface of /etc/config/network has, where netifd is what reads it. */
async function netifdDevices(root: string): Promise<ReadonlySet<string>> {
  const isThere = await readdir(`${root}/sbin`).then(
    names => names.includes('netifd'),
    () => false,
  );
  if (!isThere) return new Set();
  return readUci(await readFile(`${root}/etc/config/network`, 'utf8').catch(() => ''));
}

/** The devices that an interface is set up on, and the ports of those that are bridges; `none` leaves one to others. */
export function readUci(text: string): Set<string> {
  const sections: { type: string; options: Map<string, string[]> }[] = [];
  for (const line of text.split('\n')) {
    const words = [...line.replace(/^\s*#.*/, '').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
      ([, single, double, plain]) => single ?? double ?? plain ?? '',
    );
    const [keyword, name = '', ...values] = words;
    if (keyword === 'config') sections.push({ type: name, options: new Map() });
    const last = sections.at(-1);
    if ((keyword === 'option' || keyword === 'list') && last) {
      // Several in one option are set apart by blanks.
      const all = values.flatMap(each => each.split(/\s+/)).filter(Boolean);
      last.options.set(name, [...(last.options.get(name) ?? []), ...all]);
    }
  }
  const devices = new Set<string>();
  for (const { type, options } of sections) {
    if (type !== 'interface' || options.get('proto')?.[0] === 'none') continue;
    for (const name of [...(options.get('device') ?? []), ...(options.get('ifname') ?? [])]) devices.add(name);
  }
  for (const { type, options } of sections) {
    if (type !== 'device' || !devices.has(options.get('name')?.[0] ?? '')) continue;
    for (const port of [...(options.get('ports') ?? []), ...(options.get('ifname') ?? [])]) devices.add(port);
  }
  // `@lan` names an interface, not a device.
  return new Set([...devices].filter(each => !each.startsWith('@')));
}
