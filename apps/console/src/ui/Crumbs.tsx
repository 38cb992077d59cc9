/** The way to a place, each step a link. */
import { Link } from '@tanstack/react-router';
import { Icon } from './Icon';

export function Crumbs({ path, last = true }: { path: string; last?: boolean }) {
  const names = path.split('/');
  const shown = last ? names : names.slice(0, -1);
  return (
    <>
      {shown.map((name, index) => (
        <span key={index} className="row" style={{ gap: 4 }}>
          {index > 0 && <Icon name="chevron" size={12} />}
          <Link to="/sites" search={{ path: names.slice(0, index + 1).join('/') }}>{name}</Link>
        </span>
      ))}
    </>
  );
}
