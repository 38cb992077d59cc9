/** The mesh as a tree by level: who relays whom, how strong, who is weak. */
import { useMemo } from 'react';
import { meshLayout } from '@shared/mesh';
import { unitText } from '@shared/units';
import { usePreferences } from '../../app/preferences';
import type { MeshModule } from './Concentrator';

const COLUMN = 150;
const ROW = 30;
const PAD = 24;

export function Mesh({ modules }: { modules: MeshModule[] }) {
  const { t, locale } = usePreferences();
  const { nodes, links, rows, levels } = useMemo(() => meshLayout(modules), [modules]);
  const width = PAD * 2 + levels * COLUMN + 90;
  const height = PAD * 2 + rows * ROW;
  const x = (level: number) => PAD + level * COLUMN;
  const y = (row: number) => PAD + row * ROW + ROW / 2;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t('mesh.picture')}>
      <svg width={width} height={height} role="img" aria-label={t('mesh.summary', { count: modules.length, levels })}>
        {Array.from({ length: levels + 1 }, (_, level) => (
          <text key={level} x={x(level)} y={14} fontSize={13} fill="var(--b-quiet)" textAnchor="middle">{level === 0 ? '' : t('mesh.levelN', { level })}</text>
        ))}
        {links.map((link) => {
          const [x1, y1, x2, y2] = [x(link.from.level), y(link.from.row), x(link.to.level), y(link.to.row)];
          const weak = link.to.rssi !== null && link.to.rssi < -100;
          return (
            <path
              key={link.to.id}
              d={`M${x1} ${y1}C${x1 + 60} ${y1} ${x2 - 60} ${y2} ${x2} ${y2}`}
              fill="none"
              stroke={weak ? 'var(--b-critical)' : 'var(--b-field)'}
              strokeWidth={weak ? 2 : 1.2}
              strokeDasharray={weak ? '5 4' : undefined}
            />
          );
        })}
        {nodes.map((node) => (
          <g key={node.id} transform={`translate(${x(node.level)} ${y(node.row)})`}>
            <circle r={node.level === 0 ? 9 : 5} fill={node.level === 0 ? 'var(--b-accent)' : 'var(--b-card)'} stroke="var(--b-accent)" strokeWidth={2} />
            {node.level > 0 && (
              <text x={10} y={4.5} fontSize={13} fill="var(--b-text)" stroke="var(--b-card)" strokeWidth={5} paintOrder="stroke">
                {node.id.slice(-6)} <tspan fill="var(--b-quiet)">{node.rssi ?? ''}</tspan>
              </text>
            )}
            <title>{`${node.id}${node.rssi === null ? '' : `, ${node.rssi} ${unitText('dBm', locale)}`}`}</title>
          </g>
        ))}
      </svg>
    </div>
  );
}
