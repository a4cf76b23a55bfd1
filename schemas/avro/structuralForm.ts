/** Avro's parsing canonical form without the names of types: two schemas of one form have the same bytes. */

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

const primitives = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']);
const depthMax = 64;

/**
 * The form as text: documentation, defaults, aliases and logical types are dropped (Avro 1.11, "Parsing Canonical Form for
 * Schemas"), names of records, enums and fixed become the order of their definition; names of fields stay.
 * Null where the text is no Avro schema.
 */
export function structuralForm(schemaJson: string): string | null {
  try {
    return formOf(JSON.parse(schemaJson) as Json, '', new Map(), 0);
  } catch {
    return null;
  }
}

function formOf(schema: Json, namespace: string, defined: Map<string, number>, depth: number): string {
  if (depth > depthMax) throw new TypeError('schema nested too deeply');
  if (typeof schema === 'string') return formOfName(schema, namespace, defined);
  if (Array.isArray(schema)) {
    return `[${schema.map((s: Json) => formOf(s, namespace, defined, depth + 1)).join(',')}]`;
  }
  if (schema === null || typeof schema !== 'object') throw new TypeError('not a schema');
  const object = schema as JsonObject;
  const type = object['type'];
  if (typeof type !== 'string') return formOf(type ?? null, namespace, defined, depth + 1);
  const inner = (s: Json | undefined, space = namespace) => formOf(s ?? null, space, defined, depth + 1);
  switch (type) {
    case 'record':
    case 'error': {
      const space = define(object, namespace, defined);
      const fields = (object['fields'] ?? []) as readonly JsonObject[];
      const texts = fields.map((field) => `${JSON.stringify(field['name'])}:${inner(field['type'], space)}`);
      return `record{${texts.join(',')}}`;
    }
    case 'enum':
      define(object, namespace, defined);
      return `enum${JSON.stringify(object['symbols'])}`;
    case 'fixed':
      define(object, namespace, defined);
      return `fixed(${JSON.stringify(object['size'])})`;
    case 'array':
      return `array(${inner(object['items'])})`;
    case 'map':
      return `map(${inner(object['values'])})`;
    default:
      return inner(type);
  }
}

function formOfName(name: string, namespace: string, defined: ReadonlyMap<string, number>): string {
  if (primitives.has(name)) return name;
  const order = defined.get(qualified(name, namespace)) ?? defined.get(name);
  if (order === undefined) throw new TypeError(`unknown type ${name}`);
  return `#${order}`;
}

/** Notes a named type's place in the order of definition; gives the namespace that holds inside it. */
function define(object: JsonObject, namespace: string, defined: Map<string, number>): string {
  const name = object['name'];
  if (typeof name !== 'string') throw new TypeError('a named type without a name');
  const space = typeof object['namespace'] === 'string' ? object['namespace'] : namespace;
  const full = qualified(name, space);
  defined.set(full, defined.size);
  return full.includes('.') ? full.slice(0, full.lastIndexOf('.')) : '';
}

function qualified(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}
