// Reads the operations of the app, checks them against the schema, and writes their types and names.
//
// An operation is known to the server by the SHA-256 of its file, to the letter: the server answers
// documents that it was built with, and no others.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchema, isAbstractType, isEnumType, isInputObjectType, isListType, isNonNullType, isScalarType, parse, typeFromAST, validate } from 'graphql';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'src/api/operations');
const schema = buildSchema(readFileSync(process.env.BALANCE_SCHEMA ?? join(root, '../../schema.graphql'), 'utf8'));

const SCALARS = {
  ID: 'string', String: 'string', DateTime: 'string', Date: 'string', Duration: 'string', Decimal: 'string',
  Int: 'number', Float: 'number', Boolean: 'boolean', SeriesArray: '(number | null)[]',
};

const inputs = new Map();

function named(type) {
  if (isEnumType(type)) return type.getValues().map(({ name }) => `'${name}'`).join(' | ');
  if (isInputObjectType(type)) {
    if (!inputs.has(type.name)) {
      inputs.set(type.name, '');
      const fields = Object.values(type.getFields()).map((field) => {
        const optional = !isNonNullType(field.type) || field.defaultValue !== undefined;
        return `  ${field.name}${optional ? '?' : ''}: ${typed(field.type, named)};`;
      });
      inputs.set(type.name, `export interface ${type.name} {\n${fields.join('\n')}\n}`);
    }
    return type.name;
  }
  if (isScalarType(type)) {
    const known = SCALARS[type.name];
    if (!known) throw new Error(`no type in TypeScript for the scalar ${type.name}`);
    return known;
  }
  throw new Error(`no type in TypeScript for ${type.name}`);
}

function typed(type, inner) {
  if (isNonNullType(type)) return bare(type.ofType, inner);
  return `${bare(type, inner)} | null`;
}

function bare(type, inner) {
  if (!isListType(type)) return inner(type);
  const item = typed(type.ofType, inner);
  return /[ |{]/.test(item) ? `(${item})[]` : `${item}[]`;
}

function selection(set, type, fragments) {
  const own = [];
  const conditional = [];
  for (const part of set.selections) {
    if (part.kind === 'Field') {
      const key = part.alias?.value ?? part.name.value;
      if (part.name.value === '__typename') {
        own.push(`__typename: string`);
        continue;
      }
      const field = type.getFields()[part.name.value];
      const inner = (found) => (part.selectionSet ? selection(part.selectionSet, found, fragments) : named(found));
      own.push(`${key}: ${typed(field.type, inner)}`);
    } else {
      const fragment = part.kind === 'FragmentSpread' ? fragments.get(part.name.value) : part;
      const condition = fragment.typeCondition ? typeFromAST(schema, fragment.typeCondition) : type;
      const text = selection(fragment.selectionSet, condition, fragments);
      if (condition === type || !isAbstractType(type)) own.push(text.slice(2, -2));
      else conditional.push(text);
    }
  }
  const plain = own.length ? `{ ${own.join('; ')} }` : null;
  // One condition is what the caller asks for by its id; of several any may come.
  const rest = conditional.length > 1 ? conditional.map((text) => `Partial<${text}>`).join(' & ') : conditional[0];
  return [plain, rest].filter(Boolean).join(' & ') || '{}';
}

const lines = [];
for (const file of readdirSync(folder).filter((name) => name.endsWith('.graphql')).sort()) {
  const text = readFileSync(join(folder, file), 'utf8');
  const document = parse(text);
  const faults = validate(schema, document);
  if (faults.length) {
    console.error(`${file}: ${faults.map((fault) => fault.message).join('; ')}`);
    process.exitCode = 1;
    continue;
  }
  const fragments = new Map(document.definitions.filter((one) => one.kind === 'FragmentDefinition').map((one) => [one.name.value, one]));
  const operation = document.definitions.find((one) => one.kind === 'OperationDefinition');
  const name = operation.name.value;
  if (file !== `${name}.graphql`) throw new Error(`${file} has the operation ${name}`);
  const parent = { query: schema.getQueryType(), mutation: schema.getMutationType() }[operation.operation];
  const data = selection(operation.selectionSet, parent, fragments);
  const variables = operation.variableDefinitions.map((one) => {
    const type = typeFromAST(schema, one.type);
    const optional = !isNonNullType(type) || one.defaultValue !== undefined;
    return `${one.variable.name.value}${optional ? '?' : ''}: ${typed(type, named)}`;
  });
  const id = createHash('sha256').update(text).digest('hex');
  lines.push(
    `export type ${name}Data = ${data};`,
    `export interface ${name}Variables { ${variables.join('; ')} }`,
    `export const ${name}: Operation<${name}Data, ${name}Variables> = { name: '${name}', id: '${id}' };`,
    '',
  );
}

const out = `// Written by scripts/operations.mjs from src/api/operations and schema.graphql.
/* eslint-disable */
export interface Operation<Data, Variables> { name: string; id: string; _?: (variables: Variables) => Data }

${[...inputs.values()].join('\n\n')}

${lines.join('\n')}`;
if (!process.exitCode) writeFileSync(join(root, 'src/api/operations.generated.ts'), out);
