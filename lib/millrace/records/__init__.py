"""What a record is: every field name, type and table has its one home here."""
