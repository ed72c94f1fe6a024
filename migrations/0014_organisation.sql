-- Operators who enter by their own organisation's identity provider: who they are there (issuer and subject).
-- They have no password here; NULL: by password, or by a sandbox's link.
ALTER TABLE operator ADD COLUMN subject TEXT;
CREATE UNIQUE INDEX operator_subject ON operator (subject);
