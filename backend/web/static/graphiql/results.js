// JSON for people: long arrays of plain values run on in lines instead of one value a line.

const WIDTH = 60;

const plain = (value) => value === null || typeof value !== 'object';

function inLines(values, indent) {
  const lines = [];
  let line = '';
  values.forEach((value, index) => {
    const piece = `${JSON.stringify(value)}${index < values.length - 1 ? ', ' : ''}`;
    if (line && line.length + piece.length > WIDTH) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
  });
  lines.push(line);
  if (lines.length === 1) return `[${lines[0]}]`;
  return `[\n${lines.map((each) => `${indent}  ${each}`).join('\n')}\n${indent}]`;
}

export function pretty(value, indent = '') {
  if (plain(value)) return JSON.stringify(value);
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every(plain)) return inLines(value, indent);
    return `[\n${value.map((each) => deeper + pretty(each, deeper)).join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value);
  if (!entries.length) return '{}';
  return `{\n${entries.map(([key, each]) => `${deeper}${JSON.stringify(key)}: ${pretty(each, deeper)}`).join(',\n')}\n${indent}}`;
}

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b/g;

// Spans of JSON with their kinds, to be coloured.
export function spans(text) {
  return [...text.matchAll(TOKEN)].map((match) => {
    const word = match[1] ?? match[0];
    const kind = match[2] ? 'argument' : match[1] ? 'string' : /^[-\d]/.test(word) ? 'number' : 'keyword';
    return { text: word, start: match.index, end: match.index + word.length, kind };
  });
}

export function paint(target, text) {
  const parts = [];
  let at = 0;
  for (const span of spans(text)) {
    parts.push(text.slice(at, span.start), Object.assign(document.createElement('span'), { className: span.kind, textContent: span.text }));
    at = span.end;
  }
  parts.push(text.slice(at));
  target.replaceChildren(...parts);
}
