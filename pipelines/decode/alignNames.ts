/** Makes a writer's schema resolvable against ours: Avro compares names of types and follows only the reader's aliases. */

interface Named {
  readonly name?: string;
  readonly aliases?: readonly string[];
  readonly fields?: readonly Field[];
  readonly items?: Schema;
}
interface Field {
  readonly name: string;
  readonly type: Schema;
  readonly aliases?: readonly string[];
}
type Schema = string | readonly Schema[] | (Named & { readonly type: Schema });

/**
 * The writer's schema with the names of records taken from ours where they stand in the same place, and its fields named as ours
 * where the writer's own aliases say that they were ours once (a writer that moved on before its readers).
 */
export function alignNames(writer: unknown, reader: unknown): unknown {
  return align(writer as Schema, reader as Schema);
}

function align(writer: Schema, reader: Schema): Schema {
  if (typeof writer !== 'object' || typeof reader !== 'object') return writer;
  if (isUnion(writer) || isUnion(reader)) return writer;
  if (typeof writer.type === 'object') return align(writer.type, reader);
  if (typeof reader.type === 'object') return align(writer, reader.type);
  if (writer.type === 'array' && reader.type === 'array' && writer.items && reader.items) {
    return { ...writer, items: align(writer.items, reader.items) };
  }
  if (writer.type !== 'record' || reader.type !== 'record') return writer;
  const ours = reader.fields ?? [];
  const taken = new Set(writer.fields?.map((f) => f.name));
  const fields = (writer.fields ?? []).map((field) => {
    const named = ours.find((f) => f.name === field.name);
    const once = ours.find((f) => !taken.has(f.name) && field.aliases?.includes(f.name));
    const target = named ?? once;
    return target === undefined
      ? field
      : { ...field, name: target.name, type: align(field.type, target.type) };
  });
  const name = reader.name ?? writer.name;
  return {
    ...writer,
    ...(name === undefined ? {} : { name }),
    namespace: namespaceOf(reader),
    fields,
  } as Schema;
}

function namespaceOf(schema: object): string {
  return 'namespace' in schema && typeof schema.namespace === 'string' ? schema.namespace : readerNamespace;
}

/** Nested records of ours stand in the namespace of the frame. */
const readerNamespace = 'balancin.edge';

function isUnion(schema: Schema): schema is readonly Schema[] {
  return Array.isArray(schema);
}
