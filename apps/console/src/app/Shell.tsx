/** The frame of every page: places to go, search, tenant, language, scheme. */
import { useMantineColorScheme } from '@mantine/core';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { LOCALES, type Locale } from '@shared/units';
import { offsetAt } from '@shared/zones';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useLive } from '../api/live';
import * as session from '../auth/session';
import { DropItem, DropMenu } from '../ui/DropMenu';
import { Icon } from '../ui/Icon';
import { AlarmCount } from './AlarmCount';
import { BrandMark } from './BrandMark';
import { navigation } from './navigation';
import { NodeSwitcher } from './NodeSwitcher';
import { usePreferences, useT } from './preferences';
import { Seats } from './Seats';
import { useViewer, useZone } from './viewer';

const Palette = lazy(async () => ({ default: (await import('./Palette')).Palette }));

const LANGUAGES: Record<Locale, string> = { en: 'English', ru: 'Русский', ro: 'Română' };

export function Shell() {
  const t = useT();
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState<string | null>(null);
  const searchShown = useRef(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).closest('input, textarea, [contenteditable]');
      if ((event.key === 'k' && (event.metaKey || event.ctrlKey)) || (event.key === '/' && !typing)) {
        event.preventDefault();
        setSearch((known) => known ?? '');
      } else if (event.key.length === 1 && !typing && !searchShown.current && !event.ctrlKey && !event.metaKey && !event.altKey) {
        // Whoever types on while the search is still being fetched loses nothing.
        setSearch((known) => (known === null ? null : known + event.key));
      }
      if (event.key === 'Escape') setOpen(false);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
  return (
    <div className="shell">
      <a className="skip" href="#content">{t('skip')}</a>
      <Rail open={open} close={() => setOpen(false)} />
      <div className="main">
        <header className="top">
          <button type="button" className="tool menu-button" onClick={() => setOpen(!open)} aria-label={t('menu')} aria-expanded={open}>
            <Icon name="menu" />
          </button>
          <button type="button" className="top-search" onClick={() => setSearch('')}>
            <Icon name="search" size={18} />
            <span>{t('search.prompt')}</span>
            <kbd>/</kbd>
          </button>
          <NodeSwitcher />
          <div className="top-end">
            <LiveMark />
            <Tools />
          </div>
        </header>
        <Offline />
        <Elsewhere />
        <main id="content" className="page" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      {search !== null && (
        <Suspense>
          <Palette
            begun={search}
            shown={searchShown}
            close={() => {
              searchShown.current = false;
              setSearch(null);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

function Rail({ open, close }: { open: boolean; close: () => void }) {
  const t = useT();
  const viewer = useViewer();
  const { brand, name } = viewer.tenant;
  const branded = !!(brand.name ?? brand.colour ?? brand.logoUrl);
  return (
    <nav className="rail" data-open={open} aria-label={t('navigation')}>
      <Link to="/" className="brand" onClick={close}>
        {branded ? <BrandMark brand={brand} name={name} own /> : <img src="/static/mark.svg" width={32} height={32} alt="" />}
        {branded ? (brand.name ?? name) : 'Balance'}
      </Link>
      {navigation(viewer).map((section) => (
        <div key={section.title}>
          <div className="rail-caption">{t(section.title)}</div>
          {section.places.map((place) => (
            <Link
              key={place.to}
              to={place.to}
              className="rail-link"
              activeOptions={{ exact: place.to === '/', includeSearch: false }}
              onClick={close}
            >
              <Icon name={place.icon} />
              {t(place.title)}
              {place.to === '/alarms' && <AlarmCount />}
            </Link>
          ))}
        </div>
      ))}
      <div className="rail-foot">
        {viewer.tenant.name}
        <br />
        {t('zoneOf', { zone: viewer.tenant.timezone })}
      </div>
    </nav>
  );
}

function LiveMark() {
  const t = useT();
  const { state } = useLive();
  if (state === 'idle') return null;
  const word = t(state === 'connected' ? 'live.on' : 'live.off');
  return (
    <span className="status" data-tone={state === 'connected' ? 'ok' : 'warning'} title={word} role="status">
      <Icon name={state === 'connected' ? 'delivery' : 'warning'} size={16} />
      <span className="tool-word">{word}</span>
    </span>
  );
}

function Offline() {
  const t = useT();
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    window.addEventListener('online', update);
    window.addEventListener('offline', update);
    return () => {
      window.removeEventListener('online', update);
      window.removeEventListener('offline', update);
    };
  }, []);
  if (online) return null;
  return (
    <div className="notice" role="alert">
      <Icon name="warning" size={18} colour="var(--b-warning)" /> {t('offline')}
    </div>
  );
}

/** Whoever looks from another zone is told once whose times all of them are. */
function Elsewhere() {
  const t = useT();
  const zone = useZone();
  const now = Date.now();
  if (offsetAt(now, zone) === -60_000 * new Date(now).getTimezoneOffset()) return null;
  return <p className="elsewhere"><Icon name="clock" size={14} /> {t('zoneOther', { zone })}</p>;
}

function Tools() {
  const { t, locale, setLocale } = usePreferences();
  const viewer = useViewer();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const roles = session.claims()?.roles ?? [];
  return (
    <>
      <DropMenu label={t('language')} button={locale.toUpperCase()}>
        {LOCALES.map((one) => (
          <DropItem key={one} lang={one} chosen={one === locale} onClick={() => setLocale(one)}>{LANGUAGES[one]}</DropItem>
        ))}
      </DropMenu>
      <DropMenu
        label={t('account')}
        button={<><Icon name="user" /> <span className="tool-word">{viewer.tenant.name}</span> <Icon name="down" size={14} /></>}
      >
        <p className="drop-caption" role="presentation">{roles.map((role) => t(`role.${role}` as 'role.operator')).join(', ')}</p>
        <Seats />
        <DropItem icon={<Icon name="home" size={18} />} onClick={() => void session.signIn('/console/', { choose: true })}>{t('switchTenant')}</DropItem>
        <p className="drop-caption" role="presentation">{t('scheme')}</p>
        {(['light', 'dark', 'auto'] as const).map((one) => (
          <DropItem key={one} icon={<Icon name={one === 'dark' ? 'moon' : 'sun'} size={18} />} chosen={one === colorScheme} onClick={() => setColorScheme(one)}>
            {t(`scheme.${one}`)}
          </DropItem>
        ))}
        <hr />
        <DropItem icon={<Icon name="out" size={18} />} onClick={() => void session.signOut()}>{t('signOut')}</DropItem>
      </DropMenu>
    </>
  );
}
