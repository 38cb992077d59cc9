// What differs from build to build: the server, and the accounts of push, which no repository holds.
module.exports = ({ config }) => ({
  ...config,
  ios: { ...config.ios, ...(process.env.GOOGLE_SERVICES_PLIST ? { googleServicesFile: process.env.GOOGLE_SERVICES_PLIST } : {}) },
  android: { ...config.android, ...(process.env.GOOGLE_SERVICES_JSON ? { googleServicesFile: process.env.GOOGLE_SERVICES_JSON } : {}) },
  extra: { ...config.extra, ...(process.env.BALANCE_SERVER ? { server: process.env.BALANCE_SERVER } : {}) },
});
