/** What every driver promises, whatever element it speaks to: the real one and the simulated one run the same tests. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import { at, type Path } from '../../src/core/path.ts';
import { holds } from '../../src/core/planning/needs.ts';
import { harmless } from '../../src/core/task.ts';
import type { Driver, Look, Sighting, Step } from '../../src/ports/driver.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { foreseen, sceneOfLook, wayTo } from '../kit/foreseen.ts';

export interface DriverSubject {
  readonly driver: Driver;
  /** A thing the driver sees, and a path of it that can be changed. */
  readonly kind: string;
  readonly key: string;
  readonly path: Path;
  /** Another value than the actual one; one that the element refuses; one that makes no sense. */
  readonly wanted: Json;
  readonly refused: Json;
  readonly nonsense?: Json;
  /** Somebody else changes the thing; takes it away. */
  changeFromOutside(): void;
  takeAway(): void;
  /** A path that can be set only when something else is so, which it is after `meet`. */
  readonly needy?: {
    readonly kind: string;
    readonly name: string;
    readonly path: Path;
    /** Given what stands there. */
    readonly wanted: (now: Json | undefined) => Json;
    meet(): void | Promise<void>;
  };
  /** What is set and cannot be read back. */
  readonly unseen?: { readonly path: Path; readonly wanted: Json };
  /** From now on the element does not answer; the returned function ends that. */
  hang?(): () => void;
}

/** How long a real element may take to come to rest. */
const REST_MS = 20_000;

/** `open` gives a fresh element and a driver that has not been started; the contract stops it. */
export function driverContract(name: string, open: () => Promise<DriverSubject>): void {
  const opened = async (): Promise<DriverSubject & { readonly rings: () => number }> => {
    const subject = await open();
    let rings = 0;
    onTestFinished(() => subject.driver.stop());
    await subject.driver.start(() => {
      rings++;
    });
    return { ...subject, rings: () => rings };
  };

  describe(`${name} keeps the contract of a driver`, () => {
    test('a look finds the thing, with its facts in the shape of TMF and nothing else', async () => {
      const { driver, kind, key } = await opened();
      const look = await driver.look();
      const { facts } = thing(look, { kind, key });
      expect(facts).toMatchObject({ '@type': expect.any(String), name: expect.any(String) });
      expect(Object.keys(facts)).not.toEqual(expect.arrayContaining(['id']));
      expect(Object.keys(facts)).not.toEqual(expect.arrayContaining(['href']));
      expect(JSON.parse(JSON.stringify(look))).toEqual(look);
    });

    test('no two things of a kind share a key or a handle', async () => {
      const { sightings } = await (await opened()).driver.look();
      const keys = sightings.map(each => `${each.kind} ${each.key}`);
      expect(new Set(keys).size).toBe(keys.length);
      const handles = sightings.flatMap(each => (each.handle === undefined ? [] : [`${each.kind} ${each.handle}`]));
      expect(new Set(handles).size).toBe(handles.length);
    });

    test('looking again at a world at rest finds the same', async () => {
      const { driver } = await opened();
      const first = await driver.look();
      await driver.sample(0);
      expect((await driver.look()).sightings).toEqual(first.sightings);
    });

    test('a change from outside is heard and then seen', async () => {
      const { driver, rings, changeFromOutside } = await opened();
      const before = await driver.look();
      const heard = rings();
      changeFromOutside();
      await vi.waitFor(() => expect(rings()).toBeGreaterThan(heard), { interval: 2, timeout: REST_MS });
      expect((await driver.look()).sightings).not.toEqual(before.sightings);
    });

    test('steps are plain data and always the same for the same facts', async () => {
      const { driver, kind, key, path, wanted } = await opened();
      const { facts } = thing(await driver.look(), { kind, key });
      const ability = driver.abilities.find(each => each.kind === kind && each.path === path);
      const steps = ability?.steps(facts, wanted);
      expect(steps).toHaveLength(1);
      expect(JSON.parse(JSON.stringify(steps))).toEqual(steps);
      expect(ability?.steps(facts, wanted)).toEqual(steps);
    });

    test('what is so already needs no step', async () => {
      const { driver, kind, key, path } = await opened();
      for (const { facts, kind: each } of (await driver.look()).sightings) {
        for (const ability of driver.abilities.filter(one => one.kind === each)) {
          const actual = at(facts, ability.path, tmfKeyedArrays);
          if (actual !== undefined) expect(ability.steps(facts, actual)).toEqual([]);
        }
      }
      expect(driver.abilities.some(one => one.kind === kind && one.path === path)).toBe(true);
      expect(key).not.toBe('');
    });

    test('what makes no sense is answered with a sentence', async () => {
      const { driver, kind, key, path, nonsense } = await opened();
      if (nonsense === undefined) return;
      const { facts } = thing(await driver.look(), { kind, key });
      const answer = driver.abilities.find(each => each.kind === kind && each.path === path)?.steps(facts, nonsense);
      expect(answer).toEqual(expect.stringMatching(/\w+ \w+/));
    });

    // P14
    test('a step does what it says, and its undo puts everything back', async () => {
      const subject = await opened();
      const { driver, path, wanted } = subject;
      const before = await driver.look();
      const step = await stepTo(subject, wanted);
      const examination = await driver.examine(step);
      expect(examination.already).toBe(false);

      await driver.act(step);
      const after = await driver.look();
      expect(at(thing(after, subject).facts, path, tmfKeyedArrays)).toEqual(wanted);
      expect((await driver.examine(step)).already).toBe(true);

      // What was written down came back from a store.
      const kept = JSON.parse(JSON.stringify(examination.before));
      await driver.undo(step, kept);
      await vi.waitFor(async () => expect((await driver.look()).sightings).toEqual(before.sightings), {
        timeout: 3_000,
      });
      await driver.undo(step, kept);
      expect((await driver.look()).sightings).toEqual(before.sightings);
    });

    // P14
    test('a step does all that was foreseen, and nothing else', async () => {
      const subject = await opened();
      const { driver, kind, path } = subject;
      const step = await stepTo(subject, subject.wanted);
      const ability = driver.abilities.find(each => each.kind === kind && each.path === path);
      if (!ability) throw new Error(`nothing can change ${path}`);
      const { effects, surprises } = await foreseen({ driver, ability, step, withinMs: REST_MS });
      expect(surprises).toEqual([]);
      expect(effects.length).toBeGreaterThan(0);
    });

    test('what a step costs, whether it lasts and whether it takes something away is part of it', async () => {
      const subject = await opened();
      const { cost = harmless, lasting, removes = false, sideEffects = [] } = await stepTo(subject, subject.wanted);
      expect(cost.blastRadius).toBeGreaterThanOrEqual(1);
      expect(cost.downtimeMs).toBeGreaterThanOrEqual(0);
      expect(typeof cost.reversible).toBe('boolean');
      expect(lasting).toMatch(/^(lasts|untilRestart)$/);
      expect(typeof removes).toBe('boolean');
      for (const each of sideEffects) expect(each).toMatch(/\w+ \w+/);
    });

    // P13
    test('a step that is carried out a second time does no harm', async () => {
      const subject = await opened();
      const { driver } = subject;
      const step = await stepTo(subject, subject.wanted);
      await driver.act(step);
      const after = (await driver.look()).sightings;
      // Done already, or refused for being so: in both cases nothing moves.
      await driver
        .act(step)
        .catch(error => expect(error).toMatchObject({ code: expect.stringMatching(/^(refused|moved)$/) }));
      await vi.waitFor(async () => expect((await driver.look()).sightings).toEqual(after), { timeout: REST_MS });
      expect((await driver.examine(step)).already).toBe(true);
    });

    // P14
    test('what a step relies on is said with it, and is so before it can be done', async () => {
      const { driver, needy } = await opened();
      if (!needy) return;
      const now = { now: Date.now(), keyed: tmfKeyedArrays };
      const unmet = async ({ needs = [] }: Step) => {
        const scene = sceneOfLook(await driver.look());
        return needs.filter(need => !holds(need, scene, now)).map(need => need.because);
      };
      const asked = (look: Look) => {
        const { facts } = look.sightings.find(each => each.kind === needy.kind && each.facts.name === needy.name) ?? {};
        const wanted = needy.wanted(at(facts, needy.path, tmfKeyedArrays));
        return wayTo(driver, look, { kind: needy.kind, name: needy.name, path: needy.path, wanted });
      };
      const first = asked(await driver.look()).steps[0];
      if (!first) throw new Error('no step');
      const missing = await unmet(first);
      expect(missing.length).toBeGreaterThan(0);
      for (const each of missing) expect(each).toMatch(/\w+ \w+/);
      await needy.meet();
      await vi.waitFor(async () => expect(await unmet(first)).toEqual([]), { timeout: REST_MS });
      const { ability, steps } = asked(await driver.look());
      for (const step of steps) {
        expect(await unmet(step)).toEqual([]);
        expect((await foreseen({ driver, ability, step, withinMs: REST_MS })).surprises).toEqual([]);
      }
    });

    test('what cannot be read back is called unseen, and never taken for done', async () => {
      const subject = await opened();
      const { driver, unseen } = subject;
      if (!unseen) return;
      const step = await stepTo({ ...subject, path: unseen.path }, unseen.wanted);
      await driver.act(step);
      expect(await driver.examine(step)).toMatchObject({ already: false, unseen: expect.stringMatching(/\w+ \w+/) });
    });

    test('an element that hangs is not waited for without end, and has not been seen', async () => {
      const subject = await opened();
      const { driver, hang } = subject;
      if (!hang) return;
      const step = await stepTo(subject, subject.wanted);
      const before = (await driver.look()).sightings;
      const goOn = hang();
      const answers = await Promise.allSettled([driver.look(), driver.examine(step), driver.act(step)]);
      for (const each of answers) expect(each).toMatchObject({ status: 'rejected', reason: { code: 'unreachable' } });
      goOn();
      await vi.waitFor(() => driver.look(), { timeout: REST_MS });
      // Whether the act was done, nobody knows; but nothing else was.
      await driver.undo(step, (await driver.examine(step)).before).catch(() => {});
      const left = (await driver.look()).sightings;
      expect(left.map(each => each.key)).toEqual(before.map(each => each.key));
    }, 120_000);

    test('a refusal is told in the words of the element, and changes nothing', async () => {
      const subject = await opened();
      const before = await subject.driver.look();
      const step = await stepTo(subject, subject.refused);
      await expect(subject.driver.act(step)).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringMatching(/\w+ \w+/),
      });
      expect((await subject.driver.look()).sightings).toEqual(before.sightings);
    });

    test('a thing that has gone is not in the next look, and a step on it has moved', async () => {
      const subject = await opened();
      const { driver, kind, key } = subject;
      const step = await stepTo(subject, subject.wanted);
      subject.takeAway();
      const { sightings } = await driver.look();
      expect(sightings.filter(each => each.kind === kind && each.key === key)).toEqual([]);
      await expect(driver.examine(step)).rejects.toMatchObject({ code: 'moved' });
      await expect(driver.act(step)).rejects.toMatchObject({ code: 'moved' });
    });

    test('a step that the driver did not make is invalid', async () => {
      const { driver } = await opened();
      const step: Step = { op: 'dance', args: {}, summary: 'dance', order: 1 };
      await expect(driver.examine(step)).rejects.toMatchObject({ code: 'invalid' });
      await expect(driver.act(step)).rejects.toMatchObject({ code: 'invalid' });
    });

    test('a sample is kept as long as it is asked to be, and names only things that are seen', async () => {
      const { driver, kind, key } = await opened();
      const first = await driver.sample(0);
      expect([...first.keys()]).toContain(`${kind}/${key}`);
      expect(await driver.sample(60_000)).toBe(first);
      const seen = new Set((await driver.look()).sightings.map(each => `${each.kind}/${each.key}`));
      for (const [name, { characteristics }] of first) {
        expect(seen).toContain(name);
        for (const each of characteristics)
          expect(each).toMatchObject({ name: expect.any(String), '@type': expect.any(String) });
      }
    });

    test('many looks and steps at once do not disturb each other', async () => {
      const subject = await opened();
      const { driver } = subject;
      const step = await stepTo(subject, subject.wanted);
      const expected = await driver.look();
      const looks = await Promise.all(Array.from({ length: 20 }, () => driver.look()));
      for (const each of looks) expect(each.sightings).toEqual(expected.sightings);
      await Promise.all([driver.look(), driver.act(step), driver.sample(0), driver.look()]);
      expect((await driver.examine(step)).already).toBe(true);
    });

    test('a driver that has been stopped hears and sees nothing', async () => {
      const { driver, rings, changeFromOutside } = await opened();
      await driver.stop();
      const heard = rings();
      changeFromOutside();
      await expect(driver.look()).rejects.toMatchObject({ code: 'unreachable' });
      await new Promise(resolve => setTimeout(resolve, 30));
      expect(rings()).toBe(heard);
      await driver.stop();
    });
  });
}

function thing(look: Look, { kind, key }: { readonly kind: string; readonly key: string }): Sighting {
  const found = look.sightings.find(each => each.kind === kind && each.key === key);
  if (!found) throw new Error(`the look does not show ${kind} ${key}`);
  return found;
}

async function stepTo({ driver, kind, key, path }: DriverSubject, wanted: Json): Promise<Step> {
  const { facts } = thing(await driver.look(), { kind, key });
  const steps = driver.abilities.find(each => each.kind === kind && each.path === path)?.steps(facts, wanted);
  const step = Array.isArray(steps) ? steps[0] : undefined;
  if (!step) throw new Error(`no step towards ${JSON.stringify(wanted)}: ${String(steps)}`);
  return step;
}
