/** All routes of the agent's own API. */
import type { App } from '../server.ts';
import { centralRoutes } from './central.ts';
import { changeRoutes } from './changes.ts';
import { derivedRoutes } from './derived.ts';
import { entityRoutes } from './entities.ts';
import { evaluateRoutes } from './evaluate.ts';
import { expectationRoutes } from './expectations.ts';
import { instanceRoutes } from './instances.ts';
import { kindRoutes } from './kinds.ts';
import { locatedRoutes } from './located.ts';
import { outstandingRoutes } from './outstanding.ts';
import { partyRoutes } from './parties.ts';
import type { DiffoParts } from './parts.ts';
import { peerRoutes } from './peers.ts';
import { placeRoutes } from './places.ts';
import { planRoutes } from './plans.ts';
import { profileRoutes } from './profile.ts';
import { referenceRoutes } from './references.ts';
import { schemaRoutes } from './schemas.ts';
import { setRoutes } from './sets.ts';
import { specificationRoutes } from './specifications.ts';
import { statusRoutes } from './status.ts';
import { versionRoutes } from './versions.ts';

export function diffoRoutes(app: App, parts: DiffoParts): void {
  statusRoutes(app, parts);
  kindRoutes(app, parts);
  schemaRoutes(app, parts);
  profileRoutes(app, parts);
  specificationRoutes(app, parts);
  partyRoutes(app, parts);
  placeRoutes(app, parts);
  locatedRoutes(app, parts);
  entityRoutes(app, parts);
  referenceRoutes(app, parts);
  derivedRoutes(app, parts);
  instanceRoutes(app, parts);
  changeRoutes(app, parts);
  evaluateRoutes(app, parts);
  expectationRoutes(app, parts);
  versionRoutes(app, parts);
  setRoutes(app, parts);
  outstandingRoutes(app, parts);
  planRoutes(app, parts);
  peerRoutes(app, parts);
  centralRoutes(app, parts);
}
