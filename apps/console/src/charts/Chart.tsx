/** One ECharts canvas, kept at the size of its place. */
import { useEffect, useRef } from 'react';
import { echarts, type ChartOption } from './echarts';

interface ChartProps {
  option: ChartOption;
  height?: number;
  /** Called with the index of a bucket that was chosen. */
  onChoose?: ((index: number) => void) | undefined;
}

export function Chart({ option, height = 300, onChoose }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ReturnType<typeof echarts.init> | null>(null);
  const choose = useRef(onChoose);
  choose.current = onChoose;
  useEffect(() => {
    if (!place.current) return;
    const made = echarts.init(place.current, undefined, { renderer: 'canvas' });
    chart.current = made;
    made.getZr().on('click', (event: { offsetX: number; offsetY: number }) => {
      const at = [event.offsetX, event.offsetY];
      if (!choose.current || !made.containPixel('grid', at)) return;
      const [index] = made.convertFromPixel('grid', at) as unknown as number[];
      if (index !== undefined) choose.current(Math.round(index));
    });
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(place.current);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, []);
  useEffect(() => {
    performance.mark('chart-start');
    chart.current?.setOption({ animation: false, ...option }, { notMerge: true, lazyUpdate: false });
    performance.measure('chart', 'chart-start');
  }, [option]);
  return <div ref={place} className="chart-body" style={{ height, cursor: onChoose ? 'pointer' : undefined }} aria-hidden="true" />;
}
