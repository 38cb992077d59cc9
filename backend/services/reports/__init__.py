"""Reports: what happened in some days at and below a site, as tables."""
