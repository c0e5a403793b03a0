"""Tables in a MySQL 8 database: where it is, how tables look there, and how they get in and out whole."""
