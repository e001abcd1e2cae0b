"""Compares: benchmark savings with true savings, our settlements with those CMS published, MSSP with LEAD."""
