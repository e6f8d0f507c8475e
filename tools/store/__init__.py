"""Events, orders and profiles as immutable Parquet segments. Ibis connections live here alone."""
