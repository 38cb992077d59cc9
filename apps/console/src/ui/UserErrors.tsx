/** What an order or a form was refused for, with the code that the documentation lists. */
import { isKey } from '@shared/i18n';
import { usePreferences } from '../app/preferences';
import { Icon } from './Icon';

export interface Refusal {
  code: string;
  message: string;
  field?: string | null;
}

/** The server says in English what is wrong with which value; others read of it by its code. */
function useWords(): (error: Refusal) => string {
  const { t, locale } = usePreferences();
  return ({ code, message }) => {
    const key = `refusal.${code}`;
    return locale !== 'en' && isKey(key) ? t(key) : message;
  };
}

export function UserErrors({ errors }: { errors: readonly Refusal[] }) {
  const wordsOf = useWords();
  if (errors.length === 0) return null;
  return (
    <div role="alert">
      <ul className="refusals">
        {errors.map((error, index) => (
          <li key={index}>
            <Icon name="critical" size={18} colour="var(--b-critical)" />
            <span>
              {wordsOf(error)} <small className="mono quiet" title={error.message}>{error.code}{error.field && ` · ${error.field}`}</small>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
