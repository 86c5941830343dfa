/** The text format of Prometheus, version 0.0.4. */

export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

export function one(name: string, type: 'gauge' | 'counter', help: string, value: number): string {
  return family(name, type, help, [[{}, value]]);
}

export function family(name: string, type: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => {
    const inner = Object.entries(labels).map(([key, text]) => `${key}="${quoted(text)}"`);
    return `${name}${inner.length === 0 ? '' : `{${inner.join(',')}}`} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
