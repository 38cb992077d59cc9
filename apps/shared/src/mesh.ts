/** Layout of a radio mesh: the concentrator at the left, each relay left of what it relays. */

export interface MeshModule {
  network: number;
  module: string;
  parent: string | null;
  level: number;
  rssi: number | null;
}

export interface MeshNode {
  id: string;
  level: number;
  row: number;
  rssi: number | null;
}

export interface MeshLink {
  from: MeshNode;
  to: MeshNode;
}

/**
 * Places every module once, leaves on rows of their own and a relay in the middle of its modules.
 * A parent that was not reported, or a ring of parents, hangs on the concentrator.
 */
export function meshLayout(modules: readonly MeshModule[]) {
  const known = new Set(modules.map((module) => module.module));
  const below = new Map<string, MeshModule[]>();
  for (const module of modules) {
    const parent = module.parent !== null && known.has(module.parent) ? module.parent : '';
    below.set(parent, [...(below.get(parent) ?? []), module]);
  }
  const nodes: MeshNode[] = [];
  const links: MeshLink[] = [];
  const seen = new Set<string>();
  let rows = 0;
  let levels = 0;
  const place = (id: string, rssi: number | null, level: number): MeshNode => {
    seen.add(id);
    levels = Math.max(levels, level);
    const children: MeshNode[] = [];
    for (const child of [...(below.get(id) ?? [])].sort((a, b) => a.network - b.network || a.module.localeCompare(b.module))) {
      if (!seen.has(child.module)) children.push(place(child.module, child.rssi, level + 1));
    }
    const [first, last] = [children[0], children.at(-1)];
    const node = { id, level, rssi, row: first && last ? (first.row + last.row) / 2 : rows++ };
    nodes.push(node);
    for (const child of children) links.push({ from: node, to: child });
    return node;
  };
  const root = place('', null, 0);
  for (const module of modules) {
    if (!seen.has(module.module)) links.push({ from: root, to: place(module.module, module.rssi, 1) });
  }
  return { nodes, links, rows, levels };
}
