/**
 * The tree as its visible rows, of which only those in sight are drawn: 100,000 sites scroll as ten do.
 *
 * Children are asked for when a row is opened, and kept by the cache.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useClient } from 'urql';
import type { CombinedError } from '@urql/core';
import { graphql } from '../../api/graphql';
import { inOrder } from '../../app/nodes';
import { useT } from '../../app/preferences';
import { FailureNote } from '../../ui/Answer';
import { Icon } from '../../ui/Icon';

const CHILDREN = graphql(`
  query SiteChildren($id: ID!) { node(id: $id) { id ... on Site { children { id name kind path timezone } } } }
`);

export interface TreeSite {
  id: string;
  name: string;
  kind: string;
  path: string;
}

export interface TreeRow extends TreeSite {
  level: number;
  open: boolean;
}

const ROW = 40;

/** Rows in sight of the opened parts of the tree, from the top. */
export function visibleRows(tops: readonly TreeSite[], children: ReadonlyMap<string, readonly TreeSite[]>, open: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const walk = (sites: readonly TreeSite[], level: number) => {
    for (const site of sites) {
      const opened = open.has(site.path);
      rows.push({ ...site, level, open: opened });
      if (opened) walk(children.get(site.path) ?? [], level + 1);
    }
  };
  walk(tops, 1);
  return rows;
}

/** The paths above a path, and itself. */
export function pathsTo(path: string): string[] {
  const names = path.split('/');
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

interface TreeProps {
  tops: readonly TreeSite[];
  chosen: string;
  onChoose: (path: string) => void;
  /** Places were changed: what was read before does not count. */
  fresh?: boolean;
}

export function SiteTree({ tops, chosen, onChoose, fresh = false }: TreeProps) {
  const t = useT();
  const client = useClient();
  const [children, setChildren] = useState<ReadonlyMap<string, readonly TreeSite[]>>(new Map());
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [failed, setFailed] = useState<CombinedError | null>(null);
  const [tries, setTries] = useState(0);
  const asked = useRef(new Set<string>());
  const rows = useMemo(() => visibleRows(tops, children, open), [tops, children, open]);
  const place = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({ count: rows.length, getScrollElement: () => place.current, estimateSize: () => ROW, overscan: 8 });

  useEffect(() => {
    const ask = async () => {
      for (const site of rows) {
        if (!open.has(site.path) || asked.current.has(site.path)) continue;
        asked.current.add(site.path);
        const { data, error } = await client.query(CHILDREN, { id: site.id }, fresh ? { requestPolicy: 'network-only' } : {}).toPromise();
        if (error) asked.current.delete(site.path);
        setFailed(error ?? null);
        const found = data?.node?.__typename === undefined && data?.node && 'children' in data.node ? data.node.children : [];
        // The others would fail alike; whoever tries again asks for all.
        if (error) return;
        setChildren((known) => new Map(known).set(site.path, inOrder(found)));
        // A way without a fork needs no one to walk it.
        const [only, other] = found;
        if (only && !other) setOpen((known) => new Set(known).add(only.path));
      }
    };
    void ask();
  }, [rows, open, client, fresh, tries]);

  useEffect(() => {
    setOpen((known) => new Set([...known, ...pathsTo(chosen).slice(0, -1), ...(chosen.includes('/') ? [] : [chosen])]));
  }, [chosen]);

  const toggle = (path: string, wanted?: boolean) =>
    setOpen((known) => {
      const next = new Set(known);
      if (wanted ?? !known.has(path)) next.add(path);
      else next.delete(path);
      return next;
    });

  const focusRow = (index: number) => {
    if (index < 0 || index >= rows.length) return;
    list.scrollToIndex(index);
    requestAnimationFrame(() => place.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus());
  };

  const onKey = (event: KeyboardEvent, index: number) => {
    const row = rows[index];
    if (!row) return;
    if (event.key === 'ArrowDown') focusRow(index + 1);
    else if (event.key === 'ArrowUp') focusRow(index - 1);
    else if (event.key === 'Home') focusRow(0);
    else if (event.key === 'End') focusRow(rows.length - 1);
    else if (event.key === 'ArrowRight') row.open ? focusRow(index + 1) : toggle(row.path, true);
    else if (event.key === 'ArrowLeft' && row.open) toggle(row.path, false);
    else if (event.key === 'ArrowLeft') focusRow(rows.findIndex((other) => other.path === row.path.split('/').slice(0, -1).join('/')));
    else if (event.key === 'Enter' || event.key === ' ') onChoose(row.path);
    else return;
    event.preventDefault();
  };

  const at = Math.max(0, rows.findIndex((row) => row.path === chosen));
  return (
    <>
      {failed && <FailureNote error={failed} retry={() => setTries((known) => known + 1)} compact />}
      <div ref={place} className="tree" role="tree" aria-label={t('nav.sites')}>
        <div role="presentation" style={{ height: list.getTotalSize(), position: 'relative' }}>
          {list.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <div
                key={row.path}
                role="treeitem"
                aria-level={row.level}
                aria-expanded={row.open}
                aria-selected={row.path === chosen}
                data-index={item.index}
                tabIndex={item.index === at ? 0 : -1}
                className="tree-row"
                style={{ top: item.start, paddingLeft: 4 + (row.level - 1) * 16 }}
                onClick={() => onChoose(row.path)}
                onKeyDown={(event) => onKey(event, item.index)}
              >
                <span
                  className="tree-caret"
                  data-open={row.open}
                  onClick={(event) => {
                    event.stopPropagation();
                    toggle(row.path);
                  }}
                >
                  {row.kind !== 'ENTRANCE' && <Icon name="chevron" size={14} />}
                </span>
                <span className="tree-name">{row.name}</span>
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}
