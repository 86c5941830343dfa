import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Via } from '../../src/core/model/hop.ts';
import { stillHold } from '../../src/core/model/reads.ts';
import { MAX_EDGES, type Reached, traverse, Walk } from '../../src/core/model/traverse.ts';
import type { Reader, Writer } from '../../src/ports/store.ts';
import { handOut, instance, over, put, related } from '../kit/hops.ts';
import { kind, modelStore } from '../kit/model.ts';

const line = kind('line');
const card = kind('card', { type: 'resource' });

const walked = (reader: Reader, from: string, via: Via): Reached => traverse(reader, instance(reader, from), via);
const ids = ({ instances }: Reached): string[] => instances.map(({ id }) => id);

describe('a walk', () => {
  test('given no hops, then the start is reached', () => {
    const { store, write } = modelStore();
    write(writer => put(writer, line, 'a'));
    expect(ids(walked(store, 'a', []))).toEqual(['a']);
  });

  test('given a five-hop mixed chain, when walked, then every end once even when reached twice (86)', () => {
    const { store, write } = modelStore();
    write(writer => {
      put(writer, card, 'shelf');
      for (const id of ['card1', 'card2'])
        put(writer, card, id, { resourceRelationship: [related('resource', 'shelf', 'in')] });
      put(writer, line, 'line', { resourceRelationship: [related('resource', 'path', 'uses', 'primary')] });
      put(writer, card, 'path');
      handOut(writer, 'card1', 'path', 'east', 1);
      handOut(writer, 'card2', 'path', 'west', 1);
      put(writer, card, 'site', { resourceRelationship: [related('resource', 'shelf', 'holds')] });
      put(writer, line, 'order', { serviceRelationship: [related('service', 'line', 'bestows')] });
    });
    const to = (side: string): Via => [
      over.target('bestows'),
      over.target('uses', 'primary'),
      over.owner(side),
      over.target('in'),
      over.source('holds'),
    ];
    expect(ids(walked(store, 'order', to('east')))).toEqual(['site']);
    expect(ids(walked(store, 'order', to('west')))).toEqual(['site']);
    // Both cards lead to the one shelf, from which the site is reached.
    const back: Via = [over.target('holds'), over.source('in'), over.target('in'), over.source('holds'), over.target()];
    expect(ids(walked(store, 'site', back))).toEqual(['shelf']);
    expect(ids(walked(store, 'site', back.slice(0, 2)))).toEqual(['card1', 'card2']);
  });

  test('given a relationship hop, then it follows by type, by alias and by both (87)', () => {
    const { store, write } = modelStore();
    write(writer => {
      for (const id of ['x', 'y', 'z']) put(writer, line, id);
      put(writer, line, 'a', {
        serviceRelationship: [
          related('service', 'z', 'uses', 'primary'),
          related('service', 'y', 'uses'),
          related('service', 'x', 'bestows', 'primary'),
          // What an assignment left in the document is no relationship.
          related('service', 'x', 'assignedFrom', 'primary'),
        ],
      });
    });
    expect(ids(walked(store, 'a', [over.target('uses')]))).toEqual(['y', 'z']);
    expect(ids(walked(store, 'a', [over.target(undefined, 'primary')]))).toEqual(['x', 'z']);
    expect(ids(walked(store, 'a', [over.target('uses', 'primary')]))).toEqual(['z']);
    expect(ids(walked(store, 'a', [over.target('none')]))).toEqual([]);
    expect(ids(walked(store, 'z', [over.source('uses')]))).toEqual(['a']);
  });

  test('given several ends, then they come by their creation, however late a document was written again', () => {
    const { store, write } = modelStore();
    const sources = ['c', 'a', 'b'];
    write(writer => put(writer, line, 'end'));
    for (const id of sources)
      write(writer => put(writer, line, id, { serviceRelationship: [related('service', 'end', 'uses')] }));
    write(writer =>
      put(writer, line, 'c', { name: 'again', serviceRelationship: [related('service', 'end', 'uses')] }),
    );
    const reached = walked(store, 'end', [over.source('uses')]);
    expect(ids(reached)).toEqual(sources);
    expect(reached.edges.map(({ to }) => to)).toEqual(sources);
  });

  test('given a circle, then it ends where its hops end', () => {
    const { store, write } = modelStore();
    write(writer => {
      put(writer, line, 'a', { serviceRelationship: [related('service', 'b', 'next')] });
      put(writer, line, 'b', { serviceRelationship: [related('service', 'a', 'next')] });
    });
    expect(ids(walked(store, 'a', [over.target('next'), over.target('next')]))).toEqual(['a']);
    expect(ids(walked(store, 'a', [over.target('next'), over.target('next'), over.target('next')]))).toEqual(['b']);
  });

  test('given a target that is not here, then it is unknown and leads nowhere', () => {
    const { store, write } = modelStore();
    write(writer => {
      put(writer, line, 'a', { serviceRelationship: [related('service', 'far', 'next')] });
      put(writer, line, 'b', { serviceRelationship: [related('service', 'far', 'next')] });
    });
    const { instances, unknown } = walked(store, 'a', [over.target('next'), over.source('next')]);
    expect(instances).toEqual([]);
    expect(unknown).toMatchObject([{ reason: 'noTarget', context: expect.stringContaining('far') }]);
  });

  test('given more edges than are followed, then nothing of them is shown as if it were all', () => {
    const { store, write } = modelStore();
    write(writer => {
      put(writer, card, 'shelf');
      for (let i = 0; i <= MAX_EDGES; i++) handOut(writer, 'shelf', `line${i}`, 'port', i);
    });
    expect(walked(store, 'shelf', [over.assignee('port')])).toMatchObject({
      instances: [],
      edges: [],
      unknown: [{ reason: 'tooMany' }],
    });
  });
});

/** A small world by chance: who is related to whom, and who was given a number by whom. */
const size = 6;
const names = Array.from({ length: size }, (_, i) => `n${i}`);
const end = fc.constantFrom(...names);
const type = fc.constantFrom('t', 'u');
const alias = fc.option(fc.constantFrom('p', 'q'), { nil: undefined });
const world = fc.record({
  relationships: fc.array(fc.record({ from: end, to: end, type, alias }), { maxLength: 14 }),
  assignments: fc.uniqueArray(fc.record({ owner: end, assignee: end, alias: fc.constantFrom('p', 'q') }), {
    maxLength: 8,
    selector: each => `${each.assignee} ${each.alias}`,
  }),
});
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;
const hop = fc.oneof(
  fc
    .record({ a: fc.constantFrom('p', 'q'), back: fc.boolean() })
    .map(({ a, back }) => (back ? over.owner(a) : over.assignee(a))),
  fc
    .record({ t: fc.option(type, { nil: undefined }), a: alias, back: fc.boolean() })
    .filter(({ t, a }) => t !== undefined || a !== undefined)
    .map(({ t, a, back }) => (back ? over.source(t, a) : over.target(t, a))),
);

function lay(writer: Writer, { relationships, assignments }: World): void {
  for (const from of names) {
    const own = relationships.filter(each => each.from === from);
    put(writer, line, from, {
      serviceRelationship: own.map(each => related('service', each.to, each.type, each.alias)),
    });
  }
  assignments.forEach((each, i) => {
    handOut(writer, each.owner, each.assignee, each.alias, i);
  });
}

/** The same by the book: a step over every edge there is. */
function byTheBook({ relationships, assignments }: World, from: string, via: Via): string[] {
  let here = new Set([from]);
  for (const each of via) {
    const edges =
      'assignment' in each
        ? assignments.filter(one => one.alias === each.assignment).map(one => [one.owner, one.assignee] as const)
        : relationships
            .filter(
              one =>
                (each.relationship.type ?? one.type) === one.type &&
                (each.relationship.alias ?? one.alias) === one.alias,
            )
            .map(one => [one.from, one.to] as const);
    const next = edges.map(([a, b]) => (each.direction === 'forward' ? [a, b] : [b, a]));
    here = new Set(next.flatMap(([a = '', b = '']) => (here.has(a) ? [b] : [])));
  }
  return names.filter(name => here.has(name));
}

test('a walk reaches what a step over every edge would reach', () => {
  fc.assert(
    fc.property(world, end, fc.array(hop, { maxLength: 5 }), (laid, from, via) => {
      const { store, write } = modelStore();
      write(writer => lay(writer, laid));
      expect(ids(walked(store, from, via))).toEqual(byTheBook(laid, from, via));
      store.close();
    }),
    { numRuns: 150 },
  );
});

test('as long as what was read stands as it was, the same is reached', () => {
  fc.assert(
    fc.property(world, fc.nat(13), end, fc.array(hop, { minLength: 1, maxLength: 3 }), (before, gone, from, via) => {
      const after: World = {
        relationships: before.relationships.filter((_, i) => i !== gone),
        assignments: before.assignments.filter((_, i) => i !== gone),
      };
      const { store, write } = modelStore();
      write(writer => lay(writer, before));
      const start = instance(store, from);
      const walk = new Walk(store, start);
      const reached = walk.over(via);
      // Assignments move the documents of both ends, which stands for it here.
      write(writer => {
        for (const { owner, thing, value } of names.flatMap(name =>
          writer.assignmentsFrom(instance(writer, name).id),
        )) {
          writer.removeAssignment(owner, thing, value);
        }
        lay(writer, after);
        for (const { assignee } of [...before.assignments, ...after.assignments]) {
          const { document, ...rest } = instance(writer, assignee);
          writer.putInstance({ ...rest, document: { ...document, given: JSON.stringify(after.assignments) } });
        }
      });
      const isStart = store.instanceSeq(start.id) === start.seq;
      if (isStart && stillHold(store, walk.reads.all())) {
        expect(ids(traverse(store, start, via))).toEqual(ids(reached));
      }
      store.close();
    }),
    { numRuns: 150 },
  );
});
