/** The settings of an exec driver, checked as a profile's are. */
import { AgentError } from '../../../core/errors.ts';
import { checkExec } from '../../../core/exec/check.ts';
import type { ExecSettings } from '../../../core/exec/form.ts';
import { textOf, type WrittenWord } from '../../../core/exec/placeholders.ts';
import type { JsonObject } from '../../../core/json.ts';
import { Findings, findingText } from '../../../core/profile/finding.ts';

/** Throws `invalid` with the place of everything that is wrong. */
export function readExecSettings(given: JsonObject): ExecSettings {
  const findings = new Findings();
  const settings = checkExec(given, '', findings);
  if (settings && findings.isEmpty) return settings;
  const all = findings.list.map(each => `${each.pointer || '/'}: ${findingText(each)}`).join('; ');
  const pointer = findings.list[0]?.pointer ?? '';
  throw new AgentError('invalid', `the settings of the exec driver cannot be used: ${all}`, { pointer });
}

/** The program of each command, and where the profile says it. */
export function programsOf(settings: ExecSettings): readonly { readonly program: string; readonly at: string }[] {
  const { look, sample, watch, abilities } = settings;
  const program = (run: readonly WrittenWord[], at: string) => ({ program: textOf(run[0] ?? ''), at });
  return [
    program(look.run, '/look'),
    ...(sample ? [program(sample.run, '/sample')] : []),
    ...(watch ? [program(watch.run, '/watch')] : []),
    ...abilities.flatMap((ability, i) =>
      (['set', 'remove', 'make', 'examine', 'undo'] as const).flatMap(verb => {
        const command = ability[verb];
        return command ? [program(command.run, `/abilities/${i}/${verb}`)] : [];
      }),
    ),
  ];
}
