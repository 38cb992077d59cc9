/** The place that pages show, in the header: where one is in the tree, and a step to anywhere else. */
import { useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { Icon } from '../ui/Icon';
import { shownIn } from './nodes';
import { useT } from './preferences';
import { useViewer } from './viewer';

const Tree = lazy(async () => ({ default: (await import('./NodeTree')).NodeTree }));

const NAMED = graphql(`query NodeNamed($id: ID!) { node(id: $id) { id ... on Site { name path } } }`);

export function NodeSwitcher() {
  const t = useT();
  const viewer = useViewer();
  const [open, setOpen] = useState(false);
  const { pathname, search } = useRouterState({ select: (state) => state.location });
  const shown = shownIn(pathname.replace(/^\/console/, '') || '/', search);
  const [{ data }] = useQuery({ query: NAMED, variables: { id: shown.under ?? '' }, pause: !shown.under });
  if (viewer.tops.length === 0) return null;
  const named = shown.under && data?.node && 'path' in data.node ? data.node.path : undefined;
  const path = shown.path ?? named;
  return (
    <>
      <button type="button" className="tool node-button" aria-haspopup="dialog" aria-label={`${t('node.switch')}: ${path?.split('/').join(' · ') ?? t('node.whole')}`} onClick={() => setOpen(true)}>
        <Icon name="tree" size={18} />
        <span className="tool-word">{path?.split('/').at(-1) ?? t('node.whole')}</span>
        <Icon name="down" size={14} />
      </button>
      {open && <Suspense><Tree path={path ?? null} close={() => setOpen(false)} /></Suspense>}
    </>
  );
}
