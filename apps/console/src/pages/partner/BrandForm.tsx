/** The brand of an organisation, with a look at it before it is saved. */
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { BrandMark } from '../../app/BrandMark';
import { useT } from '../../app/preferences';
import { Panel } from '../../ui/Panel';
import { UserErrors } from '../../ui/UserErrors';
import { BRAND, useRefusals, type Tenant } from './documents';

const PARTS = ['name', 'colour', 'colourDark', 'logoUrl'] as const;
const COLOUR = /^#[0-9A-Fa-f]{6}$/;
type Part = (typeof PARTS)[number];

const LABELS = { name: 'tenants.brandName', colour: 'tenants.colour', colourDark: 'tenants.colourDark', logoUrl: 'tenants.logo' } as const;

export function BrandForm({ tenant, again }: { tenant: Tenant; again: () => void }) {
  const t = useT();
  const [{ fetching }, save] = useMutation(BRAND);
  const refusals = useRefusals();
  const [saved, setSaved] = useState(false);
  const [typed, setTyped] = useState(() => Object.fromEntries(PARTS.map((part) => [part, tenant.brand[part] ?? ''])) as Record<Part, string>);
  const colour = (part: 'colour' | 'colourDark') => (COLOUR.test(typed[part]) ? typed[part] : null);
  const send = async () => {
    setSaved(false);
    const brand = Object.fromEntries(PARTS.map((part) => [part, typed[part].trim() || null]));
    const answer = await save({ input: { tenant: tenant.id, ...brand } });
    if (refusals.judge(answer, answer.data?.brandTenant.errors)) {
      setSaved(true);
      again();
    }
  };
  return (
    <Panel title={t('tenants.brand')} hint={t('tenants.brandHint')}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        {PARTS.map((part) => (
          <TextInput
            key={part}
            label={t(LABELS[part])}
            placeholder={part === 'name' ? tenant.name : part === 'logoUrl' ? 'https://' : '#1470B8'}
            maxLength={part === 'name' ? 200 : part === 'logoUrl' ? 500 : 7}
            type={part === 'logoUrl' ? 'url' : 'text'}
            value={typed[part]}
            error={refusals.of(part)}
            onChange={(event) => { const { value } = event.currentTarget; setTyped((all) => ({ ...all, [part]: value })); }}
          />
        ))}
        <div className="brand-preview" role="img" aria-label={t('tenants.preview')}>
          {(['light', 'dark'] as const).map((scheme) => (
            <span key={scheme} className="brand-sample" data-mantine-color-scheme={scheme} data-sample={scheme}>
              <BrandMark brand={{ name: typed.name || null, colour: colour('colour'), colourDark: colour('colourDark'), logoUrl: null }} name={tenant.name} />
              {typed.name || tenant.name}
            </span>
          ))}
        </div>
        <UserErrors errors={refusals.errors} />
        <div className="row">
          <Button type="submit" variant="default" loading={fetching}>{t('tenants.save')}</Button>
          {saved && <span className="quiet" role="status">{t('tenants.saved')}</span>}
        </div>
      </form>
    </Panel>
  );
}
