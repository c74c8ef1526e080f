export { browserHost, type Host, type HostAnswer, type HostCall, type HostRequest } from "./hall.js";
