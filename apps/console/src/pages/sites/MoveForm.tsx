/** A site and all below it hung elsewhere in the tree; balances follow. */
import { Button, Checkbox, Drawer } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { SitePicker } from '../../ui/SitePicker';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { LEVELS, type EditedSite } from './PlaceForm';

const MOVE = graphql(`mutation MoveSite($input: MoveSiteInput!) { moveSite(input: $input) { site { id path } errors { code field message } } }`);

interface FormProps {
  site: EditedSite;
  close: () => void;
  /** Called with the path of the site that is there now. */
  done: (path: string) => void;
}

export function MoveForm({ site, close, done }: FormProps) {
  const t = useT();
  const [parent, setParent] = useState<string | null>(null);
  const [top, setTop] = useState(false);
  // Who sees a part of the tree only hangs nothing at its top.
  const limited = useViewer().tops.some((one) => one.path.includes('/'));
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [{ fetching }, move] = useMutation(MOVE);
  const send = async () => {
    const { data, error } = await move({ input: { site: site.id, parent } });
    const path = data?.moveSite.site?.path;
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : (data?.moveSite.errors ?? []));
    if (path) done(path);
  };
  // A place lies in one of a larger kind, and not in itself.
  const fits = (place: { kind: string; path: string }) =>
    LEVELS.findIndex((kind) => kind === place.kind) < LEVELS.indexOf(site.kind) && !`${place.path}/`.startsWith(`${site.path}/`);
  const above = site.path.split('/').slice(0, -1).join(' / ');
  return (
    <Drawer opened onClose={close} position="right" size={460} title={t('place.move.title', { name: site.name })} closeButtonProps={{ 'aria-label': t('close') }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <p className="quiet">{t('place.move.lead', { path: above || t('place.edit.top') })}</p>
        {!top && <SitePicker label={t('place.move.to')} none={t('place.move.pick')} onChange={setParent} fits={fits} />}
        {!limited && <Checkbox label={t('place.move.top')} checked={top} onChange={(event) => { setTop(event.currentTarget.checked); setParent(null); }} />}
        <p className="hint">{t('place.move.file')}</p>
        <UserErrors errors={errors} />
        <div className="row">
          <Button type="submit" disabled={parent === null && !top} loading={fetching}>{t('place.move.do')}</Button>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
        </div>
      </form>
    </Drawer>
  );
}
