/** What is metered: icon and word, never colour alone. */
import type { Commodity as Word } from '@shared/tokens';
import { useT } from '../app/preferences';
import { CommodityIcon } from './Icon';

export function Commodity({ commodity }: { commodity: Word }) {
  const t = useT();
  return (
    <span className="row nowrap" style={{ gap: 6, flexWrap: 'nowrap' }}>
      <CommodityIcon commodity={commodity} />
      {t(`commodity.${commodity}`)}
    </span>
  );
}
