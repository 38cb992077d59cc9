/** The actuator of one meter, on its page. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useQuery } from 'urql';
import { useT } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Answer } from '../../ui/Answer';
import { ActuatorForm } from './ActuatorForm';
import { Protection, Supply } from './ActuatorState';
import { OF_POINT } from './documents';

export function PointActuator({ point, zone }: { point: string; zone: string }) {
  const t = useT();
  const viewer = useViewer();
  const [editing, setEditing] = useState(false);
  const [result, again] = useQuery({ query: OF_POINT, variables: { id: point }, requestPolicy: 'cache-and-network' });
  const retry = () => again({ requestPolicy: 'network-only' });
  return (
    <section className="point-actuator" aria-label={t('actuator.title')}>
      <Answer result={result} retry={retry} skeleton={40}>
        {({ node }) => {
          const actuator = node && 'actuator' in node ? node.actuator : null;
          if (editing) return <ActuatorForm point={point} zone={zone} actuator={actuator} close={() => setEditing(false)} done={() => { setEditing(false); retry(); }} />;
          return (
            <div className="spread">
              {actuator ? (
                <span className="row">
                  <strong>{t(actuator.valve ? 'actuators.valve' : 'actuators.contactor')}</strong>
                  <Supply actuator={actuator} zone={zone} />
                  <Protection actuator={actuator} zone={zone} />
                </span>
              ) : <span className="quiet">{t('actuators.absent')}</span>}
              {viewer.may('metering:install') && <Button variant="default" size="xs" onClick={() => setEditing(true)}>{t(actuator ? 'actuators.edit' : 'actuators.declare')}</Button>}
            </div>
          );
        }}
      </Answer>
    </section>
  );
}
