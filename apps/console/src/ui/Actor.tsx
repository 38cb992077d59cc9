/** Who did something: a person by name, a part of the product in words, a program by its number. */
import { isKey } from '@shared/i18n';
import { useT } from '../app/preferences';

export function Actor({ actor, person }: { actor: string; person: string | null }) {
  const t = useT();
  if (person !== null) return <span title={actor}>{person}</span>;
  const [kind = '', number = ''] = actor.split(':');
  if (kind === 'user') return <span title={actor}>{t('actor.gone')}</span>;
  if (kind === 'client') return <span>{t('actor.client', { number })}</span>;
  const key = `actor.${actor}`;
  return isKey(key) ? <span>{t(key)}</span> : <span className="mono">{actor}</span>;
}
