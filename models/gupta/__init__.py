"""The local rule on single spikes of layered networks."""
