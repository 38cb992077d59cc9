/** A screen: title, the state of the connection, and what scrolls; pulling down reads again. */
import { useIsFetching, useQueryClient } from '@tanstack/react-query';
import { router } from 'expo-router';
import { useEffect, useState, type ReactNode } from 'react';
import { RefreshControl, ScrollView, View } from 'react-native';
import { useSafeAreaInsets } from 'react-native-safe-area-context';
import { useT } from '@/i18n';
import { usePreferences } from '@/theme/preferences';
import { COLUMN, SPACE, useTheme } from '@/theme/theme';
import { AsOf } from './AsOf';
import { IconButton } from './Button';
import { Fresh } from './Fresh';
import { Heading, T } from './Text';

interface PageProps {
  /** The name of the page for the window and for those who listen. */
  name: string;
  head?: ReactNode;
  children: ReactNode;
}

/** What scrolls below a head of its own. */
export function Page({ name, head, children }: PageProps) {
  const { c } = useTheme();
  const { brand } = usePreferences();
  const insets = useSafeAreaInsets();
  const queries = useQueryClient();
  const reading = useIsFetching() > 0;
  const [pulled, setPulled] = useState(false);
  useEffect(() => {
    if (!reading) setPulled(false);
  }, [reading]);
  useEffect(() => {
    if (typeof document !== 'undefined') document.title = `${name} – ${brand?.name ?? 'Balance'}`;
  }, [name, brand]);
  return (
    <View style={{ flex: 1, backgroundColor: c.ground }} role="main">
      <ScrollView
        contentContainerStyle={{ paddingTop: insets.top + SPACE.snug, paddingBottom: insets.bottom + SPACE.wide, alignItems: 'center' }}
        keyboardShouldPersistTaps="handled"
        refreshControl={<RefreshControl refreshing={pulled} tintColor={c.quiet} onRefresh={() => { setPulled(true); void queries.invalidateQueries(); }} />}
      >
        <View style={{ width: '100%', maxWidth: COLUMN, paddingHorizontal: SPACE.normal, gap: SPACE.normal }}>
          {head}
          <AsOf />
          <Fresh />
          {children}
        </View>
      </ScrollView>
    </View>
  );
}

interface Props {
  title: string;
  lead?: string | undefined;
  side?: ReactNode;
  /** Leads back, to an address if one is named; screens of the tab bar have no way back. */
  back?: boolean | string;
  children: ReactNode;
}

export function Screen({ title, lead, side, back, children }: Props) {
  const t = useT();
  const leave = () => (typeof back === 'string' ? router.dismissTo(back as never) : router.canGoBack() ? router.back() : router.replace('/'));
  const head = (
    <View style={{ flexDirection: 'row', alignItems: 'center', gap: SPACE.tight, minHeight: 48 }}>
      {back && <IconButton label={t('back')} icon="left" onPress={leave} />}
      <View style={{ flex: 1, gap: 2 }}>
        <Heading level={1}>{title}</Heading>
        {lead !== undefined && <T tone="quiet">{lead}</T>}
      </View>
      {side}
    </View>
  );
  return <Page name={title} head={head}>{children}</Page>;
}
