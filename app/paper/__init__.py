"""Paper at the office: forms to print, boxes to open, sheets typed twice, a record to sign."""
