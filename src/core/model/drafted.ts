/** The store as it will be once what is drafted is written, for those who walk over it before that. */
import { instanceId } from '../ids.ts';
import type { Instance } from '../instance.ts';
import type { Draft, Drafts } from './drafts.ts';
import { linksIn } from './links.ts';
import type { ModelReader } from './model-store.ts';

/** Of what is drafted the documents and the references out of them; what a target is referred to by is as it is kept. */
export function asDrafted(drafts: Drafts): ModelReader {
  const { writer } = drafts;
  return {
    instance: id => withSeq(drafts.get(id), writer.instanceSeq(id)),
    instanceSeq: id => (drafts.get(id) ? (writer.instanceSeq(id) ?? NOT_YET) : undefined),
    instanceKind: id => drafts.kind(id),
    instances: query => writer.instances(query),
    linksFrom: (source, of) => {
      const draft = drafts.get(instanceId(source));
      const links = draft ? linksIn(source, draft.document) : writer.linksFrom(source);
      return of === undefined ? links : links.filter(each => each.class === of);
    },
    linksTo: (target, of) => writer.linksTo(target, of),
    assignment: (owner, thing, value) => writer.assignment(owner, thing, value),
    assignmentsFrom: (owner, thing) => writer.assignmentsFrom(owner, thing),
    assignmentsTo: (assignee, alias) => writer.assignmentsTo(assignee, alias),
    runAtOrBelow: (owner, thing, value) => writer.runAtOrBelow(owner, thing, value),
    runs: (owner, thing, bounds) => writer.runs(owner, thing, bounds),
    shared: (of, id) => writer.shared(of, id),
    sharedSeq: (of, id) => writer.sharedSeq(of, id),
    sharedKind: (of, id) => writer.sharedKind(of, id),
    sharedRecords: (of, query) => writer.sharedRecords(of, query),
    countShared: (of, query) => writer.countShared(of, query),
  };
}

/** The seq of what is not written yet. */
const NOT_YET = 0;

export function withSeq(draft: Draft, seq: number | undefined): Instance;
export function withSeq(draft: Draft | undefined, seq: number | undefined): Instance | undefined;
export function withSeq(draft: Draft | undefined, seq: number | undefined): Instance | undefined {
  return draft && { ...draft, seq: seq ?? NOT_YET };
}
