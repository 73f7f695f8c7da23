"""Reports that leave the screen: as CSV, XLSX, Parquet, PDF and SVG, by signed links and from the command line."""
