/** The same as a chart, as a table. */
import { ScrollView, View } from 'react-native';
import { useTheme } from '@/theme/theme';
import { T } from '@/ui/Text';

export function Table({ columns, rows, label }: { columns: readonly string[]; rows: readonly (readonly string[])[]; label: string }) {
  const { c } = useTheme();
  const cell = (index: number) => ({ flex: index === 0 ? 1.3 : 1, minWidth: index === 0 ? 96 : 84, paddingRight: 8 }) as const;
  return (
    <ScrollView horizontal contentContainerStyle={{ minWidth: '100%' }} tabIndex={0} aria-label={label}>
      <View role="table" aria-label={label} style={{ flex: 1 }} testID="chart-table">
        <View role="row" style={{ flexDirection: 'row', paddingVertical: 8, borderBottomWidth: 1, borderBottomColor: c.line }}>
          {columns.map((column, index) => (
            <View key={column} role="columnheader" style={cell(index)}><T size="small" tone="quiet" strong>{column}</T></View>
          ))}
        </View>
        {rows.map((row, at) => (
          <View key={at} role="row" style={{ flexDirection: 'row', paddingVertical: 8, borderBottomWidth: at === rows.length - 1 ? 0 : 1, borderBottomColor: c.line }}>
            {row.map((text, index) => (
              <View key={index} role={index === 0 ? 'rowheader' : 'cell'} style={cell(index)}><T size="small" figures>{text}</T></View>
            ))}
          </View>
        ))}
      </View>
    </ScrollView>
  );
}
