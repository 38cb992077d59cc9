// The GraphQL language as far as an editor needs it: tokens, and what fits at the caret.

const TOKEN = /#[^\n]*|"""[\s\S]*?(?:"""|$)|"(?:\\.|[^"\\\n])*"?|\.\.\.|[A-Za-z_]\w*|\$\w*|@\w*|-?\d[\d.eE+-]*|[{}()[\]:=!|&]|[^\s\w]/g;
const KEYWORDS = new Set(['query', 'mutation', 'subscription', 'fragment', 'on', 'true', 'false', 'null']);

export function tokens(text) {
  return [...text.matchAll(TOKEN)].map((match) => ({ text: match[0], start: match.index, end: match.index + match[0].length }));
}

function kindOf(token, next) {
  const first = token.text[0];
  if (first === '#') return 'comment';
  if (first === '"') return 'string';
  if (first === '$') return 'variable';
  if (first === '@') return 'directive';
  if (/[-\d]/.test(first)) return 'number';
  if (KEYWORDS.has(token.text)) return 'keyword';
  if (/[A-Z]/.test(first)) return 'type';
  if (/[a-z_]/.test(first)) return next?.text === ':' ? 'argument' : 'field';
  return 'mark';
}

// Spans of a document with their kinds, to be coloured.
export function spans(text) {
  const all = tokens(text);
  return all.map((token, index) => ({ ...token, kind: kindOf(token, all[index + 1]) }));
}

export const INTROSPECTION = `query Introspection { __schema {
  queryType { name } mutationType { name } subscriptionType { name }
  types { kind name description
    fields { name description args { name description type { ...T } defaultValue } type { ...T } }
    inputFields { name description type { ...T } }
    enumValues { name description } possibleTypes { name } } } }
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`;

export function typeName(type) {
  if (!type) return '';
  if (type.kind === 'NON_NULL') return `${typeName(type.ofType)}!`;
  if (type.kind === 'LIST') return `[${typeName(type.ofType)}]`;
  return type.name;
}

function named(type) {
  let inner = type;
  while (inner?.ofType) inner = inner.ofType;
  return inner?.name;
}

export class Schema {
  constructor(introspected) {
    const { types, queryType, mutationType, subscriptionType } = introspected.__schema;
    this.types = new Map(types.map((type) => [type.name, type]));
    this.roots = { query: queryType?.name, mutation: mutationType?.name, subscription: subscriptionType?.name };
  }

  field(parent, name) {
    return this.types.get(parent)?.fields?.find((field) => field.name === name);
  }
}

// Walks the document up to the caret and keeps what surrounds it.
function surroundings(schema, before) {
  const stack = [];
  let pending = null; // type that the next brace opens
  let field = null;
  let argumentsOf = null;
  let argument = null;
  const list = tokens(before).filter((token) => token.text[0] !== '#');
  list.forEach((token, index) => {
    const previous = list[index - 1]?.text;
    const top = stack.at(-1);
    const text = token.text;
    if (argumentsOf !== null) {
      if (text === ')') argumentsOf = argument = null;
      else if (text === ':') argument = previous;
      else if (previous === ':' || text === '(') return;
      else if (/^[a-z_]/i.test(text) && list[index - 1]?.text !== ':') argument = null;
      return;
    }
    if (text === '(') {
      argumentsOf = stack.length ? { field, parent: top } : { variables: true };
      return;
    }
    if (text === '{') {
      stack.push(pending ?? (stack.length ? null : schema.roots.query));
      pending = field = null;
      return;
    }
    if (text === '}') {
      stack.pop();
      pending = field = null;
      return;
    }
    if (!stack.length) {
      if (schema.roots[text]) pending = schema.roots[text];
      if (previous === 'on') pending = text;
      return;
    }
    if (text === '...') pending = top;
    else if (previous === 'on' || (previous === '...' && text !== 'on')) pending = previous === 'on' ? text : null;
    else if (/^[a-z_]/i.test(text) && text !== 'on') {
      field = schema.field(top, text);
      pending = field ? named(field.type) : null;
    }
  });
  return { parent: stack.at(-1), depth: stack.length, argumentsOf, argument, last: list.at(-1), beforeLast: list.at(-2) };
}

const item = (name, detail, about, insert) => ({ name, detail, about, insert: insert ?? name });

function ofFields(schema, parent) {
  const fields = schema.types.get(parent)?.fields ?? [];
  return fields.map((field) => item(field.name, typeName(field.type), field.description));
}

function ofArguments(schema, context) {
  const field = context.argumentsOf.field;
  if (!field) return [];
  if (context.argument) {
    const wanted = field.args.find((each) => each.name === context.argument);
    const type = schema.types.get(named(wanted?.type));
    if (type?.name === 'Boolean') return [item('true', 'Boolean'), item('false', 'Boolean')];
    return (type?.enumValues ?? []).map((value) => item(value.name, type.name, value.description));
  }
  return field.args.map((each) => item(each.name, typeName(each.type), each.description, `${each.name}: `));
}

function variablesIn(text) {
  const found = [...text.matchAll(/\$(\w+)\s*:\s*([^\s,)=]+)/g)];
  return found.map(([, name, type]) => item(`$${name}`, type));
}

// What may stand at the caret: { from, items }, the word already typed starting at `from`.
export function completions(schema, text, caret) {
  const before = text.slice(0, caret);
  const word = /[$@]?\w*$/.exec(before)[0];
  const from = caret - word.length;
  const head = before.slice(0, from);
  const context = surroundings(schema, head);
  let items = [];
  if (word.startsWith('$')) items = variablesIn(text);
  else if (context.last?.text === 'on') {
    const possible = schema.types.get(context.parent)?.possibleTypes ?? [];
    const types = possible.length ? possible.map((type) => type.name) : [context.parent];
    items = types.filter(Boolean).map((name) => item(name, 'type'));
  } else if (context.argumentsOf?.variables) {
    const inputs = ['SCALAR', 'ENUM', 'INPUT_OBJECT'];
    if (context.last?.text === ':')
      items = [...schema.types.values()].filter((type) => inputs.includes(type.kind) && !type.name.startsWith('__')).map((type) => item(type.name, type.kind.toLowerCase().replace('_', ' '), type.description));
  } else if (context.argumentsOf) {
    const valued = context.last?.text === ':';
    items = ofArguments(schema, valued ? context : { ...context, argument: null });
    if (valued) items.push(...variablesIn(text));
  } else if (context.depth === 0) {
    items = Object.entries(schema.roots).filter(([, type]) => type).map(([kind]) => item(kind, 'operation', '', `${kind} `));
  } else {
    items = [...ofFields(schema, context.parent), item('__typename', 'String!', 'Name of the type.')];
  }
  const typed = word.toLowerCase();
  const fitting = items.filter((each) => each.name.toLowerCase().includes(typed) && each.name !== word);
  fitting.sort((a, b) => b.name.toLowerCase().startsWith(typed) - a.name.toLowerCase().startsWith(typed));
  return { from, items: fitting.slice(0, 50) };
}
