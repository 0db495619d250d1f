"""Spreadsheets in and out, XLSX and CSV, each file checked before anything opens it."""
