/** A balance group drawn of chosen meters, or the members of one that was drawn. */
import { Button, Select, TextInput } from '@mantine/core';
import { COMMODITIES, type Commodity } from '@shared/tokens';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { useT } from '../app/preferences';
import { Answer, Empty } from '../ui/Answer';
import { PageHead, Panel } from '../ui/Panel';
import { UserErrors, type Refusal } from '../ui/UserErrors';
import { Chosen } from './draw/Chosen';
import { DRAW, DRAWN, GROUP, inOrder, REDRAW, withMore, type Point } from './draw/documents';
import { Find } from './draw/Find';

export function Draw() {
  const { group } = useSearch({ from: '/draw' });
  return group ? <Redraw key={group} id={group} /> : <DrawNew />;
}

function DrawNew() {
  const t = useT();
  const navigate = useNavigate();
  const search = useSearch({ from: '/draw' });
  const [{ data }] = useQuery({ query: DRAWN });
  const [{ fetching }, draw] = useMutation(DRAW);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [name, setName] = useState('');
  const [parent, setParent] = useState<string | null>(null);
  const [commodity, setCommodity] = useState<Commodity>(search.commodity ?? 'ELECTRICITY');
  const [chosen, setChosen] = useState<Point[]>([]);
  const of = (field: string) => errors.find((one) => one.field === field)?.message;
  const above = (data?.viewer.balanceGroups ?? []).filter((one) => one.commodity === commodity);
  const send = async () => {
    const answer = await draw({ input: { name, commodity, parent, members: chosen.map(({ id, role }) => ({ point: id, role })) } });
    const told = answer.data?.drawGroup;
    setErrors(answer.error ? [{ code: 'FAILED', message: answer.error.message }] : (told?.errors ?? []));
    if (told?.group) void navigate({ to: '/balances/$id', params: { id: told.group.id }, search: { span: 'month' } });
  };
  return (
    <>
      <PageHead eyebrow={<Link to="/balances" search={{}}>{t('nav.balances')}</Link>} title={t('draw.title')} lead={t('draw.lead')} />
      <Panel>
        <div className="field-grid field-grid-wide">
          <TextInput label={t('draw.name')} required maxLength={200} value={name} error={of('name')} onChange={(event) => setName(event.currentTarget.value)} />
          <Select
            label={t('commodity')}
            data={COMMODITIES.map((value) => ({ value, label: t(`commodity.${value}`) }))}
            value={commodity}
            allowDeselect={false}
            onChange={(value) => {
              setCommodity(COMMODITIES.find((one) => one === value) ?? commodity);
              setChosen([]);
              setParent(null);
            }}
          />
          <Select label={t('draw.parent')} placeholder={t('draw.top')} clearable data={above.map((one) => ({ value: one.id, label: one.name }))} value={parent} error={of('parent')} onChange={setParent} />
        </div>
      </Panel>
      <Members
        commodity={commodity}
        chosen={chosen}
        change={setChosen}
        acts={<Button loading={fetching} disabled={!name.trim() || chosen.length === 0} onClick={() => void send()}>{t('draw.save')}</Button>}
        errors={errors}
      />
    </>
  );
}

function Redraw({ id }: { id: string }) {
  const t = useT();
  const [result, again] = useQuery({ query: GROUP, variables: { id }, requestPolicy: 'network-only' });
  return (
    <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={480} shape="page">
      {({ node }) => {
        if (!node || !('members' in node)) return <Empty icon="balance" title={t('balances.absent')} />;
        return <Changing id={id} name={node.name} commodity={node.commodity} known={inOrder(node.members)} />;
      }}
    </Answer>
  );
}

function Changing({ id, name, commodity, known }: { id: string; name: string; commodity: Commodity; known: Point[] }) {
  const t = useT();
  const navigate = useNavigate();
  const [{ fetching }, redraw] = useMutation(REDRAW);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [chosen, setChosen] = useState(known);
  const send = async () => {
    const answer = await redraw({ input: { group: id, members: chosen.map((one) => ({ point: one.id, role: one.role })) } });
    const told = answer.data?.redrawGroup;
    setErrors(answer.error ? [{ code: 'FAILED', message: answer.error.message }] : (told?.errors ?? []));
    if (told?.group) void navigate({ to: '/balances/$id', params: { id }, search: { span: 'month' } });
  };
  return (
    <>
      <PageHead
        eyebrow={<Link to="/balances/$id" params={{ id }} search={{}}>{name}</Link>}
        title={t('draw.change')}
        lead={`${t(`commodity.${commodity}`)}. ${t('draw.lead')}`}
      />
      <Members commodity={commodity} chosen={chosen} change={setChosen} errors={errors} acts={<Button loading={fetching} disabled={chosen.length === 0} onClick={() => void send()}>{t('draw.saveAgain')}</Button>} />
    </>
  );
}

interface MembersProps {
  commodity: Commodity;
  chosen: Point[];
  change: (next: Point[]) => void;
  acts: React.ReactNode;
  errors: Refusal[];
}

function Members({ commodity, chosen, change, acts, errors }: MembersProps) {
  return (
    <div className="grid-2">
      <Find commodity={commodity} chosen={chosen} add={(more) => change(inOrder(withMore(chosen, more)))} />
      <div className="stack">
        <Chosen chosen={chosen} change={change} />
        <UserErrors errors={errors} />
        <div className="row">{acts}</div>
      </div>
    </div>
  );
}
