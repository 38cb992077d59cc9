/** Small bars without axes, beside a figure that says the amount. */
import { niceMax } from '@shared/profiles';

interface SparkProps {
  values: readonly (number | null)[];
  colour: string;
  label: string;
  width?: number;
  height?: number;
}

export function Spark({ values, colour, label, width = 180, height = 52 }: SparkProps) {
  const most = niceMax(Math.max(0, ...values.map((value) => value ?? 0)));
  const step = width / Math.max(values.length, 1);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label} style={{ maxWidth: '100%' }}>
      <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} stroke="var(--b-line)" />
      {values.map((value, index) =>
        value === null ? (
          <rect key={index} x={index * step + 1} y={4} width={step - 3} height={height - 5} fill="none" stroke="var(--b-field)" strokeDasharray="2 3" rx={2} />
        ) : (
          <rect
            key={index}
            x={index * step + 1}
            y={height - 1 - Math.max(1, (Math.max(0, value) / most) * (height - 4))}
            width={step - 3}
            height={Math.max(1, (Math.max(0, value) / most) * (height - 4))}
            fill={colour}
            rx={2}
          />
        ),
      )}
    </svg>
  );
}
