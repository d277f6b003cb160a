"""E-prop: LIF, adaptive LIF and LSTM networks, and the synapses that learn with eligibility traces."""
