-- Who somebody is at the provider that the operator trusts: the pair, because another
-- provider may give the same subject to somebody else.
ALTER TABLE accounts
    ADD COLUMN oidc_issuer text,
    ADD COLUMN oidc_subject text,
    ADD CONSTRAINT ck_accounts_oidc
        CHECK ((oidc_issuer IS NULL) = (oidc_subject IS NULL)),
    ADD CONSTRAINT uq_accounts_oidc UNIQUE (county_id, oidc_issuer, oidc_subject);
CREATE INDEX ix_accounts_oidc_issuer_oidc_subject
    ON accounts (oidc_issuer, oidc_subject);

CREATE FUNCTION subject_lookup(issuer text, subject text)
RETURNS TABLE (
    county_id uuid, person_id uuid, login text, role text,
    scope int8multirange, name text, second_factor boolean, password_is_initial boolean
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET row_security = on
AS $$
    SELECT a.county_id, a.person_id, a.login, a.role,
           with_predecessors(a.county_id, a.scope), p.name,
           a.second_factor_at IS NOT NULL, a.password_is_initial
    FROM accounts a
    JOIN people p ON p.county_id = a.county_id AND p.id = a.person_id
    WHERE a.oidc_issuer = issuer AND a.oidc_subject = subject
      AND a.disabled_at IS NULL
$$;

REVOKE ALL ON FUNCTION subject_lookup(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION subject_lookup(text, text) TO xunge_app;
