// A text area with colours behind it, and a list of what fits at the caret.

const PAIRS = { '{': '}', '(': ')', '[': ']' };

export class Editor {
  // `paint(text)` gives spans with kinds; `complete(text, caret)` gives { from, items } or null.
  constructor(host, { label, paint, complete }) {
    this.paint = paint;
    this.complete = complete ?? (() => null);
    this.colours = Object.assign(document.createElement('pre'), { className: 'colours', ariaHidden: 'true' });
    this.area = Object.assign(document.createElement('textarea'), { className: 'area', spellcheck: false, autocapitalize: 'off', autocomplete: 'off', wrap: 'off' });
    this.area.setAttribute('aria-label', label);
    this.list = Object.assign(document.createElement('ul'), { className: 'completions', hidden: true, id: `${host.id}-completions` });
    this.list.setAttribute('role', 'listbox');
    this.area.setAttribute('aria-controls', this.list.id);
    host.classList.add('editor');
    host.append(this.colours, this.area, this.list);
    this.items = [];
    this.chosen = 0;
    this.area.addEventListener('input', (event) => this.changed(event));
    this.area.addEventListener('keydown', (event) => this.pressed(event));
    this.area.addEventListener('scroll', () => this.follow());
    this.area.addEventListener('blur', () => setTimeout(() => this.close(), 150));
    this.area.addEventListener('click', () => this.close());
    this.onChange = () => {};
  }

  get value() {
    return this.area.value;
  }

  set value(text) {
    this.area.value = text;
    this.close();
    this.draw();
    this.area.scrollTop = this.area.scrollLeft = 0;
    this.follow();
  }

  draw() {
    const text = this.area.value;
    const parts = [];
    let at = 0;
    for (const span of this.paint(text)) {
      parts.push(text.slice(at, span.start));
      parts.push(Object.assign(document.createElement('span'), { className: span.kind, textContent: span.text }));
      at = span.end;
    }
    // The last line of a text area has a height of its own even when it is empty.
    parts.push(`${text.slice(at)}\n`);
    this.colours.replaceChildren(...parts);
  }

  follow() {
    this.colours.scrollTop = this.area.scrollTop;
    this.colours.scrollLeft = this.area.scrollLeft;
  }

  changed(event) {
    this.draw();
    this.follow();
    this.onChange();
    if (event.inputType?.startsWith('insert') && /[\w$@]$/.test(this.area.value.slice(0, this.area.selectionStart))) this.open();
    else this.close();
  }

  pressed(event) {
    if (!this.list.hidden && this.steer(event)) {
      event.preventDefault();
      return;
    }
    if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      this.open();
    } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      this.breakLine();
    } else if (PAIRS[event.key] && this.area.selectionStart === this.area.selectionEnd && /^(\s|$)/.test(this.area.value.slice(this.area.selectionEnd))) {
      event.preventDefault();
      this.type(event.key + PAIRS[event.key], 1);
    }
  }

  // Keys while the list is open; true when one was for the list.
  steer(event) {
    if (event.key === 'Escape') this.close();
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      this.choose((this.chosen + step + this.items.length) % this.items.length);
    } else if (event.key === 'Enter' || event.key === 'Tab') this.take(this.chosen);
    else return false;
    return true;
  }

  breakLine() {
    const before = this.area.value.slice(0, this.area.selectionStart);
    const after = this.area.value.slice(this.area.selectionEnd);
    const indent = /[ \t]*/.exec(before.slice(before.lastIndexOf('\n') + 1))[0];
    const opened = /[{([]\s*$/.test(before);
    const closes = opened && /^\s*[})\]]/.test(after);
    const deeper = `\n${indent}${opened ? '  ' : ''}`;
    this.type(closes ? `${deeper}\n${indent}` : deeper, deeper.length);
  }

  // Puts text at the caret as typed, so that it can be undone.
  type(text, caret) {
    const start = this.area.selectionStart;
    document.execCommand('insertText', false, text);
    this.area.setSelectionRange(start + caret, start + caret);
    this.draw();
    this.onChange();
  }

  open() {
    const found = this.complete(this.area.value, this.area.selectionStart);
    if (!found?.items.length) {
      this.close();
      return;
    }
    this.items = found.items;
    this.from = found.from;
    this.list.replaceChildren(...this.items.map((each, index) => this.row(each, index)));
    this.list.hidden = false;
    this.place();
    this.choose(0);
  }

  row(each, index) {
    const row = Object.assign(document.createElement('li'), { id: `${this.list.id}-${index}`, title: each.about ?? '' });
    row.setAttribute('role', 'option');
    row.append(Object.assign(document.createElement('span'), { textContent: each.name }), Object.assign(document.createElement('small'), { textContent: each.detail ?? '' }));
    row.addEventListener('mousedown', (event) => {
      event.preventDefault();
      this.take(index);
    });
    return row;
  }

  place() {
    const before = this.area.value.slice(0, this.from);
    const line = before.split('\n').length - 1;
    const column = before.length - before.lastIndexOf('\n') - 1;
    const style = getComputedStyle(this.area);
    const ruler = Object.assign(document.createElement('span'), { className: 'ruler', textContent: 'm'.repeat(100) });
    this.colours.append(ruler);
    const width = ruler.getBoundingClientRect().width / 100;
    ruler.remove();
    const height = parseFloat(style.lineHeight);
    const left = parseFloat(style.paddingLeft) + column * width - this.area.scrollLeft;
    const top = parseFloat(style.paddingTop) + (line + 1) * height - this.area.scrollTop;
    const below = this.area.clientHeight - top;
    const tall = this.list.offsetHeight;
    this.list.style.left = `${Math.max(4, Math.min(left, this.area.clientWidth - this.list.offsetWidth - 4))}px`;
    this.list.style.top = `${below < tall && top - height > tall ? top - height - tall : top}px`;
  }

  choose(index) {
    this.list.children[this.chosen]?.removeAttribute('aria-selected');
    this.chosen = index;
    const row = this.list.children[index];
    row.setAttribute('aria-selected', 'true');
    row.scrollIntoView({ block: 'nearest' });
    this.area.setAttribute('aria-activedescendant', row.id);
  }

  take(index) {
    const { insert } = this.items[index];
    this.area.setSelectionRange(this.from, this.area.selectionStart);
    this.close();
    this.type(insert, insert.length);
    this.area.focus();
  }

  close() {
    this.list.hidden = true;
    this.area.removeAttribute('aria-activedescendant');
  }
}
