/** Schemas that are written with zod, by name, as `components.schemas` has them. */
import * as z from 'zod';
import type { JsonObject } from '../../core/json.ts';

const at = (name: string): string => `#/components/schemas/${name}`;

/** Gathers what an API takes and shows; each call answers with the reference to what it was given. */
export class ZodSchemas {
  readonly #taken = z.registry<{ id: string }>();
  readonly #shown = z.registry<{ id: string }>();
  readonly #besides = new Map<string, JsonObject>();

  /** The body of a request; `besides` is what it is held against and zod's schema cannot tell. */
  taken(name: string, schema: z.ZodType, besides: JsonObject = {}): JsonObject {
    this.#taken.add(schema, { id: name });
    this.#besides.set(name, besides);
    return { $ref: at(name) };
  }

  /** What is answered. */
  shown(name: string, schema: z.ZodType): JsonObject {
    this.#shown.add(schema, { id: name });
    return { $ref: at(name) };
  }

  components(): JsonObject {
    return { ...this.#of(this.#taken, 'input'), ...this.#of(this.#shown, 'output') };
  }

  #of(registry: z.core.$ZodRegistry<{ id: string }>, io: 'input' | 'output'): JsonObject {
    const { schemas } = z.toJSONSchema(registry, { io, unrepresentable: 'any', uri: at, override: plainer });
    return Object.fromEntries(
      Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [
        name,
        // Plain data: zod's type has members that may be undefined, which JSON leaves out.
        { ...(JSON.parse(JSON.stringify(schema)) as JsonObject), ...this.#besides.get(name) },
      ]),
    );
  }
}

/** A date-time is told by its format alone; the pattern is a line long. Whole numbers need no bounds that all have. */
function plainer({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  // JSON Schema has no list of no items.
  if (jsonSchema.prefixItems?.length === 0) {
    delete jsonSchema.prefixItems;
    jsonSchema.maxItems = 0;
  }
}
