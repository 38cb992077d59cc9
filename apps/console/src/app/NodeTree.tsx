/** Down and up the tree of places, a level at a time; choosing one shows it on the page one is on. */
import { Modal, TextInput } from '@mantine/core';
import { Link, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { Answer } from '../ui/Answer';
import { Icon } from '../ui/Icon';
import { addressOf, inOrder, wayTo, type Node } from './nodes';
import { useT } from './preferences';
import { useViewer } from './viewer';

const LEVEL = graphql(`query NodeLevel($path: String!) { viewer { site(path: $path) { id name path children { id name path kind } } } }`);
const SEARCHED_FROM = 8;

interface TreeProps {
  path: string | null;
  close: () => void;
}

export function NodeTree({ path, close }: TreeProps) {
  const t = useT();
  const viewer = useViewer();
  const [at, setAt] = useState(path);
  const [result, again] = useQuery({ query: LEVEL, variables: { path: at ?? '' }, pause: at === null });
  const go = (next: string | null) => setAt(next);
  return (
    <Modal opened onClose={close} title={t('node.switch')} size={520} yOffset="10vh" closeButtonProps={{ 'aria-label': t('close') }}>
      <nav className="node-way" aria-label={t('node.switch')}>
        <button type="button" onClick={() => go(null)} aria-current={at === null || undefined}>{viewer.tenant.name}</button>
        {at && wayTo(at).map((one) => (
          <span key={one}>
            <Icon name="chevron" size={12} />
            <button type="button" onClick={() => go(one)} aria-current={one === at || undefined}>{one.split('/').at(-1)}</button>
          </span>
        ))}
      </nav>
      {at === null ? <Level here={null} below={viewer.tops} shown={path} go={go} close={close} /> : (
        <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={240}>
          {(data) => data.viewer.site && data.viewer.site.path === at ? <Level key={at} here={data.viewer.site} below={data.viewer.site.children} shown={path} go={go} close={close} /> : null}
        </Answer>
      )}
    </Modal>
  );
}

interface LevelProps {
  here: Node | null;
  below: readonly Node[];
  shown: string | null;
  go: (path: string) => void;
  close: () => void;
}

function Level({ here, below, shown, go, close }: LevelProps) {
  const t = useT();
  const [words, setWords] = useState('');
  const found = inOrder(below).filter((one) => one.name.toLowerCase().includes(words.trim().toLowerCase()));
  return (
    <>
      <Choice node={here} name={here?.name ?? t('node.whole')} shown={(here?.path ?? null) === shown} close={close} />
      {below.length > SEARCHED_FROM && <TextInput aria-label={t('node.search')} placeholder={t('node.search')} value={words} onChange={(event) => setWords(event.currentTarget.value)} data-autofocus />}
      {found.length === 0 && <p className="quiet">{t('node.none')}</p>}
      <ul className="node-level">
        {found.map((one) => (
          <li key={one.id}>
            <Choice node={one} name={one.name} shown={one.path === shown} close={close} />
            <button type="button" className="tool" aria-label={t('node.below', { name: one.name })} onClick={() => go(one.path)}><Icon name="chevron" size={16} /></button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Choice({ node, name, shown, close }: { node: Node | null; name: string; shown: boolean; close: () => void }) {
  const t = useT();
  const { pathname, search } = useRouterState({ select: (state) => state.location });
  const { to, search: next } = addressOf(pathname.replace(/^\/console/, '') || '/', search, node);
  return (
    <Link to={to as '/sites'} search={next as { path?: string }} className="palette-item" aria-label={t('node.go', { name })} aria-current={shown || undefined} onClick={close}>
      <Icon name={node ? 'house' : 'home'} size={18} />
      <span style={{ flex: 1 }}>{name}</span>
      {shown && <span className="hint">{t('node.here')}</span>}
    </Link>
  );
}
