"""MSSP and REACH as they were: the ACOs of the day under their rules, held against what CMS published."""
