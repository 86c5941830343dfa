import { describe, expect, test } from 'vitest';
import { Paths } from '../../src/api/paths.ts';

const answers = (name: string) => () => name;

function table(...patterns: readonly string[]): Paths {
  const paths = new Paths();
  for (const pattern of patterns) paths.add(pattern, { GET: answers(pattern) });
  return paths;
}

describe('the paths of a server', () => {
  test('are found by their segments, with what stands for the names', () => {
    const found = table('/a', '/a/:id', '/a/:id/b/:name').find('GET', '/a/1/b/x');
    expect(found).toMatchObject({ pattern: '/a/:id/b/:name', parameters: { id: '1', name: 'x' } });
  });

  test('a segment that is named goes before a parameter, where it answers to the method', () => {
    const paths = table('/plans/:id');
    paths.add('/plans/approve', { POST: answers('approve') });
    expect(paths.find('POST', '/plans/approve')?.pattern).toBe('/plans/approve');
    expect(paths.find('GET', '/plans/approve')).toMatchObject({ pattern: '/plans/:id', parameters: { id: 'approve' } });
  });

  test('a way that leads nowhere is gone back from', () => {
    const found = table('/a/b/c', '/a/:id/d').find('GET', '/a/b/d');
    expect(found).toMatchObject({ pattern: '/a/:id/d', parameters: { id: 'b' } });
  });

  test('a slash at the end changes nothing, and the root is a path', () => {
    const paths = table('/', '/a');
    expect(paths.find('GET', '/a/')?.pattern).toBe('/a');
    expect(paths.find('GET', '/')?.pattern).toBe('/');
  });

  test('what is escaped means what it stands for', () => {
    const paths = table('/tmf-api/:id');
    expect(paths.find('GET', '/tmf%2Dapi/a%2Fb')?.parameters).toEqual({ id: 'a/b' });
  });

  test.each(['/a', '/a/', '/a//b', '/a/1/b/c', `/a/${'x'.repeat(513)}/b`])('nothing is at %s', path => {
    expect(table('/a/:id/b').find('GET', path)).toBeUndefined();
  });

  test('names of an object are names of no path', () => {
    const paths = table('/a/:id');
    expect(paths.find('GET', '/__proto__')).toBeUndefined();
    expect(paths.find('GET', '/a/constructor')?.parameters).toEqual({ id: 'constructor' });
  });

  test('what is answered to at a path is told', () => {
    const paths = table('/a/:id');
    paths.add('/a/:id', { DELETE: answers('delete') });
    expect(paths.methodsAt('/a/1')).toEqual(['GET', 'DELETE']);
    expect(paths.methodsAt('/b')).toBeUndefined();
    expect(paths.find('PUT', '/a/1')).toBeUndefined();
  });
});
