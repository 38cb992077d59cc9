/** Choose a site by going down the tree, a level at a time. */
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { inOrder } from '../app/nodes';
import { useT } from '../app/preferences';
import { useViewer } from '../app/viewer';
import { FailureNote } from './Answer';

const BELOW = graphql(`query SitesBelow($path: String!) { viewer { site(path: $path) { id path children { id name path kind } } } }`);

interface PickerProps {
  label: string;
  onChange: (id: string | null) => void;
  /** What stands for no choice. */
  none?: string;
  /** Which places are offered; all where it is left out. */
  fits?: (place: Step) => boolean;
}

interface Step {
  id: string;
  name: string;
  path: string;
  kind: string;
}

const all = () => true;

export function SitePicker({ label, onChange, none, fits = all }: PickerProps) {
  const t = useT();
  const viewer = useViewer();
  const [way, setWay] = useState<Step[]>([]);
  return (
    <fieldset className="site-picker">
      <legend>{label}</legend>
      <Level
        choices={viewer.tops.filter(fits)}
        chosen={way[0]?.id ?? ''}
        label={`${label} 1`}
        none={none ?? t('none')}
        choose={(step) => {
          setWay(step ? [step] : []);
          onChange(step?.id ?? null);
        }}
      />
      {way.map((step, at) => (
        <Below
          key={step.id}
          above={step}
          fits={fits}
          chosen={way[at + 1]?.id ?? ''}
          label={`${label} ${at + 2}`}
          choose={(next) => {
            const changed = [...way.slice(0, at + 1), ...(next ? [next] : [])];
            setWay(changed);
            onChange(changed.at(-1)?.id ?? null);
          }}
        />
      ))}
    </fieldset>
  );
}

interface LevelProps {
  choices: Step[];
  chosen: string;
  label: string;
  none: string;
  choose: (step: Step | undefined) => void;
}

function Level({ choices, chosen, label, none, choose }: LevelProps) {
  return (
    <select className="field" aria-label={label} value={chosen} onChange={(event) => choose(choices.find((one) => one.id === event.currentTarget.value))}>
      <option value="">{none}</option>
      {inOrder(choices).map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
    </select>
  );
}

function Below({ above, fits, chosen, label, choose }: { above: Step; fits: (place: Step) => boolean; chosen: string; label: string; choose: (step: Step | undefined) => void }) {
  const t = useT();
  const [{ data, error }, again] = useQuery({ query: BELOW, variables: { path: above.path } });
  const [choices, setChoices] = useState<Step[]>([]);
  useEffect(() => setChoices((data?.viewer.site?.children ?? []).filter(fits)), [data]);
  if (error && choices.length === 0) return <FailureNote error={error} retry={() => again({ requestPolicy: 'network-only' })} compact />;
  if (choices.length === 0) return null;
  return <Level choices={choices} chosen={chosen} label={label} none={t('none')} choose={choose} />;
}
