import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const src = resolve(import.meta.dirname, '../../src');

/** Every file that is there once the agent has started. */
function loadedAtStart(file: string, loaded = new Set<string>()): ReadonlySet<string> {
  if (loaded.has(file) || !existsSync(file)) return loaded;
  loaded.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, from = ''] of text.matchAll(/^(?:import|export)\s(?!type\b)[^'";]*?from\s+'(\.[^']+)'/gm)) {
    loadedAtStart(resolve(dirname(file), from), loaded);
  }
  return loaded;
}

test('what describes the APIs is loaded when somebody asks, not when the agent starts', () => {
  const loaded = [...loadedAtStart(join(src, 'main.ts')), ...loadedAtStart(join(src, 'agent.ts'))];
  const names = loaded.map(file => relative(src, file));
  expect(names).toContain('api/describe-routes.ts');
  expect(names).toContain('api/diffo/status.ts');
  expect(names.filter(name => /described\.ts$|\/describe\/|describing\.ts$/.test(name))).toEqual([]);
});
