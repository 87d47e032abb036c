"""The SQL that reads the read models: pages by keyset, filters, figures. Statements come out, nothing is executed."""
