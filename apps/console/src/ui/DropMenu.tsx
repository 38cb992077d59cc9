/** A small menu below a button: the browser's own popover, with arrow keys. */
import { useId, useRef, type KeyboardEvent, type ReactNode } from 'react';

interface MenuProps {
  label: string;
  button: ReactNode;
  children: ReactNode;
}

export function DropMenu({ label, button, children }: MenuProps) {
  const id = useId();
  const opener = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const items = () => [...(panel.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
  const place = () => {
    const below = opener.current?.getBoundingClientRect();
    if (!below || !panel.current) return;
    panel.current.style.top = `${below.bottom + 4}px`;
    panel.current.style.right = `${Math.max(8, document.documentElement.clientWidth - below.right)}px`;
  };
  const onKey = (event: KeyboardEvent) => {
    const found = items();
    const at = found.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: found.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    found[(next + found.length) % found.length]?.focus();
  };
  return (
    <>
      <button ref={opener} type="button" className="tool" aria-label={label} aria-haspopup="menu" popoverTarget={id}>
        {button}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        className="drop-menu"
        onBeforeToggle={place}
        onToggle={(event) => event.newState === 'open' && items()[0]?.focus()}
        onKeyDown={onKey}
        onClick={(event) => (event.target as HTMLElement).closest('[role^=menuitem]') && panel.current?.hidePopover()}
      >
        {children}
      </div>
    </>
  );
}

interface ItemProps {
  onClick: () => void;
  icon?: ReactNode;
  chosen?: boolean;
  lang?: string;
  children: ReactNode;
}

export function DropItem({ onClick, icon, chosen, lang, children }: ItemProps) {
  const radio = chosen !== undefined;
  return (
    <button type="button" role={radio ? 'menuitemradio' : 'menuitem'} aria-checked={radio ? chosen : undefined} className="palette-item" tabIndex={-1} lang={lang} onClick={onClick}>
      {icon}
      <span style={{ flex: 1 }}>{children}</span>
      {chosen && <span aria-hidden="true">✓</span>}
    </button>
  );
}
