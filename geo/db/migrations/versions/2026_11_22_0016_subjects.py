"""Who an account's person is at a provider of identities."""

from alembic import op

from geo.db.migrations.guard import begin, grant, run

revision = "0016_subjects"
down_revision = "0015_tiles"
branch_labels = None
depends_on = None

_LINK = "oidc_issuer, oidc_subject"


def upgrade() -> None:
    begin()
    run("0016_subjects.sql")
    grant("accounts", app=f"SELECT ({_LINK}), UPDATE ({_LINK})")


def downgrade() -> None:
    begin()
    op.execute("DROP FUNCTION subject_lookup(text, text)")
    op.execute("ALTER TABLE accounts DROP COLUMN oidc_issuer, DROP COLUMN oidc_subject")
