// The pages of the console: each is a file in `pages/`, loaded when it is first shown.
import type { ComponentType } from "preact";
import type { Session } from "./state/session.ts";
import type { View } from "./state/view.ts";

export interface PageProps {
  readonly view: View;
  readonly session: Session;
}

export interface Page {
  /** Its place in the address: `/console/NAME`. */
  readonly name: string;
  readonly title: string;
  /** Whether it asks for lines by the query of the bar, which `/` focuses. */
  readonly hasQuery?: boolean;
  /** Whether it has no span of time: the bar leaves that out. */
  readonly isTimeless?: boolean;
  /** Whether it asks for nothing again by itself. */
  readonly isStill?: boolean;
  /** Whether it asks again at each tick though it has no span: the bar can pause that. */
  readonly hasRefresh?: boolean;
  /** What the deployment must have for it, as the session says. */
  readonly feature?: Session["features"][number];
  readonly load: () => Promise<{ default: ComponentType<PageProps> }>;
}

export const PAGES: readonly Page[] = [
  { name: "overview", title: "Overview", load: () => import("./pages/overview.tsx") },
  { name: "logs", title: "Logs", hasQuery: true, load: () => import("./pages/logs.tsx") },
  { name: "live", title: "Live", hasQuery: true, isTimeless: true, load: () => import("./pages/live.tsx") },
  { name: "anomalies", title: "Anomalies", load: () => import("./pages/anomalies.tsx") },
  { name: "geography", title: "Geography", load: () => import("./pages/geography.tsx") },
  { name: "shop", title: "Shop", load: () => import("./pages/shop.tsx") },
  { name: "business", title: "Business", feature: "warehouse", load: () => import("./pages/business.tsx") },
  { name: "alerts", title: "Alerts", isTimeless: true, hasRefresh: true, load: () => import("./pages/alerts.tsx") },
  { name: "pipeline", title: "Pipeline", isTimeless: true, hasRefresh: true, load: () => import("./pages/pipeline.tsx") },
  { name: "entities", title: "Entities", isTimeless: true, hasRefresh: true, load: () => import("./pages/entities.tsx") },
  { name: "dead-letters", title: "Dead letters", load: () => import("./pages/dead-letters.tsx") },
  { name: "reports", title: "Reports", isStill: true, load: () => import("./pages/reports.tsx") },
];

/** The pages that a session has. */
export const pagesOf = (session: Session): readonly Page[] =>
  PAGES.filter((one) => !one.feature || session.features.includes(one.feature));

/** The page of a name; the first where there is none of it. */
export const pageOf = (name: string): Page => PAGES.find((one) => one.name === name) ?? PAGES[0]!;
