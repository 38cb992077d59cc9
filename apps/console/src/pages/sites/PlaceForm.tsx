/** A site named anew or told where it lies, another one below it, or a flat in it. */
import { Button, Drawer, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { UserErrors, type Refusal } from '../../ui/UserErrors';

const CHANGE = graphql(`mutation ChangeSite($input: ChangeSiteInput!) { changeSite(input: $input) { site { id name path latitude longitude timezone } errors { code field message } } }`);
const CREATE = graphql(`mutation CreateSite($input: CreateSiteInput!) { createSite(input: $input) { site { id path } errors { code field message } } }`);
const PREMISE = graphql(`mutation AddPremise($input: SavePremiseInput!) { savePremise(input: $input) { premise { id name } errors { code field message } } }`);

/** Levels of the tree, from the top. */
export const LEVELS = ['REGION', 'CITY', 'DISTRICT', 'STREET', 'HOUSE', 'ENTRANCE'] as const;
type Level = (typeof LEVELS)[number];

/** What may lie in a site of a kind; flats lie in houses and entrances. */
export function below(kind: Level | null): readonly (Level | 'PREMISE')[] {
  const deeper = LEVELS.slice(kind === null ? 0 : LEVELS.indexOf(kind) + 1);
  return kind === 'HOUSE' || kind === 'ENTRANCE' ? [...deeper, 'PREMISE'] : deeper;
}

export interface EditedSite {
  id: string;
  name: string;
  kind: Level;
  path: string;
  timezone: string;
  latitude: number | null;
  longitude: number | null;
  ownAddress: Record<AddressPart, string | null> | null;
}

/** Parts of a postal address, as they stand in its form. */
const ADDRESS = ['street', 'postalCode', 'locality', 'country'] as const;
type AddressPart = (typeof ADDRESS)[number];

interface FormProps {
  /** The site that is changed, or below which something is made; null at the top. */
  site: EditedSite | null;
  adds: boolean;
  close: () => void;
  /** Called with the path of the site that is there now. */
  done: (path: string | null) => void;
}

/** Countries by their names in a language; two letters that name none are left out. */
function countriesIn(locale: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames([locale], { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return letters
    .flatMap((one) => letters.map((other) => one + other))
    .filter((code) => !NO_COUNTRIES.has(code))
    .flatMap((value) => { const label = names.of(value); return label ? [{ value, label }] : []; })
    .sort((one, other) => one.label.localeCompare(other.label, locale));
}
/** Unions, regions and pretended ones that have names as well. */
const NO_COUNTRIES = new Set(['EU', 'EZ', 'UN', 'QO', 'XA', 'XB', 'ZZ', 'AC', 'CP', 'DG', 'IC', 'EA', 'TA']);

const degrees = (text: string): number | null => (text.trim() === '' ? null : Number(text.replace(',', '.')));

export function PlaceForm({ site, adds, close, done }: FormProps) {
  const { t, locale } = usePreferences();
  const kinds = below(site?.kind ?? null);
  const [kind, setKind] = useState<Level | 'PREMISE'>(kinds.includes('HOUSE') ? 'HOUSE' : (kinds[0] ?? 'PREMISE'));
  const [typed, setTyped] = useState({
    name: adds ? '' : (site?.name ?? ''),
    latitude: adds || site?.latitude == null ? '' : String(site.latitude),
    longitude: adds || site?.longitude == null ? '' : String(site.longitude),
    timezone: adds ? '' : (site?.timezone ?? ''),
    ...(Object.fromEntries(ADDRESS.map((part) => [part, adds ? '' : (site?.ownAddress?.[part] ?? '')])) as Record<AddressPart, string>),
  });
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [changing, change] = useMutation(CHANGE);
  const [creating, create] = useMutation(CREATE);
  const [saving, premise] = useMutation(PREMISE);
  const flat = adds && kind === 'PREMISE';
  const of = (field: string) => errors.find((one) => one.field === field)?.message;
  const told = (part: Partial<typeof typed>) => setTyped((all) => ({ ...all, ...part }));
  const settle = (error: { message: string } | undefined, refused: readonly Refusal[] | undefined, path: string | null) => {
    const found = error ? [{ code: 'FAILED', message: error.message }] : [...(refused ?? [])];
    setErrors(found);
    if (found.length === 0) done(path);
  };
  const send = async () => {
    const { street, postalCode, locality, country } = typed;
    const where = { name: typed.name.trim(), latitude: degrees(typed.latitude), longitude: degrees(typed.longitude), address: { street, postalCode, locality, country } };
    if (flat) {
      const { data, error } = await premise({ input: { site: site?.id ?? '', name: where.name } });
      return settle(error, data?.savePremise.errors, null);
    }
    if (adds && kind !== 'PREMISE') {
      const { data, error } = await create({ input: { kind, parent: site?.id ?? null, ...where } });
      return settle(error, data?.createSite.errors, data?.createSite.site?.path ?? null);
    }
    const { data, error } = await change({ input: { site: site?.id ?? '', timezone: typed.timezone.trim(), ...where } });
    return settle(error, data?.changeSite.errors, data?.changeSite.site?.path ?? null);
  };
  const field = (name: keyof typeof typed, more: Record<string, unknown> = {}) => (
    <TextInput label={t(`place.edit.${name}`)} value={typed[name]} error={of(name) ?? of(`address.${name}`)} onChange={(event) => told({ [name]: event.currentTarget.value })} {...more} />
  );
  const decimal = { inputMode: 'decimal', pattern: '-?[0-9]+([.,][0-9]+)?', placeholder: '47.0231' };
  return (
    <Drawer opened onClose={close} position="right" size={460} title={adds ? t('place.edit.addTo', { name: site?.name ?? t('place.edit.top') }) : t('place.edit.title', { name: site?.name ?? '' })} closeButtonProps={{ 'aria-label': t('close') }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        {adds && (
          <Select
            label={t('place.edit.kind')}
            allowDeselect={false}
            data={kinds.map((value) => ({ value, label: value === 'PREMISE' ? t('place.edit.premise') : t(`kind.${value}`) }))}
            value={kind}
            onChange={(value) => setKind(kinds.find((one) => one === value) ?? kind)}
          />
        )}
        {field('name', { required: true, maxLength: 120, description: adds ? undefined : t('place.edit.nameHint') })}
        {!flat && (
          <fieldset className="site-picker">
            <legend>{t('place.edit.address')}</legend>
            {field('street', { maxLength: 200, autoComplete: 'off', placeholder: t('place.edit.streetHint') })}
            <div className="field-grid">{field('postalCode', { maxLength: 200, autoComplete: 'off' })}{field('locality', { maxLength: 200, autoComplete: 'off' })}</div>
            <Select label={t('place.edit.country')} searchable clearable data={countriesIn(locale)} value={typed.country || null} error={of('address.country')} onChange={(value) => told({ country: value ?? '' })} />
            <p className="hint">{t('place.edit.addressHint')}</p>
          </fieldset>
        )}
        {!flat && <div className="field-grid">{field('latitude', decimal)}{field('longitude', { ...decimal, placeholder: '28.8302' })}</div>}
        {!flat && <p className="hint">{t('place.edit.whereHint')}</p>}
        {!adds && field('timezone', { required: true, list: 'zones', description: t('place.edit.zoneHint') })}
        {!adds && <datalist id="zones">{Intl.supportedValuesOf('timeZone').map((zone) => <option key={zone} value={zone} />)}</datalist>}
        <UserErrors errors={errors} />
        <div className="row">
          <Button type="submit" loading={changing.fetching || creating.fetching || saving.fetching}>{t(adds ? 'place.edit.add' : 'save')}</Button>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
        </div>
      </form>
    </Drawer>
  );
}
