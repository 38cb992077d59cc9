"""The metering model: sites, points, meters, and who may see them."""
