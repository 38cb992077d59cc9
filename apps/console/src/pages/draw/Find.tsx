/** Meters of a resource, below a place or by words, to be added one by one or all at once. */
import { Button, TextInput } from '@mantine/core';
import type { Commodity } from '@shared/tokens';
import { useEffect, useState } from 'react';
import { usePages } from '../../api/usePages';
import { useT } from '../../app/preferences';
import { Empty, FailureNote, Waiting } from '../../ui/Answer';
import { Panel } from '../../ui/Panel';
import { SitePicker } from '../../ui/SitePicker';
import { placeOf, POINTS, type Point } from './documents';

interface FindProps {
  commodity: Commodity;
  chosen: readonly Point[];
  add: (points: Point[]) => void;
}

const PAUSE_MS = 250;

export function Find({ commodity, chosen, add }: FindProps) {
  const t = useT();
  const [under, setUnder] = useState<string | null>(null);
  const [words, setWords] = useState('');
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(words.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [words]);
  const paged = usePages(POINTS, { under, commodity, search: asked || null }, (data) => data.viewer.meteringPoints);
  const taken = new Set(chosen.map((one) => one.id));
  const left = paged.nodes.filter((one) => !taken.has(one.id));
  return (
    <Panel title={t('draw.find')} actions={<Button variant="default" size="xs" disabled={left.length === 0} onClick={() => add(left)}>{t('draw.addAll', { count: left.length })}</Button>}>
      <div className="form">
        <SitePicker label={t('draw.under')} onChange={setUnder} />
        <TextInput label={t('draw.search')} value={words} onChange={(event) => setWords(event.currentTarget.value)} />
      </div>
      {paged.error && <FailureNote error={paged.error} retry={paged.again} compact />}
      {paged.fetching && paged.nodes.length === 0 ? <Waiting height={200} shape="rows" /> : left.length === 0 ? !paged.error && <Empty icon={paged.nodes.length === 0 ? 'meter' : 'ok'} title={t(paged.nodes.length === 0 ? 'draw.nothing' : 'draw.allChosen')} /> : (
        <ul className="picks" tabIndex={0} aria-label={t('draw.find')}>
          {left.map((one) => (
            <li key={one.id}>
              <span><strong>{one.meter?.serial ?? one.name}</strong> <span className="hint">{t(`role.point.${one.role}`)}</span><br /><span className="hint">{placeOf(one)}</span></span>
              <Button size="xs" variant="default" onClick={() => add([one])}>{t('draw.add')}<span className="sr"> {one.meter?.serial ?? one.name}</span></Button>
            </li>
          ))}
        </ul>
      )}
      {paged.more && <div className="spread"><span className="hint">{t('draw.more')}</span><Button size="xs" variant="default" loading={paged.fetching} onClick={paged.next}>{t('list.more')}</Button></div>}
    </Panel>
  );
}
