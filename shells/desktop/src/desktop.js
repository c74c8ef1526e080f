// Gives the page `window.onehallDesktop`: `visits(callback)` hears of the pages that links from outside and notifications lead to.
(() => {
  let visitor;
  // A page that is not up yet, or one that does not listen, begins anew there.
  const visit = (address) => (visitor ? visitor(address) : location.assign(address));
  const visits = (callback) => {
    visitor = callback;
  };
  Object.defineProperty(window, "onehallDesktop", { value: Object.freeze({ visit, visits }) });
})();
