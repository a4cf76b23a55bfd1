/** The little of a database client that storage code needs, so that it runs on pg and on any other PostgreSQL. */

export interface SqlResult<Row> {
  readonly rows: Row[];
  readonly rowCount: number | null;
}

export interface SqlClient {
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: unknown[],
  ): Promise<SqlResult<Row>>;
}
