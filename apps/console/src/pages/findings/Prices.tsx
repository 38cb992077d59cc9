/** What a unit is worth to the organisation: findings are told in money by it. */
import { Button, TextInput } from '@mantine/core';
import { COMMODITIES, type Commodity as Word } from '@shared/tokens';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Answer } from '../../ui/Answer';
import { Commodity } from '../../ui/Commodity';
import { Panel } from '../../ui/Panel';
import { UserErrors, type Refusal } from '../../ui/UserErrors';

const PRICES = graphql(`query Prices { viewer { commodityPrices { commodity price currency } } }`);
const SET = graphql(`mutation SetPrice($input: SetCommodityPriceInput!) { setCommodityPrice(input: $input) { price { commodity price currency } errors { code field message } } }`);

export function Prices() {
  const t = useT();
  const viewer = useViewer();
  const [result, ask] = useQuery({ query: PRICES });
  const again = () => ask({ requestPolicy: 'network-only' });
  const metered = COMMODITIES.filter((one) => viewer.tops.some((top) => top.balanceGroups.some((group) => group.commodity === one)));
  return (
    <Panel title={t('prices.title')} hint={t('prices.hint')}>
      <Answer result={result} retry={again} skeleton={80}>
        {({ viewer: { commodityPrices } }) => (
          <div className="form">
            {metered.map((commodity) => (
              <Price key={commodity} commodity={commodity} known={commodityPrices.find((one) => one.commodity === commodity)} done={again} />
            ))}
          </div>
        )}
      </Answer>
    </Panel>
  );
}

function Price({ commodity, known, done }: { commodity: Word; known: { price: string; currency: string } | undefined; done: () => void }) {
  const t = useT();
  const [{ fetching }, set] = useMutation(SET);
  const [price, setPrice] = useState(known ? String(Number(known.price)) : '');
  const [currency, setCurrency] = useState(known?.currency ?? 'MDL');
  const [errors, setErrors] = useState<Refusal[]>([]);
  const save = async () => {
    const { data, error } = await set({ input: { commodity, price: price.replace(',', '.') || null, currency } });
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : (data?.setCommodityPrice.errors ?? []));
    done();
  };
  const name = t(`commodity.${commodity}`);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="row">
        <span style={{ minWidth: 150 }}><Commodity commodity={commodity} /></span>
        <TextInput aria-label={t('prices.of', { name })} inputMode="decimal" value={price} onChange={(event) => setPrice(event.currentTarget.value)} style={{ width: 110 }} />
        <TextInput aria-label={t('prices.currency', { name })} value={currency} maxLength={3} onChange={(event) => setCurrency(event.currentTarget.value.toUpperCase())} style={{ width: 80 }} />
        <Button type="submit" variant="default" loading={fetching} disabled={price === (known?.price ?? '') && currency === (known?.currency ?? 'MDL')}>{t('save')}</Button>
      </div>
      <UserErrors errors={errors} />
    </form>
  );
}
