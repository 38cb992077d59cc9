/** What an order or a form was refused for, with the code that the documentation lists. */
import { Icon } from './Icon';

export interface Refusal {
  code: string;
  message: string;
  field?: string | null;
}

export function UserErrors({ errors }: { errors: readonly Refusal[] }) {
  if (errors.length === 0) return null;
  return (
    <div role="alert">
      <ul className="refusals">
        {errors.map((error, index) => (
          <li key={index}>
            <Icon name="critical" size={18} colour="var(--b-critical)" />
            <span>
              {error.message} <small className="mono quiet">{error.code}{error.field && ` · ${error.field}`}</small>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
