/** Settings of the kernel that move when another one is set. */

interface Rule {
  readonly when: RegExp;
  readonly also: readonly string[];
}

/** `*`: of every interface, of `all` and of `default`. From the kernel's own `net/ipv4/devinet.c` and `net/ipv6/addrconf.c`. */
const rules: readonly Rule[] = [
  {
    when: /^net\.ipv4\.(ip_forward|conf\.all\.forwarding)$/,
    also: ['net.ipv4.ip_forward', 'net.ipv4.conf.*.forwarding', 'net.ipv4.conf.all.accept_redirects'],
  },
  { when: /^net\.ipv6\.conf\.all\.disable_ipv6$/, also: ['net.ipv6.conf.*.disable_ipv6'] },
  { when: /^net\.ipv6\.conf\.all\.forwarding$/, also: ['net.ipv6.conf.*.forwarding'] },
];

/** Those that follow `name`, of the names that are known; as patterns when none are given. */
export function followersOf(name: string, known: readonly string[] | undefined): string[] {
  const patterns = rules.filter(({ when }) => when.test(name)).flatMap(({ also }) => also);
  if (known === undefined) return patterns;
  return known.filter(each => each !== name && patterns.some(pattern => matches(pattern, each)));
}

function matches(pattern: string, name: string): boolean {
  const [head = '', tail] = pattern.split('*');
  if (tail === undefined) return name === pattern;
  return name.startsWith(head) && name.endsWith(tail) && name.length > head.length + tail.length;
}
