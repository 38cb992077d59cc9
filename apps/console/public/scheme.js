// Sets the colour scheme before anything is painted.
(() => {
  const wanted = localStorage.getItem('balance.scheme');
  const dark = wanted === 'dark' || (wanted !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
