/** The firmware profile: how it stands, `/diffo/v1/profile`, whether one is any good, and reading it again. */
import { asJson, type JsonObject } from '../../core/json.ts';
import { findingText } from '../../core/profile/finding.ts';
import { placeOf } from '../../core/profile/profile.ts';
import { errorBody } from '../../tmf/error-body.ts';
import { unreadType } from '../media.ts';
import { type App, pathOf, resourceAt } from '../server.ts';
import { type DiffoParts, iso } from './parts.ts';
import type { ProfileState } from './profile-door.ts';

const CHECK = '/diffo/v1/profile/check';

/** RFC 9512, and what was said before it. */
const yamlTypes = ['application/yaml', 'application/x-yaml', 'text/yaml'];

export function profileRoutes(app: App, { profile }: Pick<DiffoParts, 'profile'>): void {
  app.addContentTypeParser(yamlTypes, { parseAs: 'string' }, (request, body, done) => {
    if (pathOf(request.url).replace(/\/$/, '') === CHECK) done(null, body);
    else done(unreadType());
  });
  resourceAt(app, '/diffo/v1/profile', { GET: (_, reply) => reply.send(showProfile(profile.state)) });
  resourceAt(app, CHECK, {
    POST: async ({ body }, reply) => {
      // JSON that is only a text is no profile, so a text is one in YAML.
      const findings = await profile.check(typeof body === 'string' ? { text: body } : { source: body });
      return reply.send({ ok: findings.length === 0, findings });
    },
  });
  resourceAt(app, '/diffo/v1/profile/reload', {
    POST: async (_, reply) => {
      const state = await profile.reload();
      const [first] = state.findings;
      if (!first) return reply.send(showProfile(state));
      const more = state.findings.length > 1 ? `, and ${state.findings.length - 1} more` : '';
      const reason = `the profile cannot be used, so the kinds from before stay: ${placeOf(first)}: ${findingText(first)}${more}`;
      return reply.code(400).send({ ...errorBody({ code: 'invalid', reason }), ...showProfile(state) });
    },
  });
}

export function showProfile({ readAt, findings, ...state }: ProfileState): JsonObject {
  return { ...asJson(state), readAt: iso(readAt), ok: findings.length === 0, findings: findings.map(asJson) };
}

/** For the status: how many, not which. */
export function showProfileBriefly(state: ProfileState): JsonObject {
  return { ...showProfile(state), findings: state.findings.length };
}
