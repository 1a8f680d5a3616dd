// What a dashboard of ours may look like, by the types that Grafana publishes. A test writes the
// dashboards as literals of these types, in which the compiler refuses what the types do not know.

import type * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import type * as cloudwatch from '@grafana/grafana-foundation-sdk/cloudwatch';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type * as gauge from '@grafana/grafana-foundation-sdk/gauge';
import type * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import type * as stat from '@grafana/grafana-foundation-sdk/stat';
import type * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

// As JSON: words instead of members of enums, and no methods.
type Plain<T> = T extends string
    ? `${T}`
    : T extends number | boolean | null | undefined
      ? T
      : T extends (infer U)[]
        ? Plain<U>[]
        : T extends object
          ? { [K in keyof T as K extends `_implements${string}` ? never : K]: Plain<T[K]> }
          : T;

type With<T, U> = Omit<T, keyof U> & U;

type Target = Plain<cloudwatch.MetricsQuery> | Plain<prometheus.Dataquery>;

type FieldConfig<Custom> = With<
    Plain<dashboard.FieldConfigSource>,
    { defaults: With<Plain<dashboard.FieldConfig>, { custom?: Custom }> }
>;

type Panel<Type, Options, Custom> = With<
    Plain<dashboard.Panel>,
    { type: Type; options: Plain<Options>; fieldConfig: FieldConfig<Custom>; targets: Target[] }
>;

type Panels =
    | Panel<'timeseries', timeseries.Options, Plain<timeseries.FieldConfig>>
    | Panel<'stat', stat.Options, never>
    | Panel<'gauge', gauge.Options, never>
    | Panel<'bargauge', bargauge.Options, never>;

type Marks = With<Plain<dashboard.AnnotationQuery>, { target: Plain<dashboard.AnnotationTarget> }>;

export type Dashboard = With<
    Plain<dashboard.Dashboard>,
    { id?: never; version?: never; panels: Panels[]; annotations: { list: Marks[] } }
>;
