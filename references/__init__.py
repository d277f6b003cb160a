"""What models are compared with, without Brian2: exact solutions, true gradients, baselines."""
