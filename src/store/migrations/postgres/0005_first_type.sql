-- The type as which an entry was first shown, where arXiv has corrected it since; ids are made of it. It only adds.
ALTER TABLE memberships ADD COLUMN first_type TEXT;
