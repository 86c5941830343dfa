/** The units a quantity may have: one fixed table, each unit with its dimension and its way to the base unit. */

export interface Unit {
  readonly dimension: string;
  /** Base = amount × scale + offset. */
  readonly scale: number;
  readonly offset: number;
}

const decimal: Record<string, number> = { k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };
const binary: Record<string, number> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50 };
const small: Record<string, number> = { n: 1e-9, u: 1e-6, µ: 1e-6, m: 1e-3 };
const plain: Record<string, number> = { '': 1 };

const units: ReadonlyMap<string, Unit> = table();

export const unitNames: readonly string[] = [...units.keys()];

/** Undefined for a unit that the table does not have. */
export function unitOf(name: string): Unit | undefined {
  return units.get(name.trim());
}

/** Units that differ in upper and lower case alone, the likeliest first: bits and bytes are easily taken for each other. */
export function similarUnits(name: string): readonly string[] {
  const wanted = name.trim();
  const alike = (unit: string): number => [...unit].filter((letter, i) => letter === wanted[i]).length;
  return unitNames.filter(unit => unit.toLowerCase() === wanted.toLowerCase()).sort((a, b) => alike(b) - alike(a));
}

export function toBase(amount: number, unit: Unit): number {
  return amount * unit.scale + unit.offset;
}

export function fromBase(base: number, unit: Unit): number {
  return (base - unit.offset) / unit.scale;
}

function table(): Map<string, Unit> {
  const found = new Map<string, Unit>();
  const add = (dimension: string, names: string[], prefixes: Record<string, number>[], scale = 1, offset = 0): void => {
    for (const name of names) {
      for (const [prefix, factor] of prefixes.flatMap(each => Object.entries(each))) {
        found.set(prefix + name, { dimension, scale: factor * scale, offset });
      }
    }
  };
  add('bit rate', ['bps', 'bit/s'], [plain, decimal, binary, { K: 1e3 }]);
  add('bit rate', ['B/s', 'Bps'], [plain, decimal, binary], 8);
  add('size', ['B', 'byte', 'bytes'], [plain]);
  add('size', ['B'], [decimal, binary, { K: 1e3 }]);
  add('size', ['bit'], [plain, decimal, binary], 1 / 8);
  add('time', ['s'], [plain, small]);
  add('time', ['sec', 'second', 'seconds'], [plain]);
  add('time', ['min', 'minute', 'minutes'], [plain], 60);
  add('time', ['h', 'hour', 'hours'], [plain], 3600);
  add('time', ['d', 'day', 'days'], [plain], 86_400);
  add('frequency', ['Hz'], [plain, decimal]);
  add('power', ['W'], [plain, decimal, small]);
  add('voltage', ['V'], [plain, decimal, small]);
  add('current', ['A'], [plain, decimal, small]);
  add('temperature', ['K', 'kelvin', 'Kelvin'], [plain]);
  add('temperature', ['Cel', '°C', 'C', 'celsius', 'Celsius'], [plain], 1, 273.15);
  add('share', ['%', 'percent'], [plain]);
  // Logarithmic: each compares with itself alone.
  add('dBm', ['dBm'], [plain]);
  add('dB', ['dB'], [plain]);
  return found;
}
