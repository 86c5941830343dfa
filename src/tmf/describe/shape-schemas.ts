/**
 * JSON Schemas (2020-12) of services and resources in one version, made from the tables that check requests: as they are
 * shown, as they are made, and as a merge patch of them. What no table names is open.
 */
import type { InstanceType } from '../../core/instance.ts';
import { isObject, type JsonObject, sameJson } from '../../core/json.ts';
import { type Attribute, resourceTypes, type Shape, shapeOf } from '../shape.ts';
import { resourceStatuses } from '../v4.ts';
import type { Version } from '../version.ts';
import { attributesOf, flatCases, mandatoryOf } from './attributes.ts';
import { isExtension } from './extensions.ts';
import { typedValues } from './typed-values.ts';
import { nullable, ofAttribute } from './values.ts';

/** What a schema is for. */
export type Use = 'shown' | 'made' | 'patched';

/** As the official files of each version end the names of these. */
const suffixes: Record<Version, Record<Use, string>> = {
  v4: { shown: '', made: '_Create', patched: '_Update' },
  v5: { shown: '', made: '_FVO', patched: '_MVO' },
};

export const schemasAt = '#/components/schemas/';

const titles: Record<InstanceType, string> = { service: 'Service', resource: 'Resource' };

/** Makes the schemas asked for and all that they refer to; those with a name stand in `components`. */
export class ShapeSchemas {
  readonly components: Record<string, JsonObject> = {};
  readonly #version: Version;
  /** Whose API it is; its shapes have the plain names. */
  readonly #type: InstanceType;
  readonly #names = new Map<Shape, string>();

  constructor(type: InstanceType, version: Version) {
    this.#type = type;
    this.#version = version;
    // What stands in it directly has the plain name.
    for (const { shape } of Object.values(shapeOf(type, {}).attributes)) {
      const direct = shape?.({});
      const name = direct?.entity === undefined ? direct?.type?.({}) : undefined;
      if (direct && name !== undefined) this.#names.set(direct, name);
    }
  }

  /** A reference to the schema of an entity of this API. */
  entity(use: Use): JsonObject {
    const shape = shapeOf(this.#type, {});
    return this.#component(`${titles[this.#type]}${this.#suffix(use)}`, () => {
      const whole = this.#whole(shape, this.#type, use);
      switch (use) {
        case 'shown':
          return { ...whole, required: ['id', 'href', '@type'] };
        case 'made':
          return this.#version === 'v4' ? whole : { allOf: [whole, typedBody] };
        case 'patched':
          return { ...whole, properties: { ...held(whole), id: unchangeable, href: unchangeable } };
      }
    });
  }

  #suffix(use: Use): string {
    return suffixes[this.#version][use];
  }

  /** What a service or resource has, by its `@type` too, and what it must have where it stands. */
  #whole(shape: Shape, entity: InstanceType, use: Use): JsonObject {
    const title = titles[entity];
    const members = this.#component(`${title}Members${this.#suffix(use)}`, () =>
      this.#object(shape, use, `${title}Members`, []),
    );
    const required = mandatoryOf(shape, this.#version, use);
    const must = mandatoryOf(shape, this.#version, use === 'shown' ? 'shown' : 'made');
    return {
      type: 'object',
      allOf: [members, ...(entity === 'resource' ? this.#subtypes(use) : [])],
      ...(must.length === 0 ? {} : { properties: Object.fromEntries(must.map(name => [name, notNull])) }),
      ...(required.length === 0 ? {} : { required: [...required] }),
    };
  }

  #subtypes(use: Use): JsonObject[] {
    const base = shapeOf('resource', {});
    return [...resourceTypes]
      .filter(([, subtype]) => subtype !== base)
      .map(([name, subtype]) => {
        const known = attributesOf(base, this.#version, use);
        const added = Object.entries(attributesOf(subtype, this.#version, use)).filter(([key]) => !(key in known));
        const schema = this.#component(`${name}${this.#suffix(use)}`, () => ({
          allOf: [{ $ref: `${schemasAt}ResourceMembers${this.#suffix(use)}` }],
          properties: this.#properties(Object.fromEntries(added), [], use, name),
        }));
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        return { if: isOfType(name), then: schema };
      });
  }

  /** The schema of one object, by reference where its shape has a name. */
  #shape(shape: Shape, use: Use): JsonObject {
    const { entity } = shape;
    if (entity !== undefined) {
      const asked = sameJson(shape.mandatory, ['id']) ? 'WithId' : 'Value';
      return this.#component(`${titles[entity]}${asked}${this.#suffix(use)}`, () => this.#whole(shape, entity, use));
    }
    const type = shape.type?.({});
    if (type === undefined) return this.#object(shape, use, '');
    const name = this.#names.get(shape) ?? this.#named(type);
    this.#names.set(shape, name);
    return this.#component(`${name}${this.#suffix(use)}`, () => this.#object(shape, use, name));
  }

  /** Services and resources have shapes of the same name that are not the same. */
  #named(type: string): string {
    const taken = new Set(this.#names.values());
    const [first, second] = this.#type === 'service' ? ['', 'Resource'] : ['', 'Service'];
    for (const prefix of [first, second]) if (!taken.has(`${prefix}${type}`)) return `${prefix}${type}`;
    let n = 2;
    while (taken.has(`${type}${n}`)) n++;
    return `${type}${n}`;
  }

  #object(shape: Shape, use: Use, name: string, required = mandatoryOf(shape, this.#version, use)): JsonObject {
    const version = this.#version;
    const must = shape.entity === undefined ? mandatoryOf(shape, version, 'made') : [];
    const all = [
      ...(shape.characteristic && version === 'v5' ? typedValues() : []),
      ...flatCases(shape, version).map(({ when, attributes }) => ({
        if: when,
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { properties: this.#properties(attributes, [], use, name) },
      })),
    ];
    return {
      type: 'object',
      properties: {
        ...this.#properties(attributesOf(shape, version, use), must, use, name),
        ...(shape.entity === 'resource' && version === 'v4' ? { resourceStatus: statusOf(use) } : {}),
      },
      ...(shape.entity === 'resource' ? { discriminator: discriminatorOf(this.#suffix(use)) } : {}),
      ...(required.length === 0 ? {} : { required: [...required] }),
      ...(all.length > 0 ? { allOf: all } : {}),
    };
  }

  /** `of` is the name of the schema. */
  #properties(
    attributes: Readonly<Record<string, Attribute>>,
    mandatory: readonly string[],
    use: Use,
    of: string,
  ): JsonObject {
    return Object.fromEntries(
      Object.entries(attributes).map(([name, attribute]) => {
        const schema = this.#attribute(attribute, use, mandatory.includes(name));
        return [
          name,
          isExtension(of, name, this.#version, this.#type)
            ? { ...unreferred(schema), 'x-tmf-extension': true }
            : schema,
        ];
      }),
    );
  }

  #attribute(attribute: Attribute, use: Use, isMandatory: boolean): JsonObject {
    const version = this.#version;
    const isList = attribute.many === true && !(version === 'v4' && attribute.one4);
    const one = (within: Use): JsonObject =>
      attribute.shape ? this.#cases(attribute, within) : ofAttribute(attribute, version, within);
    // A merge patch replaces an array whole.
    const schema: JsonObject = isList
      ? { type: 'array', items: one(use === 'patched' ? 'made' : use), ...fewest(attribute, use, isMandatory, version) }
      : attribute.oneWord
        ? { anyOf: [one(use), { type: 'array', items: one(use) }] }
        : one(use);
    const marked =
      attribute.since5 && version === 'v4'
        ? { ...schema, 'x-tmf-extension': true, description: 'Of v5: checked and kept, and shown in v5 alone' }
        : schema;
    return use === 'shown' || isMandatory ? marked : nullable(marked);
  }

  #cases(attribute: Attribute, use: Use): JsonObject {
    const version = this.#version;
    const cases = attribute.cases?.(version);
    if (cases === undefined) return attribute.shape ? this.#shape(attribute.shape({}), use) : {};
    // Of a merge patch it is not known which it will be.
    return {
      anyOf: cases.map(({ when, shape }) =>
        use === 'made' ? { allOf: [this.#shape(shape, use), when] } : this.#shape(shape, use),
      ),
    };
  }

  #component(name: string, make: () => JsonObject): JsonObject {
    if (!(name in this.components)) {
      // Some contain themselves.
      this.components[name] = {};
      this.components[name] = make();
    }
    return { $ref: `${schemasAt}${name}` };
  }
}

/** What v4 cannot be without has something in it. */
function fewest({ least }: Attribute, use: Use, isMandatory: boolean, version: Version): JsonObject {
  if (use === 'shown') return {};
  const minItems = least ?? (isMandatory && version === 'v4' ? 1 : 0);
  return minItems === 0 ? {} : { minItems };
}

const notNull: JsonObject = { not: { type: 'null' } };

const typedBody: JsonObject = { required: ['@type'], properties: { '@type': { type: 'string' } } };

const unchangeable: JsonObject = {
  type: 'string',
  readOnly: true,
  description: 'May be echoed, and cannot be changed',
};

/** What stands beside a reference is passed over by some. */
function unreferred(schema: JsonObject): JsonObject {
  return '$ref' in schema ? { allOf: [schema] } : schema;
}

function held({ properties }: JsonObject): JsonObject {
  return isObject(properties) ? properties : {};
}

/** By `@type`; by `@baseType` where the type is of somebody's own making. */
function isOfType(name: string): JsonObject {
  const is = (member: string, value: JsonObject): JsonObject => ({
    properties: { [member]: value },
    required: [member],
  });
  return {
    anyOf: [
      is('@type', { const: name }),
      { ...is('@baseType', { const: name }), not: is('@type', { enum: [...resourceTypes.keys()] }) },
    ],
  };
}

function discriminatorOf(suffix: string): JsonObject {
  const subtypes = [...resourceTypes.keys()].filter(name => name !== 'Resource');
  return {
    propertyName: '@type',
    mapping: Object.fromEntries(subtypes.map(name => [name, `${schemasAt}${name}${suffix}`])),
  };
}

function statusOf(use: Use): JsonObject {
  const schema = { type: 'string', enum: [...resourceStatuses] };
  return use === 'shown' ? schema : nullable(schema);
}
