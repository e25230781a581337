"""Written by hand: the database itself refuses to change a consent, whoever asks.

A later migration that alters the table on SQLite makes it anew and so drops the trigger: it must
call `install` again.
"""

from django.db import migrations

TEXT = "A consent is never changed: add a new one."

INSTALL = {
    "sqlite": [
        f"""
        CREATE TRIGGER consent_never_changed BEFORE UPDATE ON therapy_consent
        BEGIN SELECT RAISE(ABORT, '{TEXT}'); END
        """,
    ],
    "postgresql": [
        f"""
        CREATE FUNCTION consent_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{TEXT}' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        """
        CREATE TRIGGER consent_never_changed BEFORE UPDATE ON therapy_consent
        FOR EACH ROW EXECUTE FUNCTION consent_never_changed()
        """,
    ],
}
REMOVE = {
    "sqlite": ["DROP TRIGGER consent_never_changed"],
    "postgresql": [
        "DROP TRIGGER consent_never_changed ON therapy_consent",
        "DROP FUNCTION consent_never_changed()",
    ],
}


def install(apps, editor):
    for statement in INSTALL[editor.connection.vendor]:
        editor.execute(statement)


def remove(apps, editor):
    for statement in REMOVE[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('therapy', '0002_consent'),
    ]

    operations = [
        migrations.RunPython(install, remove),
    ]
