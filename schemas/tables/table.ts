/** How a table is described: the one place that drives the DDL check, the COPY header and the encoder. */

export type ColumnType =
  | 'bool'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'float4'
  | 'float8'
  | 'text'
  | 'bytea'
  | 'date'
  | 'timestamptz'
  | 'jsonb';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

export interface Table {
  readonly name: string;
  /** In the control schema `balancin`, or in every tenant's schema. */
  readonly scope: 'control' | 'tenant';
  /** In the order of the COPY. */
  readonly columns: readonly Column[];
  /** Set where rows are kept by time: hypertable or range partitions on this column. */
  readonly timeColumn?: string;
}

export function column(name: string, type: ColumnType): Column {
  return { name, type, nullable: false };
}

export function nullable(name: string, type: ColumnType): Column {
  return { name, type, nullable: true };
}
