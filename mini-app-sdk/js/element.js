// Defines <onehall-service>. Import this where it is used; on a server, where there are no elements, it does nothing.
import { OneHallServiceElement } from "./element/service.js";

export { OneHallServiceElement };

if (globalThis.customElements && !customElements.get("onehall-service")) {
  customElements.define("onehall-service", OneHallServiceElement);
}
