import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";

import { readAddress } from "../address";
import { NotFound } from "./not-found";
import { Shell } from "./shell";

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  validateSearch: readAddress,
});

const routes = [
  createRoute({ getParentRoute: () => root, path: "/", component: lazyRouteComponent(() => import("../pages/overview/page")) }),
  createRoute({ getParentRoute: () => root, path: "/segmentation", component: lazyRouteComponent(() => import("../pages/segmentation/page")) }),
  createRoute({ getParentRoute: () => root, path: "/customers", component: lazyRouteComponent(() => import("../pages/customers/page")) }),
  createRoute({ getParentRoute: () => root, path: "/customers/$number", component: lazyRouteComponent(() => import("../pages/customer/page")) }),
  createRoute({ getParentRoute: () => root, path: "/retention", component: lazyRouteComponent(() => import("../pages/retention/page")) }),
  createRoute({ getParentRoute: () => root, path: "/lifetime-value", component: lazyRouteComponent(() => import("../pages/lifetime-value/page")) }),
  createRoute({ getParentRoute: () => root, path: "/patterns", component: lazyRouteComponent(() => import("../pages/patterns/page")) }),
  createRoute({ getParentRoute: () => root, path: "/products", component: lazyRouteComponent(() => import("../pages/products/page")) }),
  createRoute({ getParentRoute: () => root, path: "/sales", component: lazyRouteComponent(() => import("../pages/sales/page")) }),
  createRoute({ getParentRoute: () => root, path: "/acquisition", component: lazyRouteComponent(() => import("../pages/acquisition/page")) }),
  createRoute({ getParentRoute: () => root, path: "/receivables", component: lazyRouteComponent(() => import("../pages/receivables/page")) }),
  createRoute({ getParentRoute: () => root, path: "/data-quality", component: lazyRouteComponent(() => import("../pages/quality/page")) }),
];

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: "intent",
  scrollRestoration: true,
  // A scheme "POS" is scheme=POS in the address, not quoted JSON.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const entries = Object.entries(search).filter(([, value]) => value !== undefined);
    const parameters = new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString();
    return parameters && `?${parameters}`;
  },
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
