-- The role of the functions. Roles belong to the cluster, so the name is a parameter and the role may be there.
-- It is called by the owner alone; the password arrives as a parameter and appears in no statement's text.

CREATE FUNCTION ensure_application_role(role_name text, role_password text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    attempts integer := 0;
BEGIN
    BEGIN
        EXECUTE format('CREATE ROLE %I LOGIN', role_name);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END;
    -- Another database's migration may be at the role this very moment, and no lock reaches over databases: the server
    -- says "tuple concurrently updated", and the next attempt finds the role at rest.
    LOOP
        BEGIN
            EXECUTE format('ALTER ROLE %I LOGIN PASSWORD %L', role_name, role_password);
            EXIT;
        EXCEPTION WHEN internal_error THEN
            attempts := attempts + 1;
            IF attempts >= 50 THEN
                RAISE;
            END IF;
            PERFORM pg_sleep(0.01);
        END;
    END LOOP;
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', role_name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', role_name);
    EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO %I', role_name);
    -- What only the owner may touch.
    EXECUTE format('REVOKE ALL ON schema_migrations FROM %I', role_name);
    EXECUTE format('REVOKE UPDATE, DELETE ON booking_events FROM %I', role_name);
    EXECUTE format('REVOKE EXECUTE ON FUNCTION ensure_application_role(text, text) FROM %I', role_name);
END
$$;
-- next
REVOKE EXECUTE ON FUNCTION ensure_application_role(text, text) FROM PUBLIC;
