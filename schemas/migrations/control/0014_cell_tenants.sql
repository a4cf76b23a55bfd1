-- Who a cell serves: a worker that takes over a task must know the tenants in its state before any record of them comes.

CREATE FUNCTION balancin.cell_tenants(of_cell text) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT slug FROM balancin.tenant_terms WHERE cell = of_cell ORDER BY slug
$$;
COMMENT ON FUNCTION balancin.cell_tenants IS 'Slugs of the tenants that a cell serves';

REVOKE ALL ON FUNCTION balancin.cell_tenants FROM PUBLIC;
GRANT EXECUTE ON FUNCTION balancin.cell_tenants TO balancin_worker;
