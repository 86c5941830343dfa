/** Specifications: each is that of one kind, and what is only there to be composed has none. */
import type { LookedAt } from './looked-at.ts';

export function verifySpecifications({ declared, kinds, findings }: LookedAt): void {
  const heads = new Map(declared.map(each => [each.head.name, each]));
  const ids = new Map<string, string>();
  const versions = new Map<string, string>();
  for (const { kind, pointer } of kinds.values()) {
    const written = heads.get(kind.name);
    const isWritten = written?.of === 'instance' && written.head.specification !== undefined;
    if (kind.abstract) {
      if (!isWritten) continue;
      findings.add({
        pointer: `${pointer}/specification`,
        message: `the kind ${kind.name} is abstract: no instance is made of it, so it has no specification`,
        expected: 'abstract or specification',
      });
      continue;
    }
    const { id, name, version } = kind.specification;
    const major = `${name} ${version.split('.')[0]}`;
    const sameVersion = versions.get(major);
    const sameId = ids.get(id);
    versions.set(major, kind.name);
    ids.set(id, kind.name);
    if (sameVersion !== undefined) {
      findings.add({
        pointer: isWritten ? `${pointer}/specification` : `${pointer}/name`,
        message: `the specification ${name} with the major version ${version.split('.')[0]} is that of ${sameVersion} and of ${kind.name}`,
        found: `${name} ${version}`,
        expected: 'another name or major version',
      });
    } else if (sameId !== undefined) {
      findings.add({
        pointer: `${pointer}/specification/id`,
        message: `the id of the specification is that of ${sameId} and of ${kind.name}`,
        found: id,
        expected: 'a uuid of its own',
      });
    }
  }
}
