-- Workers meet deployments in enter_topology alone, which runs with its owner's rights.
REVOKE SELECT ON balancin.topology_deployment FROM balancin_worker;
