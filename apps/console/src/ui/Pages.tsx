/** The way to more of a list that comes in pages. */
import { Button } from '@mantine/core';
import { useT } from '../app/preferences';

interface PagesProps {
  shown: number;
  more: boolean;
  next: () => void;
}

export function Pages({ shown, more, next }: PagesProps) {
  const t = useT();
  return (
    <div className="spread" style={{ padding: '12px 20px' }}>
      <span className="hint" role="status">{t(more ? 'list.some' : 'list.all', { count: shown })}</span>
      {more && <Button variant="default" onClick={next}>{t('list.more')}</Button>}
    </div>
  );
}
