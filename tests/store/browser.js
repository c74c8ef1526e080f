// A fresh copy of the module each time, so that nothing but the database is remembered.
let count = 0;

export const open = async () => (await import(`/host.js?${(count += 1)}`)).browserHost();
